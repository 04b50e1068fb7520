"""Write docs/alerts.md: each way to fail, the alert by the RFC, ours, and OpenSSL's.

usage: python tools/alerts_table.py [--check]

The ways are those of tests/alerts; each is tried anew against our end and against OpenSSL in
memory. --check writes nothing, and exits 1 if the file is not what would be written. OpenSSL's
column is compared only if the version that the file names is the one that runs here.
"""

import difflib
import ssl
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/alerts")]

import ways  # noqa: E402
from all_ways import THEMES  # noqa: E402

TABLE = ROOT / "docs/alerts.md"
VERSION = "OpenSSL's column: "
HEAD = """\
# Alerts: each way to fail, and who says what

Written by `.venv-dev/bin/python tools/alerts_table.py` from the ways to fail in `tests/alerts/`;
a test holds it up to date. One end goes wrong, the other end (*found by*) judges it, once ours
and once OpenSSL's.

*By the RFC* is the alert that a rule names, or that RFC 5246 §7.2.2 describes in words which cover
the case ("the length of the message was incorrect": `decode_error`). Where the RFC says only that
something must not be, it is "none named", with what we chose and why. **Bold** in the last column
is what differs from ours.

"""
COLUMNS = ("What goes wrong", "Found by", "By the RFC", "We send", "OpenSSL sends")


class Row(NamedTuple):
    """A way to fail and what came of it; openssl is "" if OpenSSL could not be asked."""

    way: ways.Way
    ours: str
    openssl: str

    @property
    def differs(self) -> bool:
        """Whether OpenSSL was asked and says something else."""
        return bool(self.openssl) and self.openssl != self.ours


def code(verdict: str) -> str:
    """Mark an alert's name as code; words stay words."""
    first, _, last = verdict.rpartition(" ")
    if first == "warning":
        return f"warning `{last}`"
    return verdict if " " in verdict else f"`{verdict}`"


def line(row: Row) -> str:
    """Return a line of the table."""
    way = row.way
    rule = f"{code(way.alert)}; {way.reference}"
    if not way.alert:
        chosen = f'"{way.chosen}"' if " " in way.chosen else code(way.chosen)
        rule = f"none named in {way.reference}; we chose {chosen}: {way.why}"
    theirs = code(row.openssl) if row.openssl else "not asked"
    theirs = f"**{theirs}**" if row.differs else theirs
    note = f" ({way.note})" if way.note else ""
    cells = (f"{way.name}: {way.story}", way.finder, rule, code(row.ours), theirs + note)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(rows: dict[str, list[Row]]) -> str:
    """Return the whole file."""
    every = [row for theme in rows.values() for row in theme]
    unnamed = sum(not row.way.alert for row in every)
    asked = sum(bool(row.openssl) for row in every)
    differ = sum(row.differs for row in every)
    text = HEAD + (
        f"{len(every)} ways to fail; for {unnamed} of them no RFC names the alert.\n"
        f"{VERSION}{ssl.OPENSSL_VERSION}; asked in {asked} cases, it differs in {differ}.\n"
    )
    for theme, some in rows.items():
        text += f"\n## {theme}\n\n| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
        text += "".join(line(row) + "\n" for row in some)
    return text


def tried() -> dict[str, list[Row]]:
    """Try every way."""
    return {
        theme: [Row(way, ways.ours(way), ways.openssl(way)) for way in some]
        for theme, some in THEMES.items()
    }


def version_of(text: str) -> str:
    """Return the version of OpenSSL that a file names."""
    named = [one for one in text.splitlines() if one.startswith(VERSION)]
    return named[0].removeprefix(VERSION).partition(";")[0] if named else ""


def without_openssl(text: str) -> str:
    """Return the file without what depends on the OpenSSL of a machine."""
    kept = []
    for one in text.splitlines():
        if one.startswith("| "):
            one = one.removesuffix(" |").rpartition(" | ")[0]
        kept.append(VERSION if one.startswith(VERSION) else one)
    return "\n".join(kept) + "\n"


def differences(there: str, now: str) -> str:
    """Return the lines that differ, as `diff -u` shows them; "" if none does."""
    compared = difflib.unified_diff(
        there.splitlines(), now.splitlines(), "docs/alerts.md", "as it is now", lineterm="", n=0
    )
    return "\n".join(compared)


def main(arguments: list[str]) -> int:
    """Write the file, or compare it."""
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 0 if set(arguments) & {"-h", "--help"} else 2
    now = table(tried())
    if not arguments:
        TABLE.write_text(now, encoding="utf-8")
        return 0
    there = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    same_openssl = version_of(there) == ssl.OPENSSL_VERSION
    found = differences(there, now)
    if found:
        print(found)
    if same_openssl:
        return 1 if found else 0
    return 1 if differences(without_openssl(there), without_openssl(now)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
