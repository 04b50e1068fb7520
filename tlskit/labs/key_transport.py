"""RSA key transport from inside: the padding, wrong secrets on the way, and what a server answers.

RSA is done here with `pow` so that its block can be looked at. That is for looking only: it takes
another time for other numbers, and whoever protects data uses a library.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import BY_CODE, suite_named
from tlskit.connection import Connection
from tlskit.key_exchange import decrypt_pre_master_secret, group_named
from tlskit.lesson import (
    Choice,
    client_settings,
    lesson_random,
    openssl_client,
    run,
    server_settings,
)
from tlskit.messages import HEADER_SIZE, EncryptedPreMasterSecret, frame_handshake
from tlskit.order import Row
from tlskit.peers import exchange
from tlskit.presentation import encode
from tlskit.records import Record, join, records_in
from tlskit.registry import AlertDescription, ContentType, HandshakeType
from tlskit.trace import Call, ReplacementError

SUITE = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
ECDHE_SUITE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
KEY: Any = pki.credential("rsa").private_key
SIZE = KEY.key_size // 8
VERSION = b"\x03\x03"


# ---- the block that RSA encrypts


def padded(content: bytes, random: Callable[[int], bytes]) -> bytes:
    """Return a block of 256 bytes: 00 02, padding without zeros, 00, content (RFC 8017 §7.2.1)."""
    wanted = SIZE - 3 - len(content)
    padding = b""
    while len(padding) < wanted:
        padding += random(wanted).replace(b"\0", b"")
    return b"\x00\x02" + padding[:wanted] + b"\x00" + content


@lru_cache(maxsize=512)
def raised(number: bytes, exponent: int) -> bytes:
    """Return number^exponent mod n of the certificate's key: RSA itself, 256 bytes."""
    return pow(int.from_bytes(number), exponent, modulus()).to_bytes(SIZE)


def modulus() -> int:
    """Return n of the certificate's key."""
    return int(KEY.public_key().public_numbers().n)


def exponents() -> tuple[int, int]:
    """Return the public exponent e and the private one d of the certificate's key."""
    numbers = KEY.private_numbers()
    return int(numbers.public_numbers.e), int(numbers.d)


def repeatable_encryption(name: str) -> Callable[[Any, bytes], bytes]:
    """Return a formula like `encrypt_pre_master_secret` whose padding is the same in every run.

    The library draws its padding itself, so its ciphertext could not be printed in a lesson.
    """
    random = lesson_random(name)

    def encrypt_pre_master_secret(public_key: Any, pre_master_secret: bytes) -> bytes:
        return raised(padded(pre_master_secret, random), public_key.public_numbers().e)

    return encrypt_pre_master_secret


def parts(block: bytes) -> list[tuple[str, str, str]]:
    """Return the parts of a sound block: name, place, first bytes (RFC 8017 §7.2.1)."""
    zero = block.index(0, 2)
    cuts = (
        ("first bytes", 0, 2),
        ("padding, no zero in it", 2, zero),
        ("the zero that ends it", zero, zero + 1),
        ("client_version", zero + 1, zero + 3),
        ("46 random bytes", zero + 3, len(block)),
    )
    return [(name, f"{start}–{end - 1}", shortened(block[start:end])) for name, start, end in cuts]


def shortened(data: bytes, most: int = 12) -> str:
    """Return bytes in hex, the first ones of many."""
    return data.hex(" ") if len(data) <= most else f"{data[:most].hex(' ')} …"


# ---- ClientKeyExchange, side by side

EXCHANGES = ("RSA-2048", "x25519", "P-256", "P-384", "P-521")


def choice_of(name: str) -> Choice:
    """Return the choice that makes this key exchange, one of EXCHANGES."""
    if name == EXCHANGES[0]:
        return Choice(SUITE)
    return Choice(ECDHE_SUITE, group_named(name))


def body_of(name: str) -> bytes:
    """Return the body of ClientKeyExchange with this key exchange, as it was really sent."""
    sent = next(call for call in transported(name).calls if call.name == "send_client_key_exchange")
    return bytes(sent.result[1][HEADER_SIZE:])


def transported(name: str) -> Any:
    """Return a run with this key exchange; RSA's padding is repeatable."""
    formula = repeatable_encryption("padding")
    repeatable = replace(tls12.FORMULAE, encrypt_pre_master_secret=formula)
    return run(choice_of(name), client_formulae=repeatable)


def described(name: str) -> list[tuple[str, str]]:
    """Return what a key exchange sends and why, in rows: what, and its bytes."""
    state = transported(name).client.state
    body = body_of(name)
    if not state.agreed.ephemeral:
        n = modulus().to_bytes(SIZE)
        return [
            ("server's public key", f"in Certificate, n = {shortened(n)}"),
            ("body of ClientKeyExchange", f"{len(body)} bytes"),
            ("length in it", f"2 bytes: {body[:2].hex(' ')}"),
            ("what follows", f"{len(body) - 2} bytes, encrypted: {shortened(body[2:])}"),
            ("pre-master secret", f"48 bytes: {shortened(state.pre_master_secret)}"),
            ("the server gets it with", "the certificate's private key, the same for years"),
        ]
    secret = state.pre_master_secret
    return [
        ("server's public key", f"in ServerKeyExchange: {shortened(state.peer_public)}"),
        ("body of ClientKeyExchange", f"{len(body)} bytes"),
        ("length in it", f"1 byte: {body[:1].hex()}"),
        ("what follows", f"{len(body) - 1} bytes, a public key: {shortened(body[1:])}"),
        ("pre-master secret", f"{len(secret)} bytes: {shortened(secret)}"),
        ("the server gets it with", "an ephemeral private key, made for this handshake"),
    ]


