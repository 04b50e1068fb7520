"""How a broken capture is diagnosed: every value is made anew, in the order of the handshake."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cryptography import x509

from tlskit.alerts import Alert
from tlskit.cipher_suites import BY_CODE, Suite
from tlskit.exercises.capstone_captures import (
    KEY_BLOCK,
    LABEL,
    MASTER_SECRET,
    SEQUENCE_NUMBER,
    SIGNATURE,
    TRANSCRIPT,
    WORDS,
    Capture,
)
from tlskit.exercises.task import Came, Case, Outcome
from tlskit.extensions import SERVER_BODIES
from tlskit.hello import read_extensions
from tlskit.messages import (
    HEADER_SIZE,
    Certificate,
    ServerECDHParams,
    ServerHello,
    ServerKeyExchange,
)
from tlskit.presentation import decode, encode
from tlskit.records import split
from tlskit.registry import ExtensionType
from tlskit.signatures import verify_signature
from tlskit.tls12 import key_schedule
from tlskit.tls12.record_protection import record_keys, unprotect

FINISHED_BY = {"client": b"client finished", "server": b"server finished"}
OTHER = {"client": "server", "server": "client"}


class Reading:
    """A capture, read as a learner may read it: with one rule left out, or none.

    Args:
        hash_name: the PRF's hash whatever the suite says.
        extended: False: extended master secret is overlooked.
        second: False: the server's Finished is held against a transcript without the client's.
        headers: False: messages are hashed without their headers.
        sides: whose records are looked at.
    """

    def __init__(
        self,
        capture: Capture,
        hash_name: str = "",
        extended: bool = True,
        second: bool = True,
        headers: bool = True,
        sides: Sequence[str] = ("client", "server"),
    ) -> None:
        """Take the capture apart."""
        self.capture, self.second, self.headers, self.sides = capture, second, headers, sides
        self.suite: Suite = BY_CODE[capture["suite"]]
        self.prf = partial(key_schedule.prf, hash_name or self.suite.hash_name)
        self.hash_name = hash_name or self.suite.hash_name
        self.by_type = {one[0]: one for one in capture["client"]["messages"]}
        self.randoms = {"client": self.by_type[1][6:38], "server": self.by_type[2][6:38]}
        hello = decode(ServerHello, self.by_type[2][HEADER_SIZE:])
        answers = read_extensions(hello.extensions, SERVER_BODIES)
        self.extended = extended and ExtensionType.extended_master_secret in answers

    def fault(self) -> str:
        """Return the first thing that is wrong, in the order of the handshake."""
        if not self.signature_is_good():
            return SIGNATURE
        for side in ("client", "server"):
            if self.capture[side]["master_secret"] != self.master_secret(side):
                return MASTER_SECRET
        finished: list[bytes] = []
        for side in self.sides:
            records = [one for who, one in self.capture["protected"] if who == side]
            if not records:
                continue
            message = self.opened(side, records[0], 0)
            if message is None:
                return KEY_BLOCK if self.opened(side, records[0], 1) is None else SEQUENCE_NUMBER
            if wrong := self.wrong_finished(side, message, finished):
                return wrong
            finished += [message] if self.second else []
        return TRANSCRIPT

    def signature_is_good(self) -> bool:
        """Verify ServerKeyExchange over both randoms and its parameters (RFC 8422 §5.4)."""
        exchange = decode(ServerKeyExchange, self.by_type[12][HEADER_SIZE:])
        chain = decode(Certificate, self.by_type[11][HEADER_SIZE:]).certificate_list
        key = x509.load_der_x509_certificate(chain[0]).public_key()
        params = ServerECDHParams(exchange.curve_type, exchange.named_curve, exchange.public)
        signed = self.randoms["client"] + self.randoms["server"] + encode(params)
        try:
            verify_signature(exchange.signature_algorithm, key, exchange.signature, signed)
        except Alert:
            return False
        return True

    def hashed(self, messages: Sequence[bytes]) -> bytes:
        """Return the hash of some messages."""
        bodies = messages if self.headers else [one[HEADER_SIZE:] for one in messages]
        return key_schedule.handshake_hash(self.hash_name, tuple(bodies))

    def master_secret(self, side: str) -> bytes:
        """Return what a side's messages make of the pre-master secret (§8.1, RFC 7627 §4)."""
        secret = self.capture["pre_master_secret"]
        if self.extended:
            session_hash = self.hashed(self.capture[side]["messages"])
            return key_schedule.extended_master_secret(self.prf, secret, session_hash)
        randoms = self.randoms["client"], self.randoms["server"]
        return key_schedule.master_secret(self.prf, secret, *randoms)

    def opened(self, side: str, data: bytes, number: int) -> bytes | None:
        """Return the content of a protected record, None if it does not open."""
        record, _ = split(data)
        assert record is not None
        block = key_schedule.key_block(
            self.prf,
            self.capture[side]["master_secret"],
            self.randoms["server"],
            self.randoms["client"],
            self.suite.key_block_length,
        )
        parts = key_schedule.partition(self.suite, block)
        keys = record_keys(self.suite, b"", parts[f"{side}_write_key"], parts[f"{side}_write_IV"])
        try:
            return unprotect(keys, number, record.content_type, record.version, record.fragment)
        except Alert:
            return None

    def wrong_finished(self, side: str, message: bytes, before: Sequence[bytes]) -> str:
        """Return what is wrong with a Finished, "" if both sides' messages give it."""
        secret = self.capture[side]["master_secret"]
        for who in ("client", "server"):
            seen = self.hashed([*self.capture[who]["messages"], *before])
            made = [
                key_schedule.verify_data(self.prf, secret, FINISHED_BY[one], seen)
                for one in (side, OTHER[side])
            ]
            if message[HEADER_SIZE:] == made[1]:
                return LABEL
            if message[HEADER_SIZE:] != made[0]:
                return TRANSCRIPT
        return ""


