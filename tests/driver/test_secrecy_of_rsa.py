"""The server never shows whether a ClientKeyExchange of RSA could be decrypted.

Who learns it can open any recorded connection with some thousand questions (Bleichenbacher 1998).
So every wrong secret goes on to the client's Finished, and ends there in the same bytes as all
others (RFC 5246 §7.4.7.1).
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from conversations import padded, raw_rsa
from in_transit import records

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import SUITES, Suite, suite_named
from tlskit.connection import Connection
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.messages import EncryptedPreMasterSecret, frame_handshake
from tlskit.presentation import encode
from tlskit.records import Record, join
from tlskit.registry import AlertDescription, ContentType, HandshakeType
from tlskit.trace import Call

PUBLIC_KEY: Any = pki.credential("rsa").private_key.public_key()
MODULUS = PUBLIC_KEY.public_numbers().n
SIZE = 256
VERSION = b"\x03\x03"
SECRET = VERSION + bytes(range(46))
RSA_SUITES = [suite for suite in SUITES if not suite.ephemeral]


def block(secret: bytes) -> bytes:
    """Return a ciphertext of a secret in sound padding."""
    return raw_rsa(PUBLIC_KEY, padded(secret))


def changed(at: int, byte: int) -> bytes:
    """Return a ciphertext of a sound block with one byte changed before encryption."""
    sound = bytearray(padded(SECRET))
    sound[at] = byte
    return raw_rsa(PUBLIC_KEY, bytes(sound))


def numbered(number: int, size: int = SIZE) -> bytes:
    """Return a number as a ciphertext of any size."""
    return number.to_bytes(size, "big")


WRONG: dict[str, bytes] = {
    "first byte of the padding 01": changed(0, 1),
    "second byte of the padding 01": changed(1, 1),
    "second byte of the padding 00": changed(1, 0),
    "a zero within the first eight bytes of padding": changed(5, 0),
    "a zero in the middle of the padding": changed(100, 0),
    "no zero behind the padding": changed(SIZE - 49, 0xAA),
    "secret of no bytes": block(b""),
    "secret of 1 byte": block(b"\x03"),
    "secret of 46 bytes": block(SECRET[:46]),
    "secret of 47 bytes": block(SECRET[:47]),
    "secret of 49 bytes": block(SECRET + b"!"),
    "secret of 245 bytes": block(bytes([3, 3]) + b"!" * 243),
    "version 1.1 in the secret": block(b"\x03\x02" + SECRET[2:]),
    "version 1.3 in the secret": block(b"\x03\x04" + SECRET[2:]),
    "version 1.0 in the secret": block(b"\x03\x01" + SECRET[2:]),
    "major version 2 in the secret": block(b"\x02\x03" + SECRET[2:]),
    "48 zeros": block(bytes(48)),
    "another secret, soundly encrypted": block(VERSION + b"?" * 46),
    "ciphertext zero": numbered(0),
    "ciphertext one": numbered(1),
    "ciphertext modulus - 1": numbered(MODULUS - 1),
    "ciphertext modulus": numbered(MODULUS),
    "ciphertext modulus + 1": numbered(MODULUS + 1),
    "ciphertext all ones": b"\xff" * SIZE,
    "ciphertext of no bytes": b"",
    "ciphertext of one byte": b"\x2a",
    "ciphertext of 255 bytes": block(SECRET)[1:],
    "ciphertext of 257 bytes": block(SECRET) + b"\x00",
    "ciphertext of 257 bytes, the first zero": b"\x00" + block(SECRET),
    "ciphertext of 128 bytes": b"\x2a" * 128,
    "ciphertext of 512 bytes": b"\x2a" * 512,
    "sound block, for another key": raw_rsa(pki.root().private_key.public_key(), padded(SECRET)),
}


class Trial(NamedTuple):
    """What a server shows to the outside and what it draws."""

    at_once: bytes
    alert: AlertDescription
    answer: bytes
    draws: list[int]
    formulae: list[str]


def tried(encrypted: bytes, suite: Suite, extended: bool) -> Trial:
    """Send a ciphertext, then ChangeCipherSpec and the Finished of a client that used SECRET."""
    draws: list[int] = []
    calls: list[Call] = []
    source = lesson_random("server")

    def counted(size: int) -> bytes:
        draws.append(size)
        return source(size)

    client = Connection(
        client_settings(suites=(suite,), extended_master_secret=extended), tls12.client()
    )
    server = Connection(server_settings(random=counted), tls12.server(), calls)
    server.receive(client.data_to_send())
    client.receive(server.data_to_send())
    _, change, finished = records(client.data_to_send())
    draws.clear()
    calls.clear()
    body = encode(EncryptedPreMasterSecret(encrypted))
    message = frame_handshake(HandshakeType.client_key_exchange, body)
    server.receive(join(Record(ContentType.handshake, 0x0303, message)))
    server.receive(join(change))
    at_once = server.data_to_send()
    assert server.failure is None
    with pytest.raises(Alert) as raised:
        server.receive(join(finished))
    names = [one.name for call in calls for one in call.walk()]
    return Trial(at_once, raised.value.description, server.data_to_send(), draws, names)


def cases() -> Iterator[Any]:
    for suite in RSA_SUITES:
        for extended in (True, False):
            name = f"{suite.openssl_name}-{'ems' if extended else 'no-ems'}"
            yield pytest.param(suite, extended, id=name)


@pytest.mark.parametrize("suite, extended", list(cases()))
def test_every_wrong_secret_looks_the_same(suite: Suite, extended: bool) -> None:
    trials = {name: tried(encrypted, suite, extended) for name, encrypted in WRONG.items()}
    alert = bytes([21, 3, 3, 0, 2, 2, AlertDescription.bad_record_mac])
    for name, trial in trials.items():
        assert trial.at_once == b"", name
        assert trial.alert is AlertDescription.bad_record_mac, name
        assert trial.answer == alert, name
        assert trial.draws == [46], name  # drawn before decryption, needed or not
    steps = trials["another secret, soundly encrypted"].formulae
    for name, trial in trials.items():
        assert trial.formulae == steps, name  # the same formulae in the same order


def secret_of(encrypted: bytes) -> bytes:
    """Return the pre-master secret that our server goes on with."""
    suite = suite_named("AES128-GCM-SHA256")
    client = Connection(client_settings(suites=(suite,)), tls12.client())
    server = Connection(server_settings(), tls12.server())
    server.receive(client.data_to_send())
    body = encode(EncryptedPreMasterSecret(encrypted))
    message = frame_handshake(HandshakeType.client_key_exchange, body)
    server.receive(join(Record(ContentType.handshake, 0x0303, message)))
    return bytes(server.state.pre_master_secret)


def instead() -> bytes:
    """Return what our server draws for a secret that could not be read: 46 bytes after 32."""
    draw = lesson_random("server")
    draw(32)
    return VERSION + draw(46)


SOUND = {"another secret, soundly encrypted"}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_server_goes_on_with(name: str) -> None:
    """A secret drawn beforehand, unless 48 bytes with the offered version came out."""
    secret = secret_of(WRONG[name])
    assert (secret == instead()) is (name not in SOUND)
    assert len(secret) == 48


def test_the_sound_secret_is_taken() -> None:
    """Else the tests above would hold for a server that never decrypts at all."""
    assert secret_of(block(SECRET)) == SECRET


@pytest.mark.parametrize("extended", [True, False])
def test_every_flipped_byte_of_the_ciphertext_looks_the_same(extended: bool) -> None:
    suite = RSA_SUITES[0]
    sound, trials = block(SECRET), set()
    for at in range(SIZE):
        flipped = bytearray(sound)
        flipped[at] ^= 1 << at % 8
        trial = tried(bytes(flipped), suite, extended)
        trials.add((trial.at_once, trial.alert, trial.answer, tuple(trial.draws)))
    answer = bytes([21, 3, 3, 0, 2, 2, AlertDescription.bad_record_mac])
    assert trials == {(b"", AlertDescription.bad_record_mac, answer, (46,))}


Change = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    "change",
    [lambda body: body[:-1], lambda body: body + b"!", lambda body: b"", lambda body: body[:1]],
    ids=["shorter", "longer", "empty", "half a length"],
)
def test_a_message_that_is_malformed_from_outside_is_told_at_once(change: Change) -> None:
    """Lengths are no secret: they are checked before anything is decrypted."""
    suite = suite_named("AES128-GCM-SHA256")
    client = Connection(client_settings(suites=(suite,)), tls12.client())
    server = Connection(server_settings(), tls12.server())
    server.receive(client.data_to_send())
    body = change(encode(EncryptedPreMasterSecret(block(SECRET))))
    message = frame_handshake(HandshakeType.client_key_exchange, body)
    with pytest.raises(Alert) as raised:
        server.receive(join(Record(ContentType.handshake, 0x0303, message)))
    assert raised.value.description is AlertDescription.decode_error
