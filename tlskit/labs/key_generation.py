"""What the lesson on key generation runs: rounds of P_hash, cut key blocks, flipped bits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import SUITES, KeyExchange, suite_named
from tlskit.connection import Connection
from tlskit.lesson import Choice, Run, client_settings, openssl_server, run
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.tls12.state import State
from tlskit.trace import Call

HMAC = Callable[[bytes, bytes], bytes]
"""key, content -> MAC, of one hash."""

NOTHING = "nothing"
ORDER = tls12.FULL
GCM = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")


# ---- P_hash


class PublishedPRF(NamedTuple):
    """A value of the PRF that others computed and published."""

    hash_name: str
    secret: bytes
    label: bytes
    seed: bytes
    output: bytes


PUBLISHED = PublishedPRF(
    "sha256",
    bytes.fromhex("9bbe436ba940f017b17652849a71db35"),
    b"test label",
    bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c"),
    bytes.fromhex(
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9"
        "c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789ba"
        "a48082d122ee42c5a72e5a5110fff70187347b66"
    ),
)
"""100 bytes with SHA-256: a test vector posted to the IETF's TLS working group's list."""


def rounds(hmac: HMAC, secret: bytes, seed: bytes, length: int) -> list[tuple[bytes, bytes]]:
    """Return A(i) and the bytes of output that it gives, for each round that `length` takes.

    Reference: RFC 5246 §5.
    """
    made: list[tuple[bytes, bytes]] = []
    a = seed
    while sum(len(block) for _, block in made) < length:
        a = hmac(secret, a)
        made.append((a, hmac(secret, a + seed)))
    return made


# ---- the key block, cut


class Cut(NamedTuple):
    """What one handshake cut: the suite's name, the hash in its PRF, the six parts by name."""

    suite: str
    hash_name: str
    parts: dict[str, bytes]


def protections() -> list[str]:
    """Return one suite for each way to protect records; ECDHE with an RSA certificate, if it is."""
    first: dict[str, str] = {}
    for suite in sorted(SUITES, key=fondness):
        first.setdefault(suite.name.partition("_WITH_")[2], suite.name)
    return sorted(first.values(), key=lambda name: SUITES.index(suite_named(name)))


def fondness(suite: Any) -> tuple[bool, bool]:
    """Sort ECDHE before RSA key transport, then RSA certificates before others."""
    return suite.key_exchange is KeyExchange.RSA, suite.authentication != "rsa"


def cut(suite_name: str) -> Cut:
    """Run a handshake with this suite; return what its client cut, and with which hash it was made.

    Raises: ValueError for a suite that is not known.
    """
    calls = handshake(suite_name).calls
    called = [call for one in calls if one.by == "client" for call in one.walk()]
    parts = next(call.result for call in called if call.name == "partition")
    return Cut(suite_name, hash_of_prf(calls), parts)


def handshake(suite_name: str, extended: bool = False, **formulae: Callable[..., Any]) -> Run:
    """Run a whole handshake of our two ends, both with these formulae in place of ours.

    Without extended master secret its keys are the same in every run, with RSA key transport too:
    the padding of an encrypted secret is random, and a session hash would take it in.
    """
    changed = replace(tls12.FORMULAE, **formulae)
    choice = Choice(suite_named(suite_name), extended_master_secret=extended)
    return run(choice, b"", b"", changed, changed)


def hash_of_prf(calls: list[Call]) -> str:
    """Return the hash that the PRF of a run really used."""
    asked = {call.arguments["hash_name"] for one in calls for call in one.walk() if is_prf(call)}
    (hash_name,) = asked
    return str(hash_name)


def is_prf(call: Call) -> bool:
    """Tell whether a call is one of the PRF."""
    return call.name == "prf"


def key_block_size(suite_name: str) -> int:
    """Return how many bytes of key block a handshake with this suite really cut."""
    return sum(map(len, cut(suite_name).parts.values()))


# ---- one bit