def diagnosis(capture: Capture, **told: Any) -> str:
    """Return the word for what is wrong in a capture."""
    return Reading(capture, **told).fault()


def by_alert(capture: Capture) -> str:
    """Go by the alert, and by who sent it."""
    who, name = capture["alert"]
    if name == "bad_record_mac":
        return KEY_BLOCK
    return SIGNATURE if who == "client" else LABEL


MISTAKES: Mapping[str, Callable[[Capture], str]] = {
    "You go by the alert alone; several of these faults end in the same one.": by_alert,
    "You take SHA-256 for every suite; those ending in SHA384 have another hash (RFC 5289 §3.2).": (
        partial(diagnosis, hash_name="sha256")
    ),
    "You make the plain master secret where both hellos carry extended_master_secret "
    "(RFC 7627 §4).": partial(diagnosis, extended=False),
    "You hold the server's Finished against a transcript without the client's; the second covers "
    "the first (RFC 5246 §7.4.9).": partial(diagnosis, second=False),
    "You hash messages without their headers (RFC 5246 §7.4.9).": partial(diagnosis, headers=False),
    "You look at the client's records only; the server's may be the wrong ones.": (
        partial(diagnosis, sides=("client",))
    ),
}
IN_ORDER = {
    SIGNATURE: "the signature in ServerKeyExchange verifies, over both randoms and the parameters "
    "(RFC 8422 §5.4).",
    MASTER_SECRET: "each side's master secret is what its own messages give (RFC 5246 §8.1, "
    "RFC 7627 §4).",
    KEY_BLOCK: "it never came to records, or the first of them open with the keys of the right key "
    "block (RFC 5246 §6.3), if perhaps with another number.",
    SEQUENCE_NUMBER: "it never came to records, or number 0 opens the first of them, or no number "
    "does (RFC 5246 §6.1).",
    LABEL: "no Finished opens there, or none is what it would be with the other side's label "
    "(RFC 5246 §7.4.9).",
    TRANSCRIPT: "no Finished opens there, or it covers just the messages that both sides saw "
    "(RFC 5246 §7.4.9).",
}


def what_was_overlooked(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Say of a wrong word what speaks against it; of a word off the menu that it is none."""
    if any(one.came is not Came.VALUE for one in outcomes):
        return []
    said = [one.value for one in outcomes]
    if strange := [one for one in said if one not in WORDS]:
        return [f"{strange[0]!r} is none of the words: {', '.join(WORDS)}."]
    for wrong in MISTAKES.values():
        if said == [wrong(*case.arguments) for case in cases]:
            return []
    against = []
    for number, (case, word) in enumerate(zip(cases, said, strict=True), 1):
        if word != diagnosis(*case.arguments):
            against.append(f"You say {word!r} of capture {number}; but {IN_ORDER[word]}")
    return against[:2]
