"""Exercise 06: the extended master secret, and the mistakes that are really made in it."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any

from tlskit.tls12.key_schedule import MASTER_SECRET_LENGTH, PRF

Wrong = Callable[..., Any]
CLIENT_HELLO, SERVER_HELLO, CLIENT_KEY_EXCHANGE, FINISHED = 1, 2, 16, 20
HEADER = 4
RANDOM = slice(HEADER + 2, HEADER + 34)
"""Where the random stands in either hello: behind the header and the version."""


def up_to_key_exchange(messages: Sequence[bytes]) -> list[bytes]:
    """Return the messages up to and with ClientKeyExchange (RFC 7627 §3)."""
    types = [one[0] for one in messages]
    return list(messages[: types.index(CLIENT_KEY_EXCHANGE) + 1])


def before(messages: Sequence[bytes], kind: int) -> list[bytes]:
    """Return the messages before the first of this type."""
    return list(messages[: [one[0] for one in messages].index(kind)])


def digest(hash_name: str, messages: Sequence[bytes]) -> bytes:
    """Return the hash of all messages."""
    return hashlib.new(hash_name, b"".join(messages)).digest()


def extended_master_secret(
    prf: PRF, hash_name: str, pre_master_secret: bytes, messages: Sequence[bytes]
) -> bytes:
    """Return the 48 bytes that the whole handshake up to here goes into (RFC 7627 §4)."""
    session_hash = digest(hash_name, up_to_key_exchange(messages))
    return prf(pre_master_secret, b"extended master secret", session_hash, MASTER_SECRET_LENGTH)


def seeded(
    make: Callable[[str, Sequence[bytes]], bytes], label: bytes = b"extended master secret"
) -> Wrong:
    """Return a master secret from another seed: made of hash and messages."""

    def wrong(prf: PRF, hash_name: str, secret: bytes, messages: Sequence[bytes]) -> bytes:
        return prf(secret, label, make(hash_name, messages), MASTER_SECRET_LENGTH)

    return wrong


def randoms(messages: Sequence[bytes]) -> bytes:
    """Return both randoms, the client's first."""
    return messages[0][RANDOM] + messages[1][RANDOM]


def right_hash(hash_name: str, messages: Sequence[bytes]) -> bytes:
    """Return the session hash (RFC 7627 §3)."""
    return digest(hash_name, up_to_key_exchange(messages))


USUAL = (CLIENT_HELLO, SERVER_HELLO, 11, 12, 14, CLIENT_KEY_EXCHANGE)
Covering = Callable[[Sequence[bytes]], Sequence[bytes]]
COVERED: dict[str, Covering] = {
    "The session hash ends before ClientKeyExchange, so the client's part of the secret is not in "
    "it (RFC 7627 §3).": lambda messages: before(messages, CLIENT_KEY_EXCHANGE),
    "The session hash covers all messages, the Finished too. Both sides need the secret before "
    "these are sent (RFC 7627 §3).": lambda messages: messages,
    "The session hash covers all messages but the last, a Finished too. Both sides need the secret "
    "before these are sent (RFC 7627 §3).": lambda messages: messages[:-1],
    "You leave Finished out of the session hash and take all else, also what comes later than it "
    "reaches (RFC 7627 §3).": lambda messages: [one for one in messages if one[0] != FINISHED],
    "With a client certificate a message more is in the session hash than belongs there; all that "
    "came before Finished is in it (RFC 7627 §3).": lambda messages: before(messages, FINISHED),
    "The first message is missing in the session hash (RFC 7627 §3).": lambda messages: (
        up_to_key_exchange(messages)[1:]
    ),
    "Messages of some types are missing in the session hash, as CertificateRequest: it takes all "
    "of them as far as it reaches (RFC 7627 §3).": lambda messages: [
        one for one in up_to_key_exchange(messages) if one[0] in USUAL
    ],
}
NO_HEADERS = "The messages went into the hash without their headers (RFC 7627 §3)."
ONLY_SHA256 = "The session hash is SHA-256 in every case; the suite names the hash (RFC 7627 §3)."


def bodies(messages: Sequence[bytes]) -> list[bytes]:
    """Return the messages without their headers."""
    return [one[HEADER:] for one in messages]


def covering(cover: Covering) -> dict[str, Wrong]:
    """Return the sentences to add, and the mistakes: that cover alone, or with one more in it."""
    return {
        "": seeded(lambda name, messages: digest(name, cover(messages))),
        f" {NO_HEADERS}": seeded(lambda name, messages: digest(name, bodies(cover(messages)))),
        f" {ONLY_SHA256}": seeded(lambda name, messages: digest("sha256", cover(messages))),
    }


EXTENDED_MISTAKES: dict[str, Wrong] = {
    "The seed is the two randoms. That was the older formula; what takes their place is in RFC "
    "7627 §4.": seeded(lambda name, messages: randoms(messages)),
    "That is the older formula, label and all: nothing of RFC 7627 §4 is in it.": seeded(
        lambda name, messages: randoms(messages), b"master secret"
    ),
    "The label is the older formula's (RFC 7627 §4).": seeded(right_hash, b"master secret"),
    "The randoms are in the seed beside the session hash (RFC 7627 §4).": seeded(
        lambda name, messages: right_hash(name, messages) + randoms(messages)
    ),
    NO_HEADERS: seeded(lambda name, messages: digest(name, bodies(up_to_key_exchange(messages)))),
    ONLY_SHA256: seeded(lambda name, messages: right_hash("sha256", messages)),
    "The messages themselves are the seed, and no hash of them (RFC 7627 §3).": seeded(
        lambda name, messages: b"".join(up_to_key_exchange(messages))
    ),
    "The session hash is SHA-384 in every case; the suite names the hash (RFC 7627 §3).": seeded(
        lambda name, messages: right_hash("sha384", messages)
    ),
    "The session hash is in the seed as hexadecimal text; its bytes belong there (RFC 7627 §3).": (
        seeded(lambda name, messages: right_hash(name, messages).hex().encode())
    ),
    "Each message is hashed by itself; one hash covers them all (RFC 7627 §3).": seeded(
        lambda name, messages: b"".join(digest(name, [one]) for one in up_to_key_exchange(messages))
    ),
    "The session hash is an HMAC with the secret; it is the hash alone (RFC 7627 §3).": (
        lambda prf, name, secret, messages: prf(
            secret,
            b"extended master secret",
            hmac.digest(secret, b"".join(up_to_key_exchange(messages)), name),
            MASTER_SECRET_LENGTH,
        )
    ),
    "Label and session hash have changed places: the PRF takes the label first (RFC 5246 §5).": (
        lambda prf, name, secret, messages: prf(
            secret, right_hash(name, messages), b"extended master secret", MASTER_SECRET_LENGTH
        )
    ),
    "Only the two hellos are in the session hash (RFC 7627 §3).": seeded(
        lambda name, messages: digest(name, messages[:2])
    ),
    "Only ClientKeyExchange is in the session hash (RFC 7627 §3).": seeded(
        lambda name, messages: digest(name, up_to_key_exchange(messages)[-1:])
    ),
    "Secret and session hash have changed places (RFC 7627 §4).": (
        lambda prf, name, secret, messages: prf(
            right_hash(name, messages), b"extended master secret", secret, MASTER_SECRET_LENGTH
        )
    ),
    **{
        sentence + more: wrong
        for sentence, cover in COVERED.items()
        for more, wrong in covering(cover).items()
    },
}
