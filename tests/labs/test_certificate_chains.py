"""Lesson 03's facts, each from a real run: who believes which chain, and who notices when."""

from datetime import UTC, datetime, timedelta

import pytest

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import name_matches, verify_chain
from tlskit.chain_rows import judged
from tlskit.checkpoints import checkpoint
from tlskit.checks.lesson_03 import right_walk
from tlskit.faulty_pki import FAULTS, faulty
from tlskit.labs import certificate_chains as lab
from tlskit.lesson import HOST, REQUEST
from tlskit.trace import ReplacementError


def believing(chain, server_name, trust, now):
    return lab.certificates_of(chain)[0]


# ---- the surprise


def test_the_impostors_certificate_is_the_genuine_message_and_the_step_takes_it():
    now = checkpoint("receive_certificate")
    copied = lab.certificate_message(lab.impostor(lab.ECDHE).run)
    assert copied == now.message
    step = tls12.CLIENT_STEPS.receive_certificate
    assert lab.passes(step, now.state, copied)
    assert step(now.state, copied).peer_certificate.subject == pki.credential("rsa").leaf.subject


def test_a_step_that_refuses_does_not_pass():
    now = checkpoint("receive_certificate")
    spoilt = now.message[:-1] + bytes([now.message[-1] ^ 1])
    assert not lab.passes(tls12.CLIENT_STEPS.receive_certificate, now.state, spoilt)


@pytest.mark.parametrize(
    ("suite", "at", "alert"),
    [
        (lab.ECDHE, "ServerKeyExchange", "decrypt_error"),
        (lab.RSA, "Finished", "bad_record_mac"),
    ],
)
def test_who_has_the_key_is_shown_by_the_signature_or_by_finished(suite, at, alert):
    met = lab.impostor(suite)
    assert (lab.title_of(met.at), met.alert, met.heard) == (at, alert, b"")
    assert not met.run.client.done
    honest = lab.meet(pki.credential("rsa"), suite=suite)
    assert (honest.alert, honest.at, honest.heard) == ("", "", REQUEST)
    assert lab.title_of(honest.at) == "none"


def test_with_rsa_the_client_has_sent_all_but_data_before_it_notices():
    sent = [
        call.name
        for call in lab.impostor(lab.RSA).run.calls
        if call.by == "client" and call.name.startswith("send_")
    ]
    assert sent[-3:] == ["send_client_key_exchange", "send_change_cipher_spec", "send_finished"]


def test_not_even_a_client_that_believes_all_chains_is_fooled_without_the_key():
    met = lab.meet(lab.without_the_key(), believing)
    assert (met.at, met.alert) == ("server_key_exchange", "decrypt_error")


# ---- who believes whom


def test_a_client_that_believes_everything_tells_everybody_its_request():
    assert lab.meet(faulty("wrong_name", "rsa"), believing).heard == REQUEST
    assert all(lab.believed(believing).values())


def test_each_check_catches_its_own_faults_and_no_other():
    names = lab.believed(lab.only_the_names(name_matches))
    walk = lab.believed(lab.only_the_walk(right_walk))
    assert [fault for fault, yes in names.items() if not yes] == ["wrong_name"]
    assert [fault for fault, yes in walk.items() if not yes] == [
        "missing_intermediate",
        "self_signed",
        "unknown_ca",
    ]
    assert not any(lab.believed().values())


def test_the_table_has_a_row_for_each_of_the_eight():
    rows = lab.beside_each_other({"all": believing, "ours": None})
    assert [row[0] for row in rows] == [one.replace("_", " ") for one in lab.SERVERS]
    assert {row[1:] for row in rows} == {("believes", "refuses")} and len(rows) == 8


def test_a_verifier_that_raises_is_a_refusal_only_if_it_means_one():
    def refuses(chain, server_name, trust, now):
        raise ValueError("no")

    def fails(chain, server_name, trust, now):
        raise KeyError("mistake")

    met = lab.meet(pki.credential("rsa"), lab.refusing(refuses))
    assert (met.alert, met.at) == ("bad_certificate", "certificate")
    with pytest.raises(ReplacementError, match="KeyError"):
        lab.meet(pki.credential("rsa"), fails)


# ---- what the alerts say

EXPECTED = {  # ours, OpenSSL's
    "wrong_name": ("bad_certificate", "bad_certificate"),
    "missing_intermediate": ("unknown_ca", "unknown_ca"),
    "expired": ("certificate_expired", "certificate_expired"),
    "wrong_usage": ("unsupported_certificate", "unsupported_certificate"),
    "self_signed": ("unknown_ca", "unknown_ca"),
    "bad_signature": ("bad_certificate", "decrypt_error"),
    "unknown_ca": ("unknown_ca", "unknown_ca"),
    "not_yet_valid": ("certificate_expired", "bad_certificate"),
}


@pytest.mark.parametrize("fault", lab.SERVERS)
def test_our_alert_and_openssls_and_the_rfcs(fault):
    [(_, ours, openssl, rfc)] = lab.alerts([fault])
    assert (ours, openssl) == EXPECTED[fault]
    assert rfc == lab.NONE_NAMED or rfc.startswith(f"{ours}: ")
    assert lab.meet(faulty(fault, "rsa")).alert == ours == FAULTS[fault].description.name


def test_openssl_sends_no_alert_where_nothing_is_wrong(monkeypatch):
    monkeypatch.setattr(lab, "faulty", lambda *_: pki.credential("rsa"))
    assert lab.openssl_alert("wrong_name") == ""


def test_there_is_no_sixth_case():
    with pytest.raises(ValueError, match="no case 'F'; there are A, B, C, D, E"):
        lab.case("F")


# ---- days


def test_the_intermediate_ends_the_dated_chain_though_the_leaf_is_still_valid():
    chain, trust = lab.dated_chain(), pki.trust()
    assert lab.first_to_end(chain) == "intermediate"
    last = lab.INTERMEDIATE_DAYS[1]
    assert judged(chain, HOST, trust, last).believed
    after = judged(chain, HOST, trust, last + timedelta(seconds=1))
    assert after.alert == "certificate_expired" and "intermediate" in after.words
    assert last < lab.LEAF_DAYS[1]


def test_the_leaf_begins_the_dated_chain():
    chain, trust, first = lab.dated_chain(), pki.trust(), lab.LEAF_DAYS[0]
    assert judged(chain, HOST, trust, first).believed
    assert judged(chain, HOST, trust, first - timedelta(seconds=1)).alert == "certificate_expired"
    assert judged(chain, HOST, trust, datetime(2026, 1, 1, tzinfo=UTC)).alert


def test_a_name_in_the_forged_root_leads_the_walk_to_ours_and_the_signature_does_not():
    forged = lab.certificates_of(faulty("impostor", "rsa").chain)
    path = right_walk(forged, pki.trust().roots)
    assert path[-1] == pki.root().certificate
    with pytest.raises(Alert, match="neither in the chain nor one of our roots"):
        verify_chain(faulty("impostor", "rsa").chain, HOST, pki.trust(), pki.NOW)
