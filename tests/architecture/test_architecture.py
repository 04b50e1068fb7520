"""The shape of tlskit, held by reading its source. Each failure says what to do."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tlskit"

RANKS = {
    0: "registry order peers field_note keylog questions",
    1: "alerts layouts cipher_suites field_notes_13",
    2: "field_notes presentation records trace certificate_faults key_exchange signatures",
    3: "extensions certificates record_layer derivation",
    4: "messages settings",
    5: "hello sessions tls13_messages",
    6: "tls12 tls13",
    7: "driver",
    8: "connection",
    9: "versions pki watching facts ladder_rows record_journey chain_rows private_files "
    "http_request captures",
    10: "faulty_pki fresh_pki credential_files network serving http_answers row_details_13 lesson",
    11: "first_seconds checkpoints row_details",
    12: "show",
    13: "labs",
    14: "checks",
    15: "command tasks",
    16: "__main__ pairs predictions exercises",
    17: "grade",
}
"""A module, or all of a package, imports only from lower ranks."""

WITHIN = {
    "command": (
        "options show",
        "looking suites",
        "serve connect pcap",
        "__init__",
    ),
    "exercises": (
        "task",
        "calling drawing together hers key_generation_mistakes key_generation_cutting "
        "key_generation_extended "
        "resumption_mistakes client_key_exchange_mistakes certificate_mistakes "
        "server_key_exchange_signing server_key_exchange_apart",
        "judging alert_names resumption_decisions client_key_exchange_more certificate_cases "
        "certificate_verifiers server_key_exchange_cases "
        "server_key_exchange_mistakes server_key_exchange_signing_mistakes",
        "resumption_live resumption_cases client_key_exchange_live key_generation_live "
        "certificate_live certificate_chains certificate_chain_mistakes server_key_exchange_live",
        "record_protection_mistakes record_protection_cbc finished_mistakes",
        "record_protection_cbc_mistakes finished_verdicts",
        "record_protection_cbc_opening",
        "record_protection_cases record_protection_live finished_live finished_cases",
        "record_protection finished",
        "capstone_peers capstone_flight earlier",
        "capstone_broken capstone_captures capstone_live",
        "capstone_served capstone_diagnosis capstone_parts",
        "capstone",
        "first_step key_generation resumption client_key_exchange certificate server_key_exchange",
        "hello_reader",
        "hello_misread client_hello_mistakes",
        "hello_drawing client_hello_live client_hello_several",
        "client_hello server_hello_choice server_hello_answers",
        "server_hello_lists server_hello_cases server_hello_live server_hello_words",
        "server_hello",
        "brought",
        "__init__",
    ),
    "grade": (
        "rows data cells stand_ins machine system_calls course_copy",
        "inside isolation submissions pages counts gradebook",
        "sandbox plots feedback",
        "running summary",
        "grading",
        "workers folder",
        "marking",
        "__main__ __init__",
    ),
    "tls13": (
        "key_schedule authentication",
        "record_protection",
        "state",
        "common offer resumption",
        "client server order",
        "__init__",
    ),
    "tls12": (
        "key_schedule record_protection negotiation",
        "state",
        "common",
        "client_authentication exporter resumption",
        "client server order",
        "__init__",
    ),
    "checks": (
        "report loops",
        "mistakes",
        "before_you_start lesson_01 lesson_02 lesson_03 lesson_04 lesson_05 lesson_06 "
        "lesson_07 lesson_08 lesson_09 lesson_10 lesson_13 live key_generation",
        "__init__",
    ),
    "labs": (
        "key_generation first_tools record_protection hellos in_transit server_flight loopback "
        "resumption",
        "real_peers certificate_chains tampering triple_handshake lengths signalling "
        "in_the_middle key_transport breaks evidence negotiation",
        "wiretap own_capture real_browser breaks_hello breaks_exchange breaks_keys breaks_after "
        "diagnosis_words",
        "capstone diagnosis stolen_ticket brought_capture",
        "__init__",
    ),
    "show": (
        "page fields picks",
        "record_pictures record_view figures tables ladder_drawing",
        "keys_rounds keys_partition keys_avalanche "
        "explorer key_plot chain_drawing tampering_drawing",
        "negotiation_view explorer_widget record_lab_widget "
        "answering chain_widget tampering_widget",
        "packet_panes choosers negotiation_widget diagnosing lengths_view "
        "offers_view recall_questions packing_view picked_tables",
        "course_questions",
        "__init__",
    ),
}
"""Inside a package: the same, by these lines from top to bottom."""

LATE = {("tlskit.show.explorer", "tlskit.show.explorer_widget")}
"""Imported inside a function, so that tables and texts do without ipywidgets."""

CONNECTION = 8
"""Up to this rank modules are pure, and know no version's package but their own."""
NOT_PURE = {"peers"}
KEEP_OUT = {
    *("os", "socket", "time", "random", "secrets", "select", "threading", "subprocess", "asyncio"),
    *("IPython", "matplotlib", "numpy", "ipywidgets"),
}
ASKS = {"now", "utcnow", "today", "urandom", "generate", "generate_private_key", "generate_key"}
"""Methods that would bring time or chance in by the back door."""
HEAVY = {"numpy", "matplotlib", "ipywidgets", "IPython", "jupyterlab"}
LONGEST = 350


