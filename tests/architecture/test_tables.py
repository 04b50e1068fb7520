"""The tables of steps and formulae, and the functions in them. Each failure says what to do."""

import ast
import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tlskit import tls12, tls13
from tlskit.order import Role, Row
from tlskit.tls13.order import LATER

PACKAGE = Path(__file__).parents[2] / "tlskit"
VERSIONS: dict[str, Any] = {"tls12": tls12, "tls13": tls13}
STEP_MODULES = [
    *(f"tls12/{one}" for one in ("client", "server", "common", "state")),
    *("tls12/client_authentication", "tls12/resumption"),
    *(f"tls13/{one}" for one in ("client", "server", "common", "state", "offer", "resumption")),
]
ROLES = (Role.CLIENT, Role.SERVER)
SIDES = [(version, role) for version in VERSIONS for role in ROLES]
ROWS: dict[str, tuple[Row, ...]] = {
    "tls12": (*tls12.FULL, *tls12.ABBREVIATED),
    "tls13": (*tls13.FULL, *LATER),
}
FORMULAE = {
    version: {field.name for field in fields(package.Formulae)}
    for version, package in VERSIONS.items()
}
OVERHEARD = {("tls13", "receive_change_cipher_spec"), ("tls13", "receive_early_data")}
"""Rows whose receiver takes no step: a record that means nothing, and application data."""


def source(module: str) -> str:
    return (PACKAGE / f"{module}.py").read_text(encoding="utf-8")


def steps_class(version: str, role: Role) -> Any:
    package = VERSIONS[version]
    return package.ClientSteps if role is Role.CLIENT else package.ServerSteps


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.glob("tls1[23]/*.py")),
    ids=lambda path: f"{path.parent.stem}-{path.stem}",
)
def test_public_functions_cite_their_rfc(path):
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            told = ast.get_docstring(node) or ""
            assert re.search(r"RFC \d{4,5} (§|App\.)", told), (
                f"{path.name}: {node.name}: cite the rule in its docstring, as RFC 5246 §7.4.9"
            )


@pytest.mark.parametrize("version, role", SIDES)
def test_rows_of_the_order_table_and_steps_match_both_ways(version, role):
    asked = set()
    for row in ROWS[version]:
        if row.sender is Role.BOTH:
            asked.add(row.message)
        else:
            verb = "send" if row.sender is role else "receive"
            asked.add(f"{verb}_{row.message}")
    asked -= {step for package, step in OVERHEARD if package == version}
    table = steps_class(version, role)
    there = {field.name for field in fields(table)}
    assert asked - there == set(), f"write these steps, and put them into {table.__name__}"
    assert there - asked == set(), (
        f"no row of the order table asks for these steps of {table.__name__}: add the row,"
        " or take the step out"
    )


@pytest.mark.parametrize(
    "table",
    [
        *(package.Formulae for package in VERSIONS.values()),
        *(steps_class(*side) for side in SIDES),
    ],
    ids=lambda one: f"{one.__module__}.{one.__name__}",
)
def test_a_field_has_the_name_of_its_default(table: Any):
    for field in fields(table):
        default: Any = field.default
        assert default.__name__ == field.name, (
            f"{table.__name__}.{field.name} is {default.__name__}: give both one name, for the"
            " trace and the learner know it by the field's"
        )


@pytest.mark.parametrize("version, role", SIDES)
def test_a_step_takes_a_state_and_at_most_a_message(version, role):
    for field in fields(steps_class(version, role)):
        default: Any = field.default
        names = tuple(default.__annotations__)
        if field.name == "send_key_update":  # the one step that somebody outside may ask for
            names = tuple(one for one in names if one != "request")
        expected = ("state", "message") if field.name.startswith("receive_") else ("state",)
        assert names == (*expected, "return"), (
            f"{field.name}{names}: a step takes {' and '.join(expected)}; what else it needs"
            " stands in the state (a version never: each version has its own steps)"
        )


@pytest.mark.parametrize("module", STEP_MODULES)
def test_steps_call_formulae_only_through_the_table(module):
    name, formulae = f"tlskit.{module}", FORMULAE[module.partition("/")[0]]
    for node in ast.walk(ast.parse(source(module))):
        if not isinstance(node, ast.Call):
            continue
        called, through = node.func, ""
        if isinstance(called, ast.Attribute):
            through = ast.unparse(called.value).split(".")[-1]
        direct = called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)
        assert direct not in formulae or through in ("formulae", "table"), (
            f"{name}:{node.lineno} calls {direct} directly, so neither the trace nor a"
            f" replacement sees it: call state.formulae.{direct}"
        )


@pytest.mark.parametrize("module", [one for one in STEP_MODULES if not one.endswith("state")])
def test_steps_import_no_formula(module):
    name, formulae = f"tlskit.{module}", FORMULAE[module.partition("/")[0]]
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.ImportFrom):
            found = {alias.name for alias in node.names} & formulae
            assert not found, f"{name} imports {sorted(found)}: call it as state.formulae.…"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_formula_is_called_somewhere(version):
    """A formula in the table that no step calls would be replaced without effect."""
    text = "".join(source(module) for module in STEP_MODULES if module.startswith(version))
    text += source("connection") + source("driver")
    for formula in sorted(FORMULAE[version]):
        assert re.search(rf"(formulae|table)\.{formula}\b", text), (
            f"no step calls formulae.{formula}: call it, or take it out of the table"
        )


def test_the_nine_steps_are_numbered_in_the_order_of_the_wire():
    numbers = [row.number for row in tls12.FULL if row.number]
    first_seen = list(dict.fromkeys(numbers))
    assert first_seen == list(range(1, 9)), "number the rows 1 to 8; application data is the ninth"
    assert all(one <= other or one == 8 for one, other in pairwise(numbers))


def test_the_abbreviated_order_is_the_full_one_without_certificates_and_key_exchange():
    """Its rows are rows of the full table, and the server finishes first (RFC 5246 figure 2)."""
    assert set(tls12.ABBREVIATED) < set(tls12.FULL)
    assert {row.message for row in tls12.FULL} - {row.message for row in tls12.ABBREVIATED} == {
        "certificate",
        "server_key_exchange",
        "certificate_request",
        "server_hello_done",
        "client_key_exchange",
        "certificate_verify",
    }
    for table, first in ((tls12.FULL, Role.CLIENT), (tls12.ABBREVIATED, Role.SERVER)):
        senders = [row.sender for row in table if row.message == "finished"]
        assert senders == [first, first.other]
