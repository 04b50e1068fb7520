"""The chooser, driven without a browser: every pick runs anew, or says why it can't be."""

import html
import re
from dataclasses import replace

import pytest

from tlskit import show, tls12
from tlskit.cipher_suites import SUITES, suite_named
from tlskit.connection import Connection
from tlskit.key_exchange import group_named
from tlskit.lesson import ANSWER, REQUEST, Choice, client_settings, pick_run, run, server_settings
from tlskit.peers import exchange
from tlskit.show import Pick, choosers

ECDHE = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
RSA = "TLS_RSA_WITH_AES_128_GCM_SHA256"
SCRIPT = "<script>alert(1)</script>"


class Counted:
    """A lesson's `run`, which counts, and can be told to fail."""

    def __init__(self):
        self.picks: list[Pick] = []
        self.error: Exception | None = None

    def __call__(self, pick):
        self.picks.append(pick)
        if self.error:
            raise self.error
        return pick_run(pick)


@pytest.fixture
def runs():
    return Counted()


@pytest.fixture
def chooser(runs):
    return show.chooser(runs)


def said(chooser) -> str:
    bare = re.sub(r"<style>.*?</style>", "", chooser.note.value, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare)).strip()


def views(chooser) -> tuple[str, str, str]:
    return chooser.ladder.value, chooser.figure.value, chooser.explorer.view.value


def listed(chooser) -> Pick:
    return Pick(**{name: one.value for name, one in chooser.lists.items()})


# ---- what a reader finds


def test_every_list_has_its_label_and_all_that_there_is(chooser):
    labels = [one.description for one in chooser.lists.values()]
    assert labels == [
        "Key exchange",
        "Cipher suite",
        "Certificate",
        "Group",
        "Extended master secret",
        "Resumption",
        "Client certificate",
    ]
    assert chooser.lists["suite"].options == tuple(suite.name for suite in SUITES)
    assert set(chooser.lists["key_exchange"].options) == {"RSA", "ECDHE"}
    assert set(chooser.lists["certificate"].options) == {"rsa", "ecdsa"}
    assert set(chooser.lists["group"].options) == {
        "x25519",
        "secp256r1",
        "secp384r1",
        "secp521r1",
    }
    assert chooser.lists["resumption"].options == ("no", "by session ID", "by ticket")
    asked = ("not asked", "shown", "asked, none shown")
    assert chooser.lists["client_certificate"].options == asked
    assert chooser.lists["extended_master_secret"].value is True


def test_it_begins_with_a_run_and_three_views_in_one_box(chooser, runs):
    assert runs.picks == [Pick()] and listed(chooser) == Pick()
    assert "tlskit-ladder" in chooser.ladder.value
    assert (
        "tlskit-figure" in chooser.figure.value and 'alt="What the client' in chooser.figure.value
    )
    assert "tlskit-explorer" in chooser.explorer.view.value
    shown = chooser.children
    assert all(one in shown for one in (chooser.note, chooser.ladder, chooser.figure))


def test_the_views_are_those_of_the_same_calls_with_fixed_values(chooser):
    chooser.pick(suite=CBC)
    fixed = run(Choice(suite_named(CBC)), REQUEST, ANSWER)
    assert chooser.ladder.value == show.ladder(fixed.calls, fixed.order).html()
    assert chooser.figure.value == show.key_derivation(fixed.calls).html()


# ---- picks that can be


@pytest.mark.parametrize("suite", [suite.name for suite in SUITES if suite.name != ECDHE])
def test_a_suite_brings_its_key_exchange_and_certificate(chooser, runs, suite):
    before = views(chooser)
    chooser.pick(suite=suite)
    picked = suite_named(suite)
    assert listed(chooser) == chooser.picked == runs.picks[-1]
    assert chooser.picked == Pick(str(picked.key_exchange), suite, picked.authentication)
    assert len(runs.picks) == 2, "one pick is one handshake"
    ladder, figure, explorer = views(chooser)
    assert ladder != before[0] and figure != before[1] and explorer != before[2]
    assert suite in ladder