def name_of(path: Path) -> str:
    """Return the dotted name of a source file of tlskit."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


SOURCES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(SOURCES[name].read_text(encoding="utf-8"))


def imports(name: str) -> set[str]:
    """Return what a module imports, in functions too, as dotted names of modules."""
    found = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively; write the whole name, tlskit.…"
            module = node.module or ""
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                found.add(whole if f"{whole}.__init__" in SOURCES or whole in SOURCES else module)
    return found


def ours(name: str) -> set[str]:
    """Return the modules of tlskit that a module imports; a package stands for its __init__."""
    found = {one for one in imports(name) if one.split(".")[0] == "tlskit"}
    return {f"{one}.__init__" if f"{one}.__init__" in SOURCES else one for one in found}


def part(name: str) -> str:
    """Return the module or package below tlskit that a module belongs to."""
    return name.split(".")[1]


def rank(name: str) -> int:
    for number, names in RANKS.items():
        if part(name) in names.split():
            return number
    raise AssertionError(
        f"{name} has no rank: put it into RANKS, one above the highest that it imports"
    )


def place(name: str) -> int:
    """Return the line of a module inside its package."""
    package, module = name.split(".")[1:]
    for number, names in enumerate(WITHIN[package]):
        if module in names.split():
            return number
    raise AssertionError(f"{name} has no place: put it into WITHIN[{package!r}], below its imports")


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "tlskit.__init__"])
def test_imports_go_down(name):
    for other in sorted(ours(name) - {"tlskit.__init__"}):
        if part(other) == part(name) and part(name) in WITHIN:
            allowed = place(other) < place(name) or (name, other) in LATE
        else:
            allowed = rank(other) < rank(name)
        assert allowed, (
            f"{name} imports {other}, which is not below it: move what both need into a module"
            " of a lower rank, or hand it in as an argument"
        )


def test_the_table_of_ranks_names_no_module_that_is_gone():
    named = {one for names in RANKS.values() for one in names.split()}
    there = {part(name) for name in SOURCES} - {"__init__"}
    assert named == there, f"take out of RANKS or put in: {sorted(named ^ there)}"
    for package, lines in WITHIN.items():
        listed = {one for names in lines for one in names.split()}
        files = {path.stem for path in (PACKAGE / package).glob("*.py")}
        assert listed == files, f"take out of WITHIN[{package!r}] or put in: {listed ^ files}"


def test_importing_the_package_itself_loads_nothing():
    assert not ours("tlskit.__init__"), "keep tlskit/__init__.py empty but for its docstring"


@pytest.mark.parametrize("name", [name for name in SOURCES if part(name) != "__init__"])
def test_only_lessons_and_what_is_above_know_a_version(name):
    if rank(name) <= CONNECTION:
        packages = {"tls12", "tls13"} - {part(name)}
        known = {other for other in ours(name) if part(other) in packages}
        assert not known, (
            f"{name} imports {sorted(known)}: the driver and all below it serve every version;"
            " take the version's tables as an argument (Side)"
        )


def test_the_drawings_know_no_version_and_no_lesson_even_by_detours():
    reached, left = set(), {name for name in SOURCES if part(name) == "show"}
    while left:
        name = left.pop()
        reached.add(name)
        left |= ours(name) - reached - {"tlskit.__init__"}
    known = {
        name for name in reached if part(name) in ("tls12", "tls13", "versions", "lesson", "pki")
    }
    assert not known, (
        f"tlskit.show reaches {sorted(known)}: rows, labels and edges come from the calls and"
        " order tables that a lesson hands in"
    )


@pytest.mark.parametrize(
    "name", [name for name in SOURCES if part(name) != "__init__" and rank(name) <= CONNECTION]
)
def test_steps_and_all_below_them_do_no_input_or_output(name):
    if part(name) in NOT_PURE:
        return
    found = {one.split(".")[0] for one in imports(name)} & KEEP_OUT
    assert not found, (
        f"{name} imports {sorted(found)}: bytes, randomness and time come in as arguments"
        " (Settings), and drawing belongs into tlskit.show"
    )
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            assert called not in ASKS, (
                f"{name}:{node.lineno} asks for time or chance itself: take it from Settings"
            )
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            assert called not in ("open", "print", "input"), (
                f"{name}:{node.lineno} calls {called}(): return a value instead"
            )


PYTHON_FILES = [
    path
    for folder in ("tlskit", "tests", "tools", ".")
    for path in sorted((ROOT / folder).glob("*.py" if folder == "." else "**/*.py"))
]


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_to_its_end(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, f"{path.name} has {lines} lines, at most {LONGEST}: split it by theme"


CORE = [
    "tlskit",
    "tlskit.tls12",
    "tlskit.tls13",
    "tlskit.versions",
    "tlskit.connection",
    "tlskit.pki",
    "tlskit.peers",
    "tlskit.ladder_rows",
    "tlskit.lesson",
    "tlskit.checks",
    "tlskit.__main__",
    "tlskit.show",
]


def test_importing_the_core_loads_nothing_heavy():
    command = f"import sys, {', '.join(CORE)}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in run.stdout.split()}
    assert "cryptography" in loaded
    assert not loaded & HEAVY, (
        f"importing tlskit loads {sorted(loaded & HEAVY)}: import it inside the function that draws"
    )
