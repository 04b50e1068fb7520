"""What all views share: escaping, colours for light and dark pages, errors that are seen."""

import functools
import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any

# Okabe and Ito's colours, told apart by colour-blind readers too; lighter ones on dark pages.
STYLE = """<style>
.tlskit { --tk-text: var(--jp-content-font-color1, #1a1a1a);
  --tk-back: var(--jp-layout-color0, #fff); --tk-quiet: #595959; --tk-client: #005a8f;
  --tk-server: #a34700; --tk-alarm: #b00020; --tk-mark: #fff3c4; --tk-band: #e8f1f8;
  --tk-line: #767676; color: var(--tk-text); font-size: 13px; line-height: 1.45;
  overflow-x: auto; contain: inline-size; }
body[data-jp-theme-light="false"] .tlskit, .tlskit-dark .tlskit { --tk-quiet: #b8b8b8;
  --tk-client: #7cc4f0; --tk-server: #f5a94d; --tk-alarm: #ff8a80; --tk-mark: #5a4a00;
  --tk-band: #22384a; --tk-line: #9a9a9a; }
body[data-jp-theme-light="false"] .tlskit-drawing { filter: invert(0.92) hue-rotate(180deg); }
.tlskit table { border-collapse: collapse; margin: 6px 0; font-size: 12px; }
.tlskit th, .tlskit td { text-align: left !important; padding: 2px 10px 2px 4px;
  border-bottom: 1px solid var(--tk-line); vertical-align: top; color: var(--tk-text);
  background: var(--tk-back); }
.tlskit summary { cursor: pointer; color: var(--tk-quiet); }
.tlskit.tlskit code, .tlskit.tlskit pre { font-family: var(--jp-code-font-family, monospace);
  color: var(--tk-text) !important; background: transparent !important; padding: 0 !important; }
.tlskit.tlskit pre { white-space: pre; overflow-x: auto; margin: 8px 0 !important; }
</style>"""


def escape(text: Any) -> str:
    """Return text that a page shows as it is: names come from peers, and may hold anything."""
    return html.escape(str(text), quote=True)


def boxed(css: str, *parts: str) -> str:
    """Return parts of a page inside the course's frame, with its colours."""
    return f'<div class="tlskit {css}">{STYLE}{"".join(parts)}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """Return an HTML table; cells are escaped."""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{title}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def folded(summary: str, content: str) -> str:
    """Return content behind a line that opens it."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def text_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as text with aligned columns."""
    lines = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[at]) for row in lines) for at in range(len(head))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in lines
    )
    return "\n".join(line.rstrip() for line in padded)


def alarm(text: str) -> str:
    """Return an error as the page shows it; a screen reader says it at once."""
    return boxed(
        "tlskit-error",
        f'<p role="alert" style="color: var(--tk-alarm)"><b>Error:</b> {escape(text)}</p>',
    )


def shown_errors(place: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a widget's callback show what it raises in the HTML widget `place`.

    Without it an error in a callback ends in a log that nobody reads.
    """

    def around(callback: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(callback)
        def shown(*arguments: Any, **named: Any) -> Any:
            try:
                return callback(*arguments, **named)
            except Exception as error:
                place.value = alarm(f"{type(error).__name__}: {error}")
                return None

        return shown

    return around
