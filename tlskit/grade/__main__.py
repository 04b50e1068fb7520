"""Grade a class's submissions: `python -m tlskit.grade SUBMISSIONS --assignment NAME --out DIR`."""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tlskit.exercises import assignments
from tlskit.grade.folder import Folder
from tlskit.grade.isolation import Isolation
from tlskit.grade.marking import Order, grade_all
from tlskit.grade.sandbox import isolation_here
from tlskit.grade.submissions import shown, students
from tlskit.grade.workers import Workers, cluster, isolation_there, processes

PROGRAM = "tlskit.grade"
TRUST = "--i-trust-these-submissions"
NEEDS_TRUST = (
    "{missing}; `python3 course.py peers` installs bubblewrap, or say {trust} to grade without it"
)
NOT_IN_CI = "{missing}; with CI=true nothing is graded without it"


class Wrong(Exception):
    """Something that the command can't do; told in one line."""


class Parser(argparse.ArgumentParser):
    """Tells a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end with 2."""
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(2)


def parser() -> Parser:
    """Return what reads the command line."""
    found = Parser(prog=PROGRAM, description=__doc__.split(":")[0], allow_abbrev=False)
    add = found.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="a folder for each student in it")
    add("--assignment", required=True, metavar="NAME", help='as "08_finished"')
    add("--out", required=True, type=Path, metavar="DIR", help="where results are kept")
    add("--seed", help="what the inputs follow from (drawn and kept in DIR)")
    add("--students", action="append", metavar="A,B", help="grade only these")
    add("--regrade", action="store_true", help="grade anew what is graded already")
    add("--timeout", type=seconds, metavar="SECONDS", help="for a task, in place of its own")
    add("--jobs", type=positive, metavar="N", help="how many at once (all cores)")
    add("--scheduler", metavar="ADDRESS", help="grade on a Dask cluster, as tcp://host:8786")
    add("--gradebook", metavar="URL", help="enter the points into nbgrader's database, too")
    add(TRUST, action="store_true", dest="trust", help="grade without a sandbox if there is none")
    return found


def seconds(text: str) -> float:
    """Return a number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return value


def positive(text: str) -> int:
    """Return a number from 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade; return the exit code."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return graded(options)
    except KeyboardInterrupt:
        again = "the same command goes on where it was"
        print(f"{PROGRAM}: interrupted; {again}", file=sys.stderr)
        return 130
    except (Wrong, ValueError, ModuleNotFoundError) as error:
        print(f"{PROGRAM}: {one_line(error)}", file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{PROGRAM}: {where}{error.strerror or one_line(error)}", file=sys.stderr)
        return 2


def one_line(error: Exception) -> str:
    """Return an error's words on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def graded(options: argparse.Namespace) -> int:
    """Grade what was asked for, and say what came of it."""
    known = assignments()
    if options.assignment not in known:
        there = ", ".join(known)
        raise Wrong(f"there is no assignment {options.assignment!r}; there are {there}")
    asked = known[options.assignment]
    names = chosen(options)
    workers, isolation = prepared(options)
    folder = Folder(options.out, asked.name)
    seed = folder.open(options.seed)
    here = options.scheduler is None
    order = Order(
        *(options.submissions, names, asked, seed, isolation),
        *(options.timeout, options.regrade, here),
    )
    began = time.monotonic()
    fresh = grade_all(order, folder, workers)
    results = list(folder.results())
    tell(len(names), fresh, time.monotonic() - began, isolation, options.out)
    statuses = Counter(str(row.status) for result in results for row in result.rows)
    print("rows: " + ", ".join(f"{number} {status}" for status, number in statuses.most_common()))
    if options.gradebook:
        from tlskit.grade import gradebook

        entered = gradebook.load(results, asked, options.gradebook)
        print(f"{entered} submissions entered into {options.gradebook}")
    return 0


def tell(total: int, fresh: int, taken: float, isolation: Isolation, out: Path) -> None:
    """Say how many were graded, and where it stands."""
    before = f" ({total - fresh} of {total} were graded already)" if fresh < total else ""
    print(f"{fresh} submissions graded in {taken:.1f} s{before}; isolation: {isolation}")
    print(f"see {out / 'grades.csv'}, {out / 'summary.html'} and {out / 'feedback'}")


def chosen(options: argparse.Namespace) -> list[str]:
    """Return the students' folders that are to be graded."""
    if not options.submissions.is_dir():
        raise Wrong(f"there is no folder {options.submissions}")
    names = students(options.submissions, options.assignment)
    if not names:
        raise Wrong(f"{options.submissions} has no folder of a student in it")
    if options.students is None:
        return names
    wanted = [name for listed in options.students for name in named(listed, names)]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise Wrong(f"{options.submissions} has no student {shown(unknown[0])!r}")
    return list(dict.fromkeys(wanted))


def named(listed: str, names: Sequence[str]) -> list[str]:
    """Return the names in a list with commas; a name may have one itself."""
    return [listed] if listed in names else [name for name in listed.split(",") if name]


def prepared(options: argparse.Namespace) -> tuple[Workers, Isolation]:
    """Return who grades, and how code is kept in there."""
    if options.scheduler is not None:
        make, client = cluster(options.scheduler)
        number, found = isolation_there(client)
        workers = Workers(make, options.jobs or number)
    else:
        found = isolation_here()
        workers = Workers(processes, options.jobs or cores())
    isolation, missing = found
    if isolation is not Isolation.BUBBLEWRAP:
        if os.environ.get("CI") == "true":
            raise Wrong(NOT_IN_CI.format(missing=missing))
        if not options.trust:
            raise Wrong(NEEDS_TRUST.format(missing=missing, trust=TRUST))
        print(f"{PROGRAM}: {missing}", file=sys.stderr)
    return workers, isolation


def cores() -> int:
    """Return how many cores there are for this process."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