@pytest.mark.parametrize(
    ("changes", "suite"),
    [
        ({"certificate": "ecdsa"}, ECDSA),
        ({"key_exchange": "RSA"}, RSA),
        ({"group": "secp256r1"}, ECDHE),
        ({"extended_master_secret": False}, ECDHE),
    ],
)
def test_the_suite_follows_key_exchange_and_certificate(chooser, runs, changes, suite):
    chooser.pick(**changes)
    assert len(runs.picks) == 2
    assert listed(chooser) == runs.picks[-1] == replace(Pick(), suite=suite, **changes)


def test_where_there_is_no_sibling_the_suite_most_like_it_is_taken_and_named(chooser):
    chooser.pick(suite="TLS_RSA_WITH_AES_256_CBC_SHA256")
    chooser.pick(key_exchange="ECDHE")
    assert chooser.picked.suite == "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    assert "AES_256_CBC_SHA256 is not to be had" in said(chooser)
    assert "Cipher suite is now TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384." in said(chooser)
    chooser.pick(suite="TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
    chooser.pick(key_exchange="RSA")
    assert chooser.picked.suite == "TLS_RSA_WITH_AES_256_GCM_SHA384"


def test_it_says_in_words_what_changed(chooser):
    assert said(chooser) == ""
    chooser.pick(key_exchange="RSA")
    assert "ServerKeyExchange is gone." in said(chooser)
    assert f"Cipher suite is now {RSA}." in said(chooser)
    assert "ClientKeyExchange (client): 37 → 262 bytes." in said(chooser)
    assert "The group is not used" in said(chooser)
    assert "taught, not recommended: no forward secrecy" in said(chooser)
    chooser.pick(suite=ECDHE)
    assert "ServerKeyExchange is new." in said(chooser)
    assert "Key exchange is now ECDHE." in said(chooser)
    assert "not used" not in said(chooser) and "taught" not in said(chooser)
    chooser.pick(extended_master_secret=False)
    formula = 'PRF(pre_master_secret, "master secret", client_random + server_random)'
    assert f"master_secret is now {formula}." in said(chooser)
    chooser.pick(suite=CBC)
    assert "CBC with HMAC" in said(chooser) and "The group" not in said(chooser)
    assert "Finished (client) on the wire: 45 → 73." in said(chooser)


def test_what_it_says_is_said_by_a_screen_reader_too(chooser):
    chooser.pick(key_exchange="RSA")
    assert 'class="tlskit tlskit-note"' in chooser.note.value
    assert 'role="status" aria-live="polite"' in chooser.note.value


def test_the_ladder_comes_before_the_figure(chooser, monkeypatch):
    old = views(chooser)
    seen = []

    def drawn(calls):
        seen.append(views(chooser))
        return show.key_derivation(calls)

    monkeypatch.setattr(choosers, "key_derivation", drawn)
    chooser.pick(suite=CBC)
    (ladder, figure, explorer) = seen[0]
    assert ladder != old[0] and explorer != old[2] and figure == old[1] != chooser.figure.value


def test_a_replaced_formula_shows_in_every_run_of_the_chooser():
    def mine(prf, pre_master_secret, session_hash):
        return prf(pre_master_secret, b"my master secret", session_hash, 48)

    table = replace(tls12.FORMULAE, extended_master_secret=mine)

    def my_run(pick):
        choice = Choice(suite_named(pick.suite), group_named(pick.group))
        result = run(choice, client_formulae=table, server_formulae=table)
        return result.calls, result.order

    chooser = show.chooser(my_run)
    assert "my master secret" in chooser.figure.value
    chooser.pick(suite=ECDSA)
    assert "my master secret" in chooser.figure.value


# ---- picks that can't be


def test_an_ecdsa_certificate_with_rsa_key_transport(chooser, runs):
    chooser.pick(key_exchange="RSA")
    before, count = views(chooser), len(runs.picks)
    chooser.pick(certificate="ecdsa")
    assert "an ECDSA key can only sign" in said(chooser)
    assert "The drawings below are of the run before." in said(chooser)
    assert views(chooser) == before and len(runs.picks) == count
    assert chooser.picked.certificate == "rsa"


def test_rsa_key_transport_with_an_ecdsa_certificate(chooser, runs):
    chooser.pick(certificate="ecdsa")
    before = views(chooser)
    chooser.pick(key_exchange="RSA")
    assert "an ECDSA key can only sign" in said(chooser)
    assert views(chooser) == before and chooser.picked.key_exchange == "ECDHE"


def test_a_group_with_rsa(chooser, runs):
    chooser.pick(key_exchange="RSA")
    before, count = views(chooser), len(runs.picks)
    chooser.pick(group="secp256r1")
    assert "RSA key transport has no group" in said(chooser)
    assert "Pick ECDHE to use secp256r1." in said(chooser)
    assert views(chooser) == before and len(runs.picks) == count
    chooser.pick(key_exchange="ECDHE")
    assert chooser.picked.group == "secp256r1" and "secp256r1" in chooser.ladder.value


@pytest.mark.parametrize("then", [{"extended_master_secret": False}, {"group": "secp256r1"}])
def test_nothing_runs_while_the_lists_show_what_cannot_be(chooser, runs, then):
    chooser.pick(key_exchange="RSA")
    chooser.pick(certificate="ecdsa")
    count = len(runs.picks)
    chooser.pick(**then)
    assert "an ECDSA key can only sign" in said(chooser) and len(runs.picks) == count


@pytest.mark.parametrize(
    "then", [{"certificate": "rsa"}, {"key_exchange": "ECDHE"}, {"suite": CBC}]
)
def test_there_is_a_way_out_of_what_cannot_be(chooser, runs, then):
    chooser.pick(key_exchange="RSA")
    chooser.pick(certificate="ecdsa")
    count = len(runs.picks)
    chooser.pick(**then)
    assert len(runs.picks) == count + 1 and "only sign" not in said(chooser)
    assert listed(chooser) == chooser.picked


def test_a_wrong_name_is_the_callers_fault(chooser):
    with pytest.raises(ValueError, match="Cipher suite has no entry 'TLS_NULL'; it has TLS_ECDHE"):
        chooser.pick(suite="TLS_NULL")
    with pytest.raises(ValueError, match="there is no list 'colour'; there are key_exchange"):
        chooser.pick(colour="red")


def test_the_first_pick_must_go_together(runs):
    with pytest.raises(ValueError, match="goes with key_exchange='ECDHE', certificate='rsa'"):
        show.chooser(runs, Pick(key_exchange="RSA"))
    first = Pick("RSA", RSA)
    assert show.chooser(runs, first).picked == first


# ---- what goes wrong is seen


def test_an_error_is_shown_in_the_page_and_the_next_pick_works(chooser, runs):
    before = views(chooser)
    runs.error = RuntimeError(f"the run broke {SCRIPT}")
    chooser.pick(suite=CBC)
    assert "tlskit-error" in chooser.note.value and 'role="alert"' in chooser.note.value
    assert "RuntimeError: the run broke" in said(chooser)
    assert SCRIPT not in chooser.note.value
    assert "drawn below is of an earlier run" in said(chooser)
    assert views(chooser) == before and chooser.picked == Pick()
    runs.error = None
    chooser.pick(suite=RSA)
    assert "tlskit-error" not in chooser.note.value and "ServerKeyExchange is gone" in said(chooser)
    assert chooser.picked.suite == RSA


def test_an_error_in_a_drawing_is_shown_too(chooser, monkeypatch):
    def broken(calls):
        raise TypeError("no pencil")

    monkeypatch.setattr(choosers, "key_derivation", broken)
    chooser.pick(suite=CBC)
    assert "TypeError: no pencil" in said(chooser)


def test_a_handshake_that_fails_is_drawn_and_put_in_words():
    def failing(pick):
        calls = []
        client = client_settings(suites=(suite_named(pick.suite),))
        server = server_settings()
        if pick.group == "secp256r1":
            server = server_settings(suites=(suite_named(RSA),))
        exchange(
            Connection(client, tls12.client(), calls), Connection(server, tls12.server(), calls)
        )
        return calls, tls12.FULL

    chooser = show.chooser(failing)
    assert "tlskit-figure" in chooser.figure.value
    chooser.pick(group="secp256r1")
    assert "ClientHello refused by server: handshake_failure" in said(chooser)
    assert "handshake_failure" in chooser.ladder.value
    assert "tlskit-figure" not in chooser.figure.value, "the plot is of another run"
    assert "derived no keys" in chooser.figure.value
    chooser.pick(group="x25519")
    assert "refused" not in said(chooser) and "tlskit-figure" in chooser.figure.value
