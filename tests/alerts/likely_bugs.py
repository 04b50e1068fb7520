"""What a learner's client ends in against OpenSSL, and the mistake that likely stands behind it.

The table in docs/workshop.md is made of these; test_likely_bugs.py runs each of them.
"""

from dataclasses import dataclass, replace
from typing import Any

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_server
from tlskit.peers import exchange
from tlskit.trace import ReplacementError

F = tls12.FORMULAE
RSA, ECDHE = "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"


@dataclass(frozen=True)
class Bug:
    """A mistake in one formula or setting, what is seen of it, and how to find it."""

    seen: str
    words: str
    look: str
    change: dict[str, Any]
    suite: str = ECDHE
    extended_master_secret: bool = True


def other_way_round(suite: Any, key_block: bytes) -> dict[str, bytes]:
    parts = F.partition(suite, key_block)
    client = {name: value for name, value in parts.items() if name.startswith("client")}
    return {
        name: client.get(name.replace("server", "client"), parts[name.replace("client", "server")])
        if name.startswith("server")
        else parts[name.replace("client", "server")]
        for name in parts
    }


KEYS, FINISHED, NOBODY = (
    "OpenSSL sends `bad_record_mac` when Finished arrives",
    "OpenSSL sends `decrypt_error` when Finished arrives",
    "no alert, and both wait",
)
BUGS = (
    Bug(
        KEYS,
        "the randoms in `master_secret` are swapped",
        "client first here (extended master secret off, else it is never called)",
        {"master_secret": lambda prf, secret, c, s: F.master_secret(prf, secret, s, c)},
        extended_master_secret=False,
    ),
    Bug(
        KEYS,
        "the randoms in `key_block` are swapped",
        "server first here",
        {"key_block": lambda prf, secret, s, c, size: F.key_block(prf, secret, c, s, size)},
    ),
    Bug(
        KEYS,
        "a wrong label, or the old formula although both sides have extended master secret",
        "compare the label byte by byte; was extension 23 in both hellos?",
        {"extended_master_secret": lambda prf, s, h: prf(s, b"master secret", h, 48)},
    ),
    Bug(
        KEYS,
        "the transcript lacks a message, or has one twice",
        "print the types of `state.handshake_messages`",
        {"handshake_hash": lambda name, messages: F.handshake_hash(name, messages[1:])},
    ),
    Bug(
        KEYS,
        "`partition` gives the client the server's keys",
        "the order is MAC keys, keys, IVs, each the client's first",
        {"partition": other_way_round},
    ),
    Bug(
        KEYS,
        "the sequence number does not begin with 0 after ChangeCipherSpec",
        "who counts, and since when?",
        {"protect": lambda keys, number, *rest: F.protect(keys, number + 1, *rest)},
    ),
    Bug(
        KEYS,
        "the ECDHE secret has the wrong bytes or the wrong order",
        "32 bytes as the library returns them, nothing turned round or cut",
        {"shared_secret": lambda pair, public: F.shared_secret(pair, public)[::-1]},
    ),
    Bug(
        KEYS,
        "RSA: the encrypted secret does not begin with the offered version",
        "the server must not say so earlier: lesson 05",
        {
            "encrypt_pre_master_secret": lambda key, secret: F.encrypt_pre_master_secret(
                key, b"\x03\x01" + secret[2:]
            )
        },
        RSA,
    ),
    Bug(
        FINISHED,
        "the label of `verify_data` is the other side's",
        "keys are right, or Finished would not have opened",
        {
            "verify_data": lambda prf, secret, label, h: F.verify_data(
                prf,
                secret,
                b"server finished" if label == b"client finished" else b"client finished",
                h,
            )
        },
    ),
    Bug(
        "OpenSSL sends `decode_error` when Finished arrives",
        "`verify_data` has another length than 12",
        "`[:12]`",
        {"verify_data": lambda prf, secret, label, h: prf(secret, label, h, 32)},
    ),
    Bug(
        "our client sends `decrypt_error` at ServerKeyExchange",
        "the bytes under the signature are put together wrongly",
        "client random, server random, parameters without the signature",
        {"server_ecdh_params_to_sign": lambda client, server, params: server + client + params},
    ),
    Bug(
        NOBODY,
        "the length in a message's header is too large",
        "the peer waits for the rest",
        {
            "frame_handshake": lambda kind, body: (
                bytes([kind]) + (len(body) + 4).to_bytes(3, "big") + body
            )
        },
    ),
    Bug(
        "our client stops and names a function",
        "it returned another type, or raised",
        "read the sentence: function, type, line",
        {"verify_data": lambda prf, secret, label, h: None},
    ),
    Bug(
        "everything works",
        "a check says yes to all",
        "nobody sees it until an attacker comes: lessons 03 and 04",
        {"verify_signature": lambda scheme, key, signature, content: None},
    ),
)


def outcome(bug: Bug) -> str:
    """Run a bug in our client against OpenSSL; return what is seen, in the words of the table."""
    settings = client_settings(
        suites=(suite_named(bug.suite),), extended_master_secret=bug.extended_master_secret
    )
    client = Connection(settings, tls12.client(replace(F, **bug.change)), calls := [])
    problems = [error for _, error in exchange(client, openssl_server())]
    if not problems:
        return "everything works" if client.done else NOBODY
    error = problems[0]
    if isinstance(error, ReplacementError):
        return "our client stops and names a function"
    assert isinstance(error, Alert)
    name = f"`{error.description.name}`"
    if error.received:
        assert any(call.name == "send_finished" for call in calls)
        return f"OpenSSL sends {name} when Finished arrives"
    assert calls[-2].name == "receive_server_key_exchange", calls[-2].name
    return f"our client sends {name} at ServerKeyExchange"


def rows() -> list[str]:
    """Return the table's rows as docs/workshop.md has them."""
    return [f"| {bug.seen} | {bug.words} | {bug.look} |" for bug in BUGS]
