"""HTML that may show anything a student wrote: escaped, without scripts, needing nothing else."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
"""Were something not escaped, the browser would still neither run nor fetch it."""
LONGEST = 20_000
CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {127: 0x2421}
"""Control characters are shown by the pictures that Unicode has for them."""
STYLE = """
:root { color-scheme: light dark; --text: #1a1a1a; --back: #fff; --quiet: #595959;
  --line: #8a8a8a; --band: #eef3f7; --link: #005a8f; --right: #00714f; --wrong: #a34700; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8e8; --back: #17191c; --quiet: #b0b0b0;
  --line: #7d7d7d; --band: #23282e; --link: #7cc4f0; --right: #4fd0a5; --wrong: #f5a94d; } }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem; color: var(--text);
  background: var(--back); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h1, h2, p, li, td, th, pre, dd { unicode-bidi: isolate; }
a { color: var(--link); }
code, pre { font-family: ui-monospace, monospace; font-size: .92em; }
pre { white-space: pre-wrap; background: var(--band); padding: .6rem .8rem; margin: .5rem 0; }
.quiet { color: var(--quiet); }
section { border-left: .35rem solid var(--line); padding: .1rem 0 .1rem 1rem; margin: 1.2rem 0; }
section h2 { margin-top: 0; } section.right { border-color: var(--right); }
section.wrong { border-color: var(--wrong); border-left-style: double; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem .3rem;
  border-bottom: 1px solid var(--line); min-width: 3rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
thead th { overflow-wrap: normal; white-space: nowrap; }
td:first-child { min-width: 9rem; }
figure { margin: 1rem 0; } figcaption { color: var(--quiet); }
img { max-width: 100%; height: auto; background: #fff; padding: .4rem; box-sizing: border-box; }
summary { cursor: pointer; color: var(--quiet); }
@media print { body { max-width: none; } }
"""


def document(title: str, *parts: str) -> str:
    """Return a whole page; the parts are HTML, the title is text."""
    name = escape(title)
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n"
    )
    return head + "\n".join(part for part in parts if part) + "\n</body>\n</html>\n"


def escape(text: Any, longest: int = LONGEST) -> str:
    """Return a text as HTML that shows it, cut if it is very long."""
    whole = str(text)
    if len(whole) > longest:
        whole = f"{whole[:longest]} … ({len(whole) - longest} more characters)"
    shown = whole.translate(CONTROLS).encode("utf-8", "backslashreplace").decode()
    return html.escape(shown, quote=True)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """Return a table; the cells are texts, numbers, or `Html`."""
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = [list(row) for row in rows]
    numeric = [
        bool(body) and all(isinstance(row[at], int | float) for row in body)
        for at in range(len(head))
    ]
    names = "".join(
        f'<th scope="col"{kind(right)}>{escape(one)}</th>'
        for one, right in zip(head, numeric, strict=True)
    )
    lines = "".join(f"<tr>{''.join(map(cell, row, numeric))}</tr>\n" for row in body)
    return (
        f'<div class="wide" tabindex="0"><table>{title}<thead><tr>{names}</tr></thead>\n'
        f"<tbody>{lines}</tbody></table></div>"
    )


class Html(str):
    """A text that is HTML already."""


def cell(value: Any, number: bool) -> str:
    """Return one cell of a table."""
    if isinstance(value, Html):
        return f"<td{kind(number)}>{value}</td>"
    shown = f"{value:g}" if isinstance(value, float) else escape(value, 500)
    return f"<td{kind(number)}>{shown}</td>"


def kind(number: bool) -> str:
    """Return the attribute of a cell that holds a number."""
    return ' class="number"' if number else ""


def listed(items: Iterable[str]) -> str:
    """Return a list of HTML items; nothing for none."""
    lines = "".join(f"<li>{item}</li>\n" for item in items)
    return f"<ul>\n{lines}</ul>" if lines else ""


def counted(number: int, what: str) -> str:
    """Return a number of things in words, as "2 submissions"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def amount(points: float, of: float | None = None) -> str:
    """Return points in words, as "2 of 4 points"."""
    if of is None:
        return f"{points:g} point{'' if points == 1 else 's'}"
    return f"{points:g} of {of:g} point{'' if of == 1 else 's'}"
