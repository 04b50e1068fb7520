"""Lesson 02's facts: lists that overlap and lead nowhere, whose order counts, sessions."""

import pytest

from tlskit.checks import lesson_02 as checks
from tlskit.labs import negotiation as lab
from tlskit.labs.negotiation import ECDSA_AES, ECDSA_CHACHA, RSA_AES, RSA_CHACHA, TRANSPORT
from tlskit.registry import HandshakeType

FAILURE = "server: handshake_failure"
X, P = ("x25519",), ("secp256r1",)

# what the lists are, what comes of them with us and with OpenSSL as the server
CASES = {
    "the server's order": ({}, RSA_CHACHA),
    "an ECDSA-only offer meets an RSA certificate": (
        {
            "client_suites": (ECDSA_AES, ECDSA_CHACHA),
            "server_suites": (ECDSA_AES, RSA_AES),
            "certificates": ("rsa",),
        },
        FAILURE,
    ),
    "one more suite, and it goes on": (
        {
            "client_suites": (ECDSA_AES, RSA_AES),
            "server_suites": (ECDSA_AES, RSA_AES),
            "certificates": ("rsa",),
        },
        RSA_AES,
    ),
    "no common group": (
        {
            "client_suites": (RSA_AES,),
            "server_suites": (RSA_AES,),
            "client_groups": X,
            "server_groups": P,
        },
        FAILURE,
    ),
    "no common group, and RSA key transport is on both lists": (
        {
            "client_suites": (RSA_AES, TRANSPORT),
            "server_suites": (RSA_AES, TRANSPORT),
            "client_groups": X,
            "server_groups": P,
        },
        TRANSPORT,
    ),
    "a client without the curve of the ECDSA certificate": (
        {"client_groups": X, "server_suites": (ECDSA_AES, RSA_AES)},
        RSA_AES,
    ),
    "nothing common": ({"client_suites": (RSA_AES,), "server_suites": (RSA_CHACHA,)}, FAILURE),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_comes_of_the_lists_with_our_server_and_with_openssl(case):
    lists, result = CASES[case]
    assert lab.negotiate(**lists).result == result
    assert lab.openssl_answers(**lists) == result


def test_the_clients_order_counts_if_the_server_wants_it_so():
    assert lab.negotiate(preference="client").result == ECDSA_AES
    with pytest.raises(ValueError, match="preference is server or client"):
        lab.negotiate(preference="nobody")


def test_what_speaks_against_a_suite_is_in_its_row():
    lists, _ = CASES["an ECDSA-only offer meets an RSA certificate"]
    found = lab.negotiate(**lists)
    assert [row[:3] for row in found.rows] == [(ECDSA_AES, "1", "1"), (ECDSA_CHACHA, "2", "–")]
    assert "certificate of kind ecdsa" in found.rows[0][3]
    assert found.rows[1][3] == "the server does not have it"
    lists, _ = CASES["no common group, and RSA key transport is on both lists"]
    found = lab.negotiate(**lists)
    assert [row[3] for row in found.rows] == ["it needs a group that both know", "nothing"]
    assert found.group == "" and found.certificate == "rsa"


# ---- sessions


@pytest.mark.parametrize(
    ("session", "sizes", "same", "resumed"),
    [
        ("none", (0, 32), False, False),
        ("none kept", (0, 0), True, False),
        ("known", (32, 32), True, True),
        ("forgotten", (32, 32), False, False),
    ],
)
def test_the_session_ids_tell_whether_a_session_goes_on(session, sizes, same, resumed):
    found = lab.negotiate(session=session)
    assert (len(found.offered_id), len(found.answered_id)) == sizes
    assert (found.offered_id == found.answered_id) is same
    assert found.resumed is resumed and found.ended == "done"
    names = [call.name for call in found.calls]
    assert ("send_certificate" not in names) is resumed
    assert found.kind == ("resumed" if resumed else "full")
    assert checks.right_kind(found.offered_id, found.answered_id) == found.kind


def test_a_session_that_never_came_about_is_not_offered():
    lists, result = CASES["nothing common"]
    found = lab.negotiate(**lists, session="known")
    assert found.result == result and found.offered_id == b"" and found.kind == "an alert"
    with pytest.raises(ValueError, match="session is one of none, none kept, known, forgotten"):
        lab.negotiate(session="lost")


UNEXPECTED = "client: unexpected_message"


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        (checks.right_kind, ["done"] * 4),
        (lambda offered, answered: "full", ["done", "done", UNEXPECTED, "done"]),
        (
            lambda offered, answered: "resumed" if answered else "full",
            [UNEXPECTED, "done", "done", UNEXPECTED],
        ),
        (
            lambda offered, answered: "resumed" if offered == answered else "full",
            ["done", UNEXPECTED, "done", "done"],
        ),
    ],
)
def test_a_client_that_is_wrong_about_the_kind_meets_a_message_it_did_not_expect(kind, ends):
    assert [lab.follow(kind, session) for session in lab.SESSIONS] == ends


# ---- a learner's server


def test_the_first_common_suite_is_not_enough_but_the_first_usable_one_is():
    lists, result = CASES["one more suite, and it goes on"]
    naive = lab.negotiate_by(checks.right_choice, **lists)
    assert naive.result == FAILURE
    careful = lab.negotiate_by(checks.right_choice, checks.right_usable, **lists)
    assert careful.result == result == lab.negotiate(**lists).result


def test_a_learners_client_order_is_the_clients_order():
    found = lab.negotiate_by(checks.best_of_client)
    assert found.result == ECDSA_AES


def test_a_learner_who_takes_what_was_not_offered_gets_no_handshake():
    lists = {"client_suites": (RSA_AES,), "server_suites": (ECDSA_AES, RSA_AES)}
    found = lab.negotiate_by(lambda client, server: server[0], **lists)
    assert found.result == FAILURE


# ---- the mark of a server that was asked for less


def test_a_server_that_could_do_tls_1_3_marks_its_random_and_ours_does_not():
    assert lab.random_of_a_newer_server()[-8:] == b"DOWNGRD\x01"
    hello = next(
        call.result[1] for call in lab.negotiate().calls if call.name == "send_server_hello"
    )
    assert hello[0] == HandshakeType.server_hello and b"DOWNGRD" not in hello
