"""Its fingerprint decides who is the media's peer; TLS holds it in place, a mask does not."""

from dataclasses import replace

import pytest
from cryptography import x509

from tlskit import tls12
from tlskit.checks.lesson_09 import right_fingerprint as fingerprint
from tlskit.labs import signalling
from tlskit.labs.signalling import certificate, forging, signalled

OFFER = signalling.description("offer", fingerprint(certificate("caller")))
ANSWER = signalling.description("answer", fingerprint(certificate("callee")))
BAD = fingerprint(certificate("stranger"))
CARELESS = replace(tls12.FORMULAE, unprotect=signalling.unprotect_without_tag)


def taken(call: signalling.Signalled) -> str:
    return signalling.accepted(call.heard_offer(), fingerprint)


@pytest.mark.parametrize("tls", [True, False])
def test_offer_answer_and_candidates_are_heard(tls):
    call = signalled(OFFER, ANSWER, tls=tls)
    assert [one["type"] for one in call.heard["server"]] == ["offer", "candidate"]
    assert [one["type"] for one in call.heard["client"]] == ["answer", "candidate"]
    assert call.heard_offer() == OFFER and call.alert == "" and taken(call) == "caller"
    for sent in call.sent:
        assert (sent.frame == sent.wire) is not tls
        assert len(sent.wire) == len(sent.frame) + (29 if tls else 0)


def test_without_tls_the_fingerprint_is_altered_through_the_mask():
    call = signalled(OFFER, ANSWER, tls=False, on_the_way=forging(OFFER, BAD, tls=False))
    assert call.alert == "" and taken(call) == "stranger"
    assert call.heard_offer() == OFFER.replace(signalling.fingerprint_line(OFFER), BAD)


def test_with_tls_the_same_change_is_bad_record_mac():
    call = signalled(OFFER, ANSWER, on_the_way=forging(OFFER, BAD, tls=True))
    assert call.alert == "bad_record_mac" and taken(call) == "nobody"
    assert call.heard == {"client": [], "server": []}


def test_with_tls_and_no_look_at_the_tag_it_arrives():
    way = forging(OFFER, BAD, tls=True)
    call = signalled(OFFER, ANSWER, on_the_way=way, server_formulae=CARELESS)
    assert call.alert == "" and taken(call) == "stranger" and BAD in call.heard_offer()


def test_who_does_not_look_at_the_tag_reads_what_was_sent_all_the_same():
    assert taken(signalled(OFFER, ANSWER, server_formulae=CARELESS)) == "caller"


def test_the_server_itself_may_alter_it():
    old = signalling.fingerprint_line(OFFER)
    call = signalled(OFFER, ANSWER, in_the_server=lambda text: text.replace(old, BAD))
    assert call.alert == "" and taken(call) == "stranger"


def test_a_description_without_a_fingerprint_is_nobodys():
    assert signalling.accepted("v=0\r\n", fingerprint) == "nobody"
    assert signalling.accepted(OFFER, lambda certificate: "") == "nobody"


@pytest.mark.parametrize("who", signalling.KEYS)
def test_the_certificates_are_signed_by_themselves_and_differ(who):
    one = x509.load_der_x509_certificate(certificate(who))
    one.verify_directly_issued_by(one)
    assert [certificate(who) == certificate(other) for other in signalling.KEYS].count(True) == 1


def test_a_frame_is_cut_into_its_parts():
    call = signalled(OFFER, ANSWER, tls=False)
    for sent in call.sent:
        parts = signalling.frame_parts(sent.frame)
        masked = sent.sender == "client"
        assert ("masking key" in parts) is masked
        start, payload = parts["payload"][0], sent.frame[parts["payload"][0] :]
        if masked:
            key = sent.frame[start - 4 : start]
            payload = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
        assert payload.decode() == sent.text
        assert f"{len(sent.text)} bytes" in parts["payload"][1]
