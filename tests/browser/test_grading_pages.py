"""Grading's pages in Chromium: nothing that got in runs or fetches, even if it was not escaped."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from lab import running_chromium

from tlskit.exercises import assignment
from tlskit.grade import feedback, pages, summary
from tlskit.grade.rows import Result, Row, Said, Status

pytestmark = pytest.mark.peer("chromium")

FIRST = assignment("00_first_step")
TASK = FIRST.tasks[0].name
EVIL = (
    "<script>document.title = 'taken'</script>"
    "<img src=x onerror=\"document.title = 'taken'\">"
    '<img src="{address}/seen.png"><iframe src="{address}/"></iframe>'
    '<link rel=stylesheet href="{address}/style.css">'
)
LONG = "w" * 400


def result(text: str) -> Result:
    rows = (
        Row(text, TASK, 0.0, 4.0, text, Status.GRADED),
        Row(text, FIRST.explanations[0].name, None, 2.0, "", Status.MANUAL),
    )
    said = {TASK: Said("not yet right", (text,), text)}
    answers = {FIRST.explanations[0].name: text}
    return Result(text, FIRST.name, "0" * 64, rows, text, "4f2c9a01", (text,), said, answers, 1.0)


@pytest.fixture(scope="module")
def browser():
    with running_chromium() as running:
        yield running


class Elsewhere(BaseHTTPRequestHandler):
    """A server that a page could ask for something."""

    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def elsewhere():
    Elsewhere.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def opened(browser, folder: Path, html: str, scheme: str = "light"):
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    page = browser.new_context(
        color_scheme=scheme, viewport={"width": 900, "height": 800}
    ).new_page()
    page.goto(path.as_uri())
    return page


def test_markup_that_got_in_neither_runs_nor_fetches(browser, tmp_path, elsewhere):
    html = pages.document("A title", EVIL.replace("{address}", elsewhere))
    page = opened(browser, tmp_path, html)
    assert page.locator("script").count() == 1  # it is there, and did not run
    assert page.title() == "A title"
    assert Elsewhere.asked == []
    page = opened(browser, tmp_path, html.replace(pages.POLICY, ""))
    assert page.title() == "taken"
    assert "/seen.png" in Elsewhere.asked


@pytest.mark.parametrize("text", [EVIL, LONG])
@pytest.mark.parametrize("of_class", [False, True])
def test_what_was_escaped_is_read_and_nothing_is_wider_than_the_window(
    browser, tmp_path, text, of_class
):
    html = summary.page([result(text)], FIRST) if of_class else feedback.page(result(text), FIRST)
    page = opened(browser, tmp_path, html)
    assert page.locator("script, iframe, link").count() == 0
    assert text[:60] in page.locator("body").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
    for picture in page.locator("img").all():
        assert picture.evaluate("image => image.naturalWidth") > 0


def test_the_page_is_dark_for_who_wants_it_dark(browser, tmp_path):
    back = "getComputedStyle(document.body).backgroundColor"
    html = feedback.page(result("x"), FIRST)
    light = opened(browser, tmp_path, html).evaluate(back)
    dark = opened(browser, tmp_path, html, "dark").evaluate(back)
    assert light == "rgb(255, 255, 255)"
    assert dark == "rgb(23, 25, 28)"
