"""Exercise 02: a server's answer, what a client makes of it, and what people get wrong there."""

from collections.abc import Callable, Mapping
from typing import Any

from tlskit.checks.lesson_01 import counted
from tlskit.exercises.client_hello_mistakes import body_of, entries, listed
from tlskit.exercises.drawing import among, number, shuffled
from tlskit.exercises.hello_drawing import SUITES, extensions
from tlskit.exercises.hello_reader import Hello
from tlskit.exercises.task import Case, Draw
from tlskit.messages import frame_handshake
from tlskit.registry import CipherSuite, ExtensionType, is_grease

Wrong = Callable[..., Any]
Answer = dict[str, bool] | str
TLS_1_2 = 0x0303
SCSV = int(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
SIGNALS = (SCSV, int(CipherSuite.TLS_FALLBACK_SCSV))
EXTENDED = int(ExtensionType.extended_master_secret)
RENEGOTIATION = int(ExtensionType.renegotiation_info)
NOTHING_BEFORE = b"\x00"
"""The body of renegotiation_info in a first handshake: an empty vector."""
REAL_SUITES = [one for one in SUITES if one not in SIGNALS]


# ---- its bytes


def server_parts(hello: Hello) -> dict[str, bytes]:
    """Return the six fields of a ServerHello's body (RFC 5246 §7.4.1.3)."""
    return {
        "server_version": hello["server_version"].to_bytes(2, "big"),
        "random": hello["random"],
        "session_id": counted(hello["session_id"], 1),
        "cipher_suite": hello["cipher_suite"].to_bytes(2, "big"),
        "compression_method": hello["compression_method"].to_bytes(1, "big"),
        "extensions": listed(hello, counted(entries(hello), 2)),
    }


def answered(hello: Hello, **parts: bytes) -> bytes:
    """Return the message with its header, some parts made otherwise."""
    return frame_handshake(2, body_of(server_parts(hello) | parts))


def answer(draw: Draw, **fields: Any) -> Hello:
    """Return a ServerHello's fields; those given are taken as they are."""
    return {
        "server_version": TLS_1_2,
        "random": draw(32),
        "session_id": draw(number(draw, 5, 31)),
        "cipher_suite": among(draw, REAL_SUITES),
        "compression_method": 0,
        "extensions": extensions(draw, number(draw, 4, 7)),
    } | fields


def to_be_decoded(draw: Draw) -> list[Case]:
    """Return ServerHellos, whole and broken; a whole one among the broken ones, too."""
    whole = [
        answer(draw),
        answer(draw, session_id=draw(32), server_version=0x0302),
        answer(draw, session_id=b"", compression_method=1),
        answer(draw, extensions=None),
        answer(draw, session_id=b"", extensions=[]),
        answer(draw, extensions=extensions(draw, 20)),
    ]
    broken = [answered(answer(draw)), *broken_answers(draw)]
    return [
        *(Case((answered(one),), "whole hellos") for one in whole),
        *(Case((one,), "broken hellos") for one in shuffled(draw, broken)),
    ]


def broken_answers(draw: Draw) -> list[bytes]:
    """Return ServerHellos that break one rule each."""
    whole = answer(draw)
    message = answered(whole)
    more, cut = draw(number(draw, 1, 3)), number(draw, 1, 3)
    inside = entries(whole)
    too_far = b"\x00\x10" + number(draw, 20, 90).to_bytes(2, "big") + draw(9)
    return [
        message[:3] + bytes([message[3] ^ 1]) + message[4:],
        frame_handshake(2, message[4:] + more),
        frame_handshake(2, message[4:-cut]),
        answered(whole, session_id=counted(draw(number(draw, 33, 60)), 1)),
        answered(whole, extensions=counted(inside + more, 2)),
        answered(whole, extensions=counted(inside + too_far, 2)),
        answered(whole, extensions=more[:1]),
    ]


# ---- what a client makes of it


def settled(
    offer: Mapping[str, Any],
    hello: Hello,
    *,
    skip: str = "",
    signal_asks: bool = True,
    signals_are_suites: bool = False,
    nothing: bytes = NOTHING_BEFORE,
    alerts: Mapping[str, str] | None = None,
) -> Answer:
    """Return what both sides have settled, or the name of the alert.

    Reference: RFC 5246 §7.4.1.3, §7.4.1.4, App. E.1; RFC 5746 §3.4; RFC 7627 §5.1; RFC 8701 §3.1.
    What comes behind the two hellos is a way to be wrong: a check left out, another alert.
    """
    suite, answers = hello["cipher_suite"], dict(hello["extensions"] or ())
    no_suite = suite in SIGNALS or is_grease(suite)
    asked = [*offer["extensions"]]
    if signal_asks and SCSV in offer["cipher_suites"]:
        asked.append(RENEGOTIATION)
    renewed = answers.get(RENEGOTIATION, nothing)
    found = {
        "version": (hello["server_version"] != offer["client_version"], "protocol_version"),
        "suite": (
            suite not in offer["cipher_suites"] or (no_suite and not signals_are_suites),
            "illegal_parameter",
        ),
        "compression": (hello["compression_method"] != 0, "illegal_parameter"),
        "extensions": (any(one not in asked for one in answers), "unsupported_extension"),
        "renegotiation": (renewed != nothing, "handshake_failure"),
    }
    for name, (wrong, alert) in found.items():
        if wrong and name != skip:
            return (alerts or {}).get(name, alert)
    return {
        "resumed": offer["session_id"] != b"" and hello["session_id"] == offer["session_id"],
        "extended_master_secret": EXTENDED in answers,
        "secure_renegotiation": RENEGOTIATION in answers,
    }


def believing(name: str, what: Callable[[Mapping[str, Any], Hello], bool]) -> Wrong:
    """Return a client that settles one thing otherwise."""

    def wrong(offer: Mapping[str, Any], hello: Hello) -> Answer:
        found = settled(offer, hello)
        return found if isinstance(found, str) else found | {name: bool(what(offer, hello))}

    return wrong


def left_out(**ways: Any) -> Wrong:
    """Return a client with one of the ways to be wrong."""
    return lambda offer, hello: settled(offer, hello, **ways)


RESUMED, EMS, SECURE = "resumed", "extended_master_secret", "secure_renegotiation"
SETTLED: dict[str, Wrong] = {
    "The version is not checked: what the client can't do must end there (RFC 5246 App. E.1).": (
        left_out(skip="version")
    ),
    "The suite is not checked: it must be one that the client offered (RFC 5246 §7.4.1.3).": (
        left_out(skip="suite")
    ),
    "A number that is no suite is taken for one. A signal or GREASE may stand on the list; "
    "a server can't choose it (RFC 5746 §3.3, RFC 8701 §3.1).": left_out(signals_are_suites=True),
    "The compression method is not checked; only `null` was offered (RFC 5246 §7.4.1.3).": (
        left_out(skip="compression")
    ),
    "Extensions that nobody asked for are let pass (RFC 5246 §7.4.1.4).": (
        left_out(skip="extensions")
    ),
    "renegotiation_info is refused although the client asked for it: not by the extension, but by "
    "its signal among the suites (RFC 5746 §3.3, §3.4).": left_out(signal_asks=False),
    "What stands in renegotiation_info is not looked at: there was no handshake before this one "
    "(RFC 5746 §3.4).": left_out(skip="renegotiation"),
    "Every renegotiation_info is refused. Its body holds a vector; how does an empty one look (RFC "
    "5746 §3.2)?": left_out(nothing=b""),
    "An unasked extension is refused with illegal_parameter; the RFC has an alert of its own "
    "(RFC 5246 §7.4.1.4).": left_out(alerts={"extensions": "illegal_parameter"}),
    "Another version is refused with illegal_parameter; the RFC names another alert (RFC 5246 App. "
    "E.1).": left_out(alerts={"version": "illegal_parameter"}),
    "A suite that was not offered is refused with handshake_failure: that is a server's word for "
    "lists that don't meet. A field that does not fit is something else (RFC 5246 §7.2.2).": (
        left_out(alerts={"suite": "handshake_failure"})
    ),
    "A renegotiation_info that is not empty is refused, but with another alert than the RFC names "
    "(RFC 5746 §3.4).": left_out(alerts={"renegotiation": "illegal_parameter"}),
    "Two empty IDs count as a session in yours; they name none (RFC 5246 §7.4.1.3).": (
        believing(RESUMED, lambda offer, hello: offer["session_id"] == hello["session_id"])
    ),
    "Every ID in the answer counts as a session taken up again; a new session may have one (RFC "
    "5246 §7.4.1.3).": believing(RESUMED, lambda offer, hello: hello["session_id"]),
    "The client's wish counts as an answer: the server may have forgotten the session (RFC 5246 "
    "§7.4.1.3).": believing(RESUMED, lambda offer, hello: offer["session_id"]),
    "Two IDs count as one session; they have to be the same (RFC 5246 §7.4.1.3).": (
        believing(RESUMED, lambda offer, hello: offer["session_id"] and hello["session_id"])
    ),
    "extended_master_secret is settled by the client's offer in yours; both must send it (RFC 7627 "
    "§5.1).": believing(EMS, lambda offer, hello: EXTENDED in offer["extensions"]),
    "extended_master_secret is looked for in its body. It is empty; being there says it all "
    "(RFC 7627 §5.1).": believing(EMS, lambda offer, hello: False),
    "secure_renegotiation is settled by the client's offer in yours; the server has to answer (RFC "
    "5746 §3.4).": believing(SECURE, lambda offer, hello: RENEGOTIATION in offer["extensions"]),
}
