"""One notebook shown by JupyterLab, and what a person does with it: run, type, choose, look."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

SHOW_SECONDS = 60
RUN_SECONDS = 180
ANSWER_SECONDS = 20
MENU_WIDTH = 1100  # narrower than this, Lab folds its menus away
OVERLAP = 60  # pixels of a picture that are seen again on the next one
OUTPUT = ".jp-OutputArea-output"
SCROLLED = ".jp-WindowedPanel-outer"
CELLS = ".jp-WindowedPanel-viewport"


class LabError(Exception):
    """Lab or Chromium did not do what was asked of it; the message says what."""


class NotebookPage:
    """The notebook that is open in the browser; `page` is Playwright's, `ask` Lab's own API."""

    def __init__(self, page: Page, ask: Callable[[str], Any], address: str) -> None:
        """Go there and wait until the notebook is drawn and its kernel is connected."""
        self.page, self.ask = page, ask
        self.page_errors: list[str] = []
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        page.goto(address)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=SHOW_SECONDS * 1000)
        # The page's own "idle" mark comes too early: Run All would then silently run nothing.
        if not happens(self.idle, SHOW_SECONDS):
            dialogs = page.locator(".jp-Dialog").all_inner_texts()
            raise LabError(f"no kernel is connected and idle; Lab asks: {dialogs}")

    # ------------------------------------------------------------ running

    def idle(self) -> bool:
        """Whether the kernel is connected to the page and has nothing to do.

        While a kernel begins, Lab's server may answer 500: then it is not.
        """
        try:
            kernels = self.ask("kernels")
        except OSError:
            return False
        return any(k["connections"] and k["execution_state"] == "idle" for k in kernels)

    def prompts(self) -> list[str]:
        """The prompts of the code cells that have a source: "1", "*" while it waits, or "".

        A folded cell (a reveal) has neither prompt nor editor, and is left out.
        """
        found = self.page.locator(".jp-CodeCell").evaluate_all(
            "cells => cells.filter(cell => cell.querySelector('.cm-content'))"
            ".map(cell => [cell.querySelector('.jp-InputPrompt').textContent,"
            " cell.querySelector('.cm-content').textContent])"
        )
        return [prompt.strip("[]: ") for prompt, source in found if source.strip()]

    def run_all(self) -> None:
        """Run all cells from Lab's menu; wait until none is left to run."""
        before = self.prompts()
        if not before:  # a page to read
            return
        size = self.page.viewport_size or {"width": MENU_WIDTH, "height": 800}
        if size["width"] < MENU_WIDTH:
            self.page.set_viewport_size({"width": MENU_WIDTH, "height": size["height"]})
        for _ in range(3):
            self.page.get_by_role("menuitem", name="Run", exact=True).first.click()
            self.page.locator("[data-command='runmenu:run-all']").click()
            if happens(lambda: self.prompts() != before, 10):
                break
        else:
            raise LabError("Run All Cells did nothing, three times")
        self.page.set_viewport_size(size)
        self.wait_until_done()

    def run_cell(self, cell: Locator) -> None:
        """Run one cell with Shift+Enter in its editor."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        self.wait_until_done()

    def wait_until_done(self) -> None:
        """Wait until no cell waits and the kernel has been idle for a while."""
        wait_until(lambda: "*" not in self.prompts(), RUN_SECONDS, "cells did not come to an end")
        for _ in range(3):  # a kernel between two cells is idle, too
            wait_until(self.idle, RUN_SECONDS, "the kernel did not come to rest")
            self.page.wait_for_timeout(150)
        wait_until(lambda: "*" not in self.prompts(), RUN_SECONDS, "cells did not come to an end")

    # ------------------------------------------------------------ by keyboard

    def code_cell(self, containing: str) -> Locator:
        """The first code cell in whose source these words stand; it stays that cell."""
        cells = self.page.locator(".jp-CodeCell")
        for number in range(cells.count()):
            if containing in self.source(cells.nth(number)):
                return cells.nth(number)
        raise LabError(f"no code cell contains {containing!r}")

    def source(self, cell: Locator) -> str:
        """What stands in the cell's editor."""
        lines = cell.locator(".cm-line").all_text_contents()
        return "\n".join(lines).replace("\u200b", "")

    def write(self, cell: Locator, text: str) -> None:
        """Replace what stands in a cell, key by key."""
        keyboard = self.page.keyboard
        cell.locator(".cm-content").click()
        keyboard.press("Control+A")
        keyboard.press("Delete")
        for number, line in enumerate(text.splitlines()):
            if number:
                keyboard.press("Enter")
                keyboard.press("Shift+Home")  # the editor indents by itself; the text does, too
                keyboard.press("Delete")
            keyboard.type(line)
        if self.source(cell) != text.rstrip("\n"):
            raise LabError(f"typed {text!r}, but the cell holds {self.source(cell)!r}")

    def tab_to(self, element: Locator) -> None:
        """Reach an element inside an output with the Tab key alone, from its cell's prompt."""
        cell = self.page.locator(".jp-CodeCell", has=element).first
        cell.locator(".jp-InputPrompt").first.click()
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if element.evaluate("element => element === document.activeElement"):
                return
        raise LabError("sixty times Tab did not reach it")

    def choices(self, label: str) -> list[str]:
        """What the dropdown with this label offers."""
        offered = self.page.get_by_label(label).first.locator("option").all_text_contents()
        return [plain(one) for one in offered]

    def choose(self, label: str, choice: str) -> None:
        """Choose in a dropdown by keyboard: Tab to it, open it with Space, arrows, Enter.

        The arrows alone would do on any other page; in command mode Lab takes them for itself
        and goes to the next cell, but it does not see what is pressed in the opened list.
        """
        select = self.page.get_by_label(label).first
        self.tab_to(select)
        steps = self.choices(label).index(choice) - select.evaluate("it => it.selectedIndex")
        keys = ["Space", *["ArrowDown" if steps > 0 else "ArrowUp"] * abs(steps), "Enter"]
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(100)  # the list is a window of its own, and comes late
        chosen = select.locator("option:checked")
        wait_until(
            lambda: plain(chosen.text_content()) == choice,
            ANSWER_SECONDS,
            f"{label} does not stand at {choice}",
        )

    # ------------------------------------------------------------ looking

    def html(self, selector: str) -> str:
        """The first such element as it is now (with an <img>'s picture), "" if there is none."""
        found = self.page.locator(f"{OUTPUT} {selector}")
        return found.first.evaluate("element => element.outerHTML") if found.count() else ""

    def texts(self, selector: str) -> list[str]:
        """The visible text of each such element in the outputs."""
        found = self.page.locator(f"{OUTPUT} {selector}, {OUTPUT}{selector}").all_inner_texts()
        return [text.strip() for text in found if text.strip()]

    def changed(self, selector: str, before: str, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until the first such element is another than before."""
        what = f"{selector} did not change"
        wait_until(lambda: self.html(selector) not in ("", before), seconds, what)

    def cell_errors(self) -> list[str]:
        """Tracebacks, warnings and errors of widgets that the reader sees."""
        kinds = "[data-mime-type='application/vnd.jupyter.{}']"
        found = self.texts(kinds.format("error")) + self.texts(kinds.format("stderr"))
        return found + self.texts(".tlskit-error")

    def troubles(self) -> list[str]:
        """All that went wrong: in cells, in the page, in the pictures; [] is what one hopes for."""
        found = [f"in a cell: {text}" for text in self.cell_errors()]
        found += [f"in the page: {text}" for text in self.page_errors]
        found += [f"a dialog: {text}" for text in self.page.locator(".jp-Dialog").all_inner_texts()]
        prompts = self.prompts()
        if any(prompts) and not all(prompts):
            found.append(f"cells that did not run: {prompts.count('')} of {len(prompts)}")
        broken = self.page.locator(f"{OUTPUT} img").evaluate_all(
            "all => all.filter(it => !it.complete || !it.naturalWidth || !it.alt).length"
        )
        return found + ([f"pictures that are broken or lack words: {broken}"] if broken else [])

    def cut_off(self) -> list[str]:
        """Parts of tlskit's drawings that stick out of the room they have and cannot be reached."""
        return self.page.locator(f"{OUTPUT} [class*=tlskit-]").evaluate_all(
            """all => all.filter(it => {
                const right = it.getBoundingClientRect().right;
                for (let box = it.parentElement; box; box = box.parentElement) {
                    if (['auto', 'scroll'].includes(getComputedStyle(box).overflowX)
                        && !box.classList.contains('jp-OutputArea-output')) return false;
                    if (box.getBoundingClientRect().right < right - 1) return true;
                    if (box.classList.contains('jp-OutputArea-output')) return false;
                }
            }).map(it => `${it.tagName} ${it.className.baseVal ?? it.className}`)"""
        )

    def screenshots(self, folder: Path, name: str) -> list[Path]:
        """Take pictures from the notebook's top to its bottom; return their files."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{name}-[0-9][0-9].png"):
            old.unlink()
        scrolled = self.page.locator(SCROLLED).first
        room = scrolled.evaluate("it => it.clientHeight")
        height = self.page.locator(CELLS).first.evaluate("it => it.scrollHeight")
        pictures: list[Path] = []
        for top in range(0, max(1, height - OVERLAP), room - OVERLAP):
            scrolled.evaluate("(it, top) => it.scrollTo(0, top)", top)
            self.page.wait_for_timeout(200)
            pictures.append(folder / f"{name}-{len(pictures) + 1:02d}.png")
            self.page.screenshot(path=pictures[-1])
        return pictures


def plain(text: str | None) -> str:
    """Return an option's text with plain spaces: the widget writes ones that do not break."""
    return (text or "").replace("\u00a0", " ")


def happens(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition comes true in this time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def wait_until(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Wait for the condition; LabError if it does not come true."""
    if not happens(condition, seconds):
        raise LabError(f"{otherwise} within {seconds:g} s")
