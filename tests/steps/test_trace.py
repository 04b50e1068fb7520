"""Watching calls, and replacing functions: what a learner's mistake looks like."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from by_hand import MASTER_SECRET, PRE_MASTER_SECRET, illustrated_state
from read_vectors import illustrated, message

from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.lesson import client_settings, server_settings
from tlskit.order import Role
from tlskit.peers import exchange
from tlskit.registry import AlertDescription
from tlskit.tls12 import CLIENT_STEPS, FORMULAE, client, common, key_schedule, server
from tlskit.tls12.key_schedule import PRF
from tlskit.trace import Call, ReplacementError, checked, recorded

ROOT = Path(__file__).parents[2]
ARGUMENTS = (
    key_schedule.prf_sha256,
    PRE_MASTER_SECRET,
    illustrated("client_random"),
    illustrated("server_random"),
)
SIGNATURE = (
    "it stands for master_secret(prf: Callable[[bytes, bytes, bytes, int], bytes],"
    " pre_master_secret: bytes, client_random: bytes, server_random: bytes) -> bytes"
)


def refusal(mine: Any, *arguments: Any) -> str:
    """Return what is said of a learner's master_secret that was called with these arguments."""
    table = checked(replace(FORMULAE, master_secret=mine))
    with pytest.raises(ReplacementError) as raised:
        table.master_secret(*(arguments or ARGUMENTS))
    return str(raised.value)


def test_a_function_that_is_right_is_called_as_it_is():
    def my_master_secret(
        prf: PRF, pre_master_secret: bytes, client_random: bytes, server_random: bytes
    ) -> bytes:
        return prf(pre_master_secret, b"master secret", client_random + server_random, 48)

    table = checked(replace(FORMULAE, master_secret=my_master_secret))
    assert table.master_secret(*ARGUMENTS) == MASTER_SECRET


def test_a_function_that_is_not_written_yet():
    def my_master_secret(*_):
        raise NotImplementedError

    assert refusal(my_master_secret) == f"my_master_secret is not written yet; {SIGNATURE}"


def test_a_function_that_raises():
    def my_master_secret(*_):
        return {}["secret"]

    said = refusal(my_master_secret)
    assert said == f"my_master_secret raised KeyError: 'secret'; {SIGNATURE}"


def test_the_cause_is_kept_for_the_traceback():
    def my_master_secret(*_):
        raise ZeroDivisionError

    table = checked(replace(FORMULAE, master_secret=my_master_secret))
    with pytest.raises(ReplacementError, match="raised ZeroDivisionError; it stands") as raised:
        table.master_secret(*ARGUMENTS)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (None, "None (is a `return` missing?)"),
        ("00ff", "str '00ff'"),
        (bytearray(b"ab"), r"bytearray bytearray(b'ab')"),
        ((b"a", 1), "a tuple of 2 (bytes, int)"),
        (48, "int 48"),
    ],
)
def test_a_function_that_returns_a_wrong_type(result, said):
    assert refusal(lambda *_: result) == f"<lambda> returned {said}; {SIGNATURE}"


def test_a_function_that_takes_other_arguments():
    def my_master_secret(secret: bytes) -> bytes:
        return secret

    said = refusal(my_master_secret)
    assert said.startswith("my_master_secret raised TypeError: ")
    assert "takes 1 positional argument but 4 were given" in said
    assert said.endswith(SIGNATURE)


def test_an_alert_from_a_learners_function_is_an_alert():
    def my_master_secret(*_):
        raise Alert(AlertDescription.handshake_failure, "no", "RFC 5246 §8.1")

    table = checked(replace(FORMULAE, master_secret=my_master_secret))
    with pytest.raises(Alert, match="handshake_failure: no"):
        table.master_secret(*ARGUMENTS)


def test_the_innermost_replaced_function_is_the_one_that_is_named():
    """A step of hers calls a formula of hers, and the formula is wrong: it is to blame alone."""
    state = illustrated_state(Role.CLIENT, "clientkeyexchange")
    formulae = checked(replace(FORMULAE, master_secret=lambda *_: None))
    steps = checked(replace(CLIENT_STEPS, generate_keys=lambda state: common.generate_keys(state)))
    with pytest.raises(ReplacementError) as raised:
        steps.generate_keys(state.but(formulae=formulae))
    said = f"<lambda> returned None (is a `return` missing?); {SIGNATURE}"
    assert str(raised.value) == said


STEP_RESULTS = {
    "send_finished": (b"message alone", "bytes b'message alone'"),
    "receive_finished": ((1, b""), "a tuple of 2 (int, bytes)"),
    "generate_keys": (None, "None (is a `return` missing?)"),
}


@pytest.mark.parametrize("name", STEP_RESULTS)
def test_a_step_that_returns_a_wrong_shape(name):
    result, said = STEP_RESULTS[name]
    steps = checked(replace(CLIENT_STEPS, **{name: lambda *_: result}))
    with pytest.raises(ReplacementError) as raised:
        getattr(steps, name)(illustrated_state(Role.CLIENT, ""), b"")
    assert str(raised.value).startswith(f"<lambda> returned {said}; it stands for {name}(state: ")


def test_a_dictionary_and_a_tuple_are_held_to_their_shape():
    partition = checked(replace(FORMULAE, partition=lambda *_: [b"key"])).partition
    with pytest.raises(ReplacementError, match=r"returned list \[b'key'\]"):
        partition(None, b"")
    steps = checked(replace(CLIENT_STEPS, send_finished=lambda state: (state, b"x", b"y")))
    with pytest.raises(ReplacementError, match=r"a tuple of 3 \(State, bytes, bytes\)"):
        steps.send_finished(illustrated_state(Role.CLIENT, ""))


