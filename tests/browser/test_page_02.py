"""Lesson 02 in JupyterLab: it runs to its end; lists are picked, predicted and run by keyboard."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

NAME = "02_server_hello"
VIEW = ".jupyter-widgets .tlskit-negotiation"
FAILURE = "server: handshake_failure"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / f"notebooks/{NAME}.ipynb") as page:
        page.run_all()
        yield page


def shake_hands(page) -> None:
    page.page.get_by_role("button", name="Shake hands").press("Enter")


def notes(page) -> str:
    return " ".join(page.texts(".tlskit-note"))


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, NAME)
    assert all(page.prompts())
    assert page.troubles() == []
    assert "predict first" in " ".join(page.texts(".tlskit-report"))


def test_nothing_is_run_before_a_prediction_and_then_another_list_changes_the_picture(page):
    assert page.page.locator(VIEW).count() == 0
    shake_hands(page)
    page.page.wait_for_function("document.body.innerText.includes('Predict first')")
    page.choose("I predict", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    shake_hands(page)
    page.page.locator(VIEW).wait_for()
    before = page.html(VIEW)
    assert "Agreed" in before
    assert "in the server's list another one stands before it" in notes(page)

    page.choose("Client: groups", "x25519")
    page.choose("Server: groups", "secp256r1")
    page.choose("I predict", FAILURE)
    shake_hands(page)
    page.changed(VIEW, before)
    assert f"As you predicted: it is {FAILURE}" in notes(page)
    assert "No handshake" in page.html(VIEW)
    assert page.troubles() == []
