"""Resumption and client certificates in the chooser, and in the runs behind it."""

import html
import re
from dataclasses import replace

import pytest
import runs

from tlskit import lesson, show, tls12
from tlskit.cipher_suites import suite_named
from tlskit.derivation import derivation
from tlskit.ladder_rows import ladder_rows
from tlskit.lesson import ANSWER, REQUEST, Choice, pick_run, run
from tlskit.show import Pick, picks

ECDHE, CBC, RSA = runs.ECDHE, runs.CBC, runs.RSA


@pytest.fixture
def chooser():
    return show.chooser(pick_run)


def said(chooser) -> str:
    bare = re.sub(r"<style>.*?</style>", "", chooser.note.value, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare)).strip()


def views(chooser) -> tuple[str, str, str]:
    return chooser.ladder.value, chooser.figure.value, chooser.explorer.view.value


def hello_random(calls) -> bytes:
    return next(row.data[6:38] for row in ladder_rows(calls, tls12.FULL))


@pytest.mark.parametrize("how", ["by session ID", "by ticket"])
def test_a_resumed_handshake_is_drawn_after_a_full_one(chooser, how):
    before = views(chooser)
    chooser.pick(resumption=how)
    assert chooser.picked == replace(Pick(), resumption=how)
    assert all(old != new for old, new in zip(before, views(chooser), strict=True))
    gone = "Certificate, ServerKeyExchange, ServerHelloDone and ClientKeyExchange are gone."
    assert gone in said(chooser)
    assert "The server's Finished comes first." in said(chooser)
    assert "x25519 was used in the full handshake before" in said(chooser)
    chooser.pick(resumption="no")
    assert gone.replace("gone", "new") in said(chooser)
    assert "The client's Finished comes first." in said(chooser)
    assert "handshake before" not in said(chooser)


@pytest.mark.parametrize("how", ["by session ID", "by ticket"])
def test_a_resumed_run_keeps_the_calls_of_the_first(how):
    result = run(Choice(suite_named(ECDHE), resumption=how), REQUEST, ANSWER)
    assert result.order is tls12.ABBREVIATED and not result.failures
    assert result.client.state.resumed and result.server.state.resumed
    full = [row.message for row in ladder_rows(result.before, tls12.FULL)]
    assert "certificate" in full and ("new_session_ticket" in full) == (how == "by ticket")
    kept = derivation(result.before).named("master_secret").value
    assert kept == result.client.state.master_secret == result.server.state.master_secret
    first, again = (hello_random(calls) for calls in (result.before, result.calls))
    assert first != again, "the randoms are new"
    anew = run(Choice(suite_named(ECDHE), resumption=how), REQUEST, ANSWER)
    assert hello_random(anew.calls) == again, "and the same in every run"


def test_a_run_without_resumption_has_nothing_before_it():
    result = run(Choice(suite_named(ECDHE)))
    assert result.before == [] and result.order is tls12.FULL


@pytest.mark.parametrize("suite", [ECDHE, CBC, RSA])
@pytest.mark.parametrize("extended", [True, False])
def test_the_keys_of_a_resumed_run_begin_with_the_sessions_secret(suite, extended):
    choice = Choice(suite_named(suite), extended_master_secret=extended, resumption="by ticket")
    result = run(choice)
    for by in ("client", "server"):
        graph = derivation(result.calls, by)
        assert graph.named("master_secret").value == result.client.state.master_secret
        assert graph.into("master_secret") == ()
        assert {edge.source for edge in graph.into("key_block")} >= {"master_secret"}
        figure = show.key_derivation(result.calls, by).html()
        assert "key_block is PRF(master_secret, &quot;key expansion&quot;" in figure


def test_a_client_certificate_is_shown_or_not(chooser):
    chooser.pick(client_certificate="shown")
    come = "CertificateRequest, Certificate (client) and CertificateVerify are new."
    assert come in said(chooser)
    chooser.pick(client_certificate="asked, none shown")
    assert "CertificateVerify is gone." in said(chooser)
    assert re.search(r"Certificate \(client\): \d+ → 7 bytes", said(chooser))
    chooser.pick(client_certificate="not asked")
    assert "CertificateRequest and Certificate (client) are gone." in said(chooser)


@pytest.mark.parametrize(
    ("shown", "words"), [("shown", "the one shown"), ("asked, none shown", "that none was shown")]
)
def test_what_has_no_effect_in_a_resumed_handshake_is_told(chooser, shown, words):
    chooser.pick(resumption="by ticket", client_certificate=shown)
    assert f"a resumed one asks for none, the session remembers {words}." in said(chooser)
    chooser.pick(group="secp384r1")
    assert "secp384r1 was used in the full handshake before" in said(chooser)
    chooser.pick(key_exchange="RSA")
    assert "The group is not used" in said(chooser)
    assert "it begins with the session's master secret" in said(chooser)


def test_every_word_of_the_lists_is_one_that_a_run_knows():
    assert picks.RESUMPTIONS == lesson.RESUMPTIONS
    assert picks.CLIENT_CERTIFICATES == lesson.CLIENT_CERTIFICATES


def test_words_that_a_choice_does_not_know():
    with pytest.raises(ValueError, match="resumption is one of 'no', 'by session ID', 'by ticket'"):
        Choice(suite_named(ECDHE), resumption="ticket")
    with pytest.raises(ValueError, match=r"client_certificate is one of 'not asked', .* not 'yes'"):
        Choice(suite_named(ECDHE), client_certificate="yes")


def test_a_first_handshake_that_fails_is_the_one_returned():
    wrong = replace(tls12.FORMULAE, verify_data=lambda *_: bytes(12))
    result = run(Choice(suite_named(ECDHE), resumption="by ticket"), client_formulae=wrong)
    assert result.failures and result.order is tls12.FULL and result.before == []