def test_checked_leaves_our_own_functions_alone():
    assert checked(FORMULAE) is FORMULAE
    assert checked(CLIENT_STEPS) is CLIENT_STEPS
    table = checked(replace(FORMULAE, prf=lambda *_: b""))
    assert table.verify_data is FORMULAE.verify_data
    again = checked(table)
    assert again.prf is table.prf, "wrapped once is enough"


# ---- inside a connection


def test_a_learners_mistake_ends_the_connection_and_tells_the_peer_no_more_than_needed():
    told = client_settings(extended_master_secret=False)
    mine = Connection(told, client(replace(FORMULAE, master_secret=lambda *_: "secret")))
    other = Connection(server_settings(), server())
    problems = exchange(mine, other)
    assert [type(error) for _, error in problems] == [ReplacementError, Alert]
    assert problems[0][0] is mine
    assert "<lambda> returned str 'secret'" in str(problems[0][1])
    alert: Any = problems[1][1]
    assert alert.received
    assert alert.description is AlertDescription.internal_error
    assert mine.failure is problems[0][1]
    assert not mine.done


# ---- the trace


def test_inner_calls_nest_and_have_named_arguments():
    calls: list[Call] = []
    steps, formulae = recorded(calls, "client", CLIENT_STEPS, FORMULAE)
    state = illustrated_state(Role.CLIENT, "clientkeyexchange").but(formulae=formulae)
    after = steps.generate_keys(state)
    (outer,) = calls
    assert (outer.name, outer.by) == ("generate_keys", "client")
    assert outer.arguments == {"state": state}
    assert outer.result is after
    assert [one.name for one in outer.inner] == ["master_secret", "key_block", "partition"]
    master, block, cut = outer.inner
    assert list(master.arguments) == ["prf", "pre_master_secret", "client_random", "server_random"]
    assert master.arguments["pre_master_secret"] == PRE_MASTER_SECRET
    assert master.result == MASTER_SECRET == block.arguments["master_secret"]
    (prf,) = master.inner
    assert prf.name == "prf"
    assert prf.arguments == {
        "hash_name": "sha256",
        "secret": PRE_MASTER_SECRET,
        "label": b"master secret",
        "seed": illustrated("client_random") + illustrated("server_random"),
        "length": 48,
    }
    assert cut.arguments["key_block"] == block.result
    assert [one.name for one in outer.walk()] == [
        *("generate_keys", "master_secret", "prf", "key_block", "prf", "partition"),
    ]


def test_a_call_that_fails_is_recorded_with_its_error():
    calls: list[Call] = []
    (steps,) = recorded(calls, "client", CLIENT_STEPS)
    state = illustrated_state(Role.CLIENT, "serverhello")
    with pytest.raises(Alert) as raised:
        steps.receive_certificate(state, message("serverkeyexchange"))
    assert calls[0].error is raised.value
    assert calls[0].result is None
    with pytest.raises(Alert):
        steps.receive_certificate(state, b"")
    assert len(calls) == 2, "after an error the next call stands beside it, not inside"


def test_recording_changes_no_byte_and_no_table():
    def run(*calls: list[Call]) -> tuple[bytes, bytes]:
        ends = (
            Connection(client_settings(), client(), *calls),
            Connection(server_settings(), server(), *calls),
        )
        sent: list[bytes] = []
        for _ in range(3):
            for end, other in (ends, ends[::-1]):
                sent.append(end.data_to_send())
                other.receive(sent[-1])
        assert ends[0].done
        assert ends[1].done
        return b"".join(sent), ends[0].state.master_secret

    calls: list[Call] = []
    before = dict(vars(FORMULAE)), dict(vars(CLIENT_STEPS))
    assert run(calls) == run()
    assert (dict(vars(FORMULAE)), dict(vars(CLIENT_STEPS))) == before
    assert {call.by for call in calls} == {"client", "server"}


def test_a_learners_function_is_recorded_under_the_name_of_what_it_stands_for():
    def mine(prf: PRF, secret: bytes, one: bytes, other: bytes) -> bytes:
        return bytes(48)

    calls: list[Call] = []
    told = client_settings(extended_master_secret=False)
    mine_end = Connection(told, client(replace(FORMULAE, master_secret=mine)), calls)
    exchange(mine_end, Connection(server_settings(), server()))
    (call,) = [one for outer in calls for one in outer.walk() if one.name == "master_secret"]
    assert call.result == bytes(48)
    assert list(call.arguments) == ["prf", "pre_master_secret", "client_random", "server_random"]


def test_mypy_objects_to_a_replacement_of_another_shape(tmp_path):
    snippet = tmp_path / "snippet.py"
    snippet.write_text(
        dedent("""\
            from dataclasses import replace

            from tlskit.tls12 import CLIENT_STEPS, FORMULAE, Formulae, State
            from tlskit.tls12.key_schedule import PRF


            def right(prf: PRF, secret: bytes, one: bytes, other: bytes) -> bytes:
                return bytes(48)


            def wrong(prf: PRF, secret: bytes) -> str:
                return ""


            def alone(state: State) -> bytes:
                return b""


            replace(FORMULAE, master_secret=right)
            replace(FORMULAE, master_secret=wrong)
            replace(CLIENT_STEPS, send_finished=alone)
            Formulae(master_secret=wrong)
        """),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    run = subprocess.run([*command, str(snippet)], cwd=ROOT, capture_output=True, text=True)
    errors = [line for line in run.stdout.splitlines() if "error:" in line]
    assert [line.partition("snippet.py:")[2].partition(":")[0] for line in errors] == [
        *("20", "21", "22"),
    ], run.stdout + run.stderr
    assert all("incompatible type" in line for line in errors)