def pick_exchange(name: str) -> tuple[list[tuple[str, str]], str]:
    """Run a key exchange; return its rows, and in words how large the message's body is."""
    rows = described(name)
    return rows, f"{name}: the body of ClientKeyExchange has {rows[1][1]}."


# ---- wrong secrets on the way


@dataclass
class Answers:
    """What a server answered to each record of the client's second flight.

    Args:
        rows: record, and the answer in words.
    """

    rows: list[tuple[str, str]]
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)

    @property
    def first(self) -> tuple[str, str]:
        """The first record that was answered by an alert, and the alert; ("", "") if none was."""
        return next(((record, told) for record, told in self.rows if told in ALERTS), ("", ""))


ALERTS = {one.name for one in AlertDescription}
RECORDS = ("ClientKeyExchange", "ChangeCipherSpec", "Finished")


def answers(
    change: Callable[[bytes], bytes], server_formulae: tls12.Formulae = tls12.FORMULAE
) -> Answers:
    """Change the encrypted secret on the way, and hand the server one record after the other."""
    calls: list[Call] = []
    client = Connection(client_settings(suites=(SUITE,)), tls12.client(), calls)
    server = Connection(server_settings(), tls12.server(server_formulae), calls)
    server.receive(client.data_to_send())
    client.receive(server.data_to_send())
    message, *others = records_in(client.data_to_send())
    body = encode(EncryptedPreMasterSecret(change(message.fragment[HEADER_SIZE + 2 :])))
    framed = frame_handshake(HandshakeType.client_key_exchange, body)
    harmed = Record(message.content_type, message.version, framed)
    rows = []
    for name, record in zip(RECORDS, (harmed, *others), strict=True):
        rows.append((name, answer_to(server, join(record))))
    return Answers(rows, calls, server.side.order(server.state))


def answer_to(server: Connection, data: bytes) -> str:
    """Hand bytes to a server; return the alert that it sends, or in words what else."""
    if server.failure:
        return "(it has hung up)"
    try:
        server.receive(data)
    except Alert as alert:
        return alert.description.name
    kinds = [one.content_type for one in records_in(server.data_to_send())]
    return "its own Finished" if ContentType.handshake in kinds else "nothing"


def last_byte_flipped(encrypted: bytes) -> bytes:
    """Return a ciphertext with one bit of its last byte changed."""
    return encrypted[:-1] + bytes([encrypted[-1] ^ 1])


def instead(block: bytes) -> Callable[[bytes], bytes]:
    """Return a change that puts the encryption of this block in place of what was sent."""
    return lambda encrypted: raised(block, exponents()[0])


def spoilt() -> dict[str, Callable[[bytes], bytes]]:
    """Return four ways to be wrong, made by somebody who only has the public key."""
    random = lesson_random("wrong secrets")
    sound = padded(VERSION + random(46), random)
    return {
        "sound padding, a secret of his own": instead(sound),
        "the padding begins with 00 01": instead(b"\x00\x01" + sound[2:]),
        "a secret of 47 bytes": instead(padded(VERSION + random(45), random)),
        "another version in the secret": instead(padded(b"\x03\x01" + random(46), random)),
    }


def all_answers(server_formulae: tls12.Formulae = tls12.FORMULAE) -> list[tuple[str, str, str]]:
    """Return for each way to be wrong which record was answered, and by which alert."""
    return [(name, *answers(change, server_formulae).first) for name, change in spoilt().items()]


def telling_decryption(
    private_key: Any, encrypted: bytes, client_version: int, instead: bytes
) -> bytes:
    """Decrypt like a server that says what was wrong, which RFC 5246 §7.4.7.1 forbids.

    Raises: Alert decrypt_error if the padding is wrong, illegal_parameter for a wrong length or
        version.
    """
    block = raised(encrypted, exponents()[1])
    if block[:2] != b"\x00\x02" or 0 not in block[10:]:
        reason = "the padding is wrong"
        raise Alert(AlertDescription.decrypt_error, reason, "RFC 8017 §7.2.2")
    secret = block[block.index(0, 10) + 1 :]
    if len(secret) != 48 or secret[:2] != client_version.to_bytes(2):
        reason = "length or version is wrong"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.7.1")
    return decrypt_pre_master_secret(private_key, encrypted, client_version, instead)


TELLING = replace(tls12.FORMULAE, decrypt_pre_master_secret=telling_decryption)


def with_openssl(server_formulae: tls12.Formulae) -> bool:
    """Tell whether OpenSSL as a client gets through to our server with RSA key transport.

    Raises: ReplacementError for a formula that raised or returned what it should not have.
    """
    server = Connection(server_settings(suites=(SUITE,)), tls12.server(server_formulae))
    openssl = openssl_client(suites=BY_CODE[SUITE.code].openssl_name)
    problems = exchange(openssl, server)
    for _, error in problems:
        if isinstance(error, ReplacementError):
            raise error
    return not problems and openssl.done and server.done