class Flip(NamedTuple):
    """One bit of the client's random flipped: which, and which bits of the key block it changed."""

    bit: int
    changed: tuple[int, ...]
    size: int

    @property
    def share(self) -> float:
        """How much of the key block changed, 0 to 1."""
        return len(self.changed) / self.size


def flips(state: State, key_block: Callable[..., bytes] | None = None) -> list[Flip]:
    """Flip each of the 256 bits of client_random in turn; return what it changes in the key block.

    Args:
        state: a side before `generate_keys` or after; the master secret stays as it is.
        key_block: the formula, ours unless another is given.
    """
    formula = key_block or tls12.FORMULAE.key_block
    state = state if state.master_secret else tls12.client().steps.generate_keys(state)
    size = state.agreed.key_block_length

    def block(client_random: bytes) -> bytes:
        master = state.master_secret
        return formula(state.prf, master, state.server_random, client_random, size)

    before = block(state.client_random)
    randoms = (flipped(state.client_random, bit) for bit in range(8 * len(state.client_random)))
    return [
        Flip(bit, tuple(differing(before, block(random))), 8 * size)
        for bit, random in enumerate(randoms)
    ]


def how_much(made: list[Flip]) -> str:
    """Say which is nearest to what a flip changes on average: "none", "one", "half" or "all"."""
    mean = sum(len(flip.changed) for flip in made) / len(made)
    likely = {"none": 0.0, "one": 1.0, "half": made[0].size / 2, "all": float(made[0].size)}
    return min(likely, key=lambda word: abs(likely[word] - mean))


def flipped(value: bytes, bit: int) -> bytes:
    """Return bytes with one bit changed; bit 0 is the first byte's highest.

    >>> flipped(bytes(2), 9).hex()
    '0040'
    """
    changed = bytearray(value)
    changed[bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)


def differing(one: bytes, other: bytes) -> list[int]:
    """Return the numbers of the bits in which two values of one length differ.

    >>> differing(b"\\x00", b"\\x81")
    [0, 7]
    """
    numbers = range(8 * len(one))
    return [bit for bit in numbers if (one[bit // 8] ^ other[bit // 8]) & (0x80 >> bit % 8)]


# ---- formulae replaced, with OpenSSL on the other side


class Judged(NamedTuple):
    """What came of a handshake with OpenSSL: an alert's name or "nothing", the run's calls."""

    outcome: str
    called: tuple[str, ...]
    calls: tuple[Call, ...]

    @property
    def accepted(self) -> bool:
        """Whether both sides came to the end."""
        return self.outcome == NOTHING


def with_openssl(extended: bool = False, **formulae: Callable[..., Any]) -> Judged:
    """Let our client, with these formulae in place of ours, shake hands with OpenSSL's server.

    Raises: ReplacementError for a formula that raises or returns what it should not.
    """
    calls: list[Call] = []
    told = client_settings(suites=(GCM,), extended_master_secret=extended)
    client = Connection(told, tls12.client(replace(tls12.FORMULAE, **formulae)), calls)
    server = openssl_server("rsa")
    failures = [error for _, error in exchange(client, server)]
    called = tuple(dict.fromkeys(call.name for one in calls for call in one.walk()))
    return Judged(outcome(client, server, failures), called, tuple(calls))


def outcome(client: Connection, server: OpenSSLPeer, failures: list[Exception]) -> str:
    """Return the alert that ended a handshake, or "nothing" if both sides are done.

    Raises: the first error that is no alert.
    """
    for error in failures:
        if isinstance(error, Alert):
            return error.description.name
        raise error
    return NOTHING if client.done and server.done else "both sides wait"


# ---- a session taken up again


def two_connections(**formulae: Callable[..., Any]) -> tuple[State, State]:
    """Return the client after a full handshake, and after one that took its session up again.

    Both sides use these formulae in place of ours.
    """
    changed = replace(tls12.FORMULAE, **formulae)
    again = run(
        Choice(GCM, resumption="by session ID"),
        client_formulae=changed,
        server_formulae=changed,
    )
    first = [call for call in again.before if call.by == "client" and call.name == "generate_keys"]
    return first[-1].result, again.client.state
