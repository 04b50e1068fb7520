"""What can break in the key exchange (lessons 04 and 05), one break a function."""

from tlskit import pki, tls12
from tlskit.certificates import Credential
from tlskit.key_exchange import encrypt_pre_master_secret, shared_secret
from tlskit.labs.breaks import (
    CERTIFICATE,
    CLIENT,
    CLIENT_KEY_EXCHANGE,
    FINISHED,
    KEY_GENERATION,
    RECORDS,
    SERVER,
    SERVER_HELLO_DONE,
    SERVER_KEY_EXCHANGE,
    Setup,
    broken,
    flipped_at,
    lost,
    on_the_way,
)
from tlskit.registry import HandshakeType, NamedGroup

# ---- 04

NOT_THE_CHAIN = (
    "The client took Certificate: the chain is in order. What is missing is the proof that the "
    "server has its key."
)


@broken("04", SERVER_KEY_EXCHANGE, "RFC 8422 §5.4", {CERTIFICATE: NOT_THE_CHAIN})
def randoms_not_signed(setup: Setup) -> Setup:
    """The server signs its ECDHE parameters without the two randoms before them.

    The client refuses ServerKeyExchange with `decrypt_error`: the signature is not of the bytes
    that it has to cover.
    """

    def parameters_alone(client_random: bytes, server_random: bytes, parameters: bytes) -> bytes:
        return parameters

    return setup.formula(SERVER, server_ecdh_params_to_sign=parameters_alone)


@broken("04", SERVER_KEY_EXCHANGE, "RFC 8422 §5.4", {CERTIFICATE: NOT_THE_CHAIN})
def signed_with_another_key(setup: Setup) -> Setup:
    """An impostor shows the server's chain, and signs with a key of his own.

    Every check of Certificate passes; `decrypt_error` comes under ServerKeyExchange, whose
    signature the key in the certificate did not make.
    """
    shown = Credential(pki.credential("rsa").chain, pki.course_key("client_rsa"))
    return setup.told(SERVER, credentials=(shown,))


@broken("04", SERVER_KEY_EXCHANGE, "RFC 8422 §5.4", {CERTIFICATE: NOT_THE_CHAIN})
def public_key_changed(setup: Setup) -> Setup:
    """Somebody on the way changes the server's ephemeral public key.

    `decrypt_error` under ServerKeyExchange, and the public key that came is not the one that was
    sent: the signature covers it.
    """
    flip = flipped_at(4 + 4)  # behind the header, curve type, curve and length
    return setup.between(on_the_way(HandshakeType.server_key_exchange, flip))


@broken("04", SERVER_KEY_EXCHANGE, "RFC 8422 §5.1")
def group_never_offered(setup: Setup) -> Setup:
    """The server takes a group that the client did not offer.

    The client refuses ServerKeyExchange with `illegal_parameter`; its group is not among those
    offered.
    """

    def choose(*arguments: object) -> object:
        return tls12.FORMULAE.choose(*arguments)._replace(group=NamedGroup.secp384r1)

    offered = (NamedGroup.x25519, NamedGroup.secp256r1)
    return setup.formula(SERVER, choose=choose).told(CLIENT, groups=offered)


@broken("04", SERVER_KEY_EXCHANGE, "RFC 8422 §2")
def server_key_exchange_lost(setup: Setup) -> Setup:
    """ServerKeyExchange never arrives, and an ECDHE suite cannot do without it.

    `unexpected_message` from the client: ServerHelloDone is a message too early. The last message
    that the client took is Certificate.
    """
    return setup.between(on_the_way(HandshakeType.server_key_exchange, lost))


@broken("04", SERVER_HELLO_DONE, "RFC 5246 §7.4.5")
def server_hello_done_lost(setup: Setup) -> Setup:
    """ServerHelloDone never arrives, so the client does not know that it is its turn.

    No alert: both sides wait. The client took all of the server's messages but the last one.
    """
    return setup.between(on_the_way(HandshakeType.server_hello_done, lost))


# ---- 05

ALREADY_BEFORE = "Key generation did what it should with what it was given: look one value earlier."
SAME_KEYS = "The two sides do not even have the same pre-master secret, so no record could open."


@broken(
    "05",
    CLIENT_KEY_EXCHANGE,
    "RFC 5246 §7.4.7.1",
    {KEY_GENERATION: ALREADY_BEFORE, RECORDS: SAME_KEYS},
)
def encrypted_secret_changed(setup: Setup) -> Setup:
    """Somebody on the way changes the RSA-encrypted pre-master secret.

    The server keeps silent about it and goes on with a random secret; only the client's Finished
    does not open, with `bad_record_mac`. The first value in which the sides differ is the
    pre-master secret.
    """
    wire = on_the_way(HandshakeType.client_key_exchange, flipped_at(100))
    return setup.with_rsa_key_transport().between(wire)


@broken(
    "05",
    CLIENT_KEY_EXCHANGE,
    "RFC 5246 §7.4.7.1",
    {KEY_GENERATION: ALREADY_BEFORE, RECORDS: SAME_KEYS},
)
def wrong_version_inside(setup: Setup) -> Setup:
    """The client writes another version than it offered into the RSA-encrypted secret.

    The server must not say so and goes on with a random secret; only the client's Finished does
    not open. All messages are the same on both sides, and the pre-master secrets differ.
    """

    def encrypt(public_key: object, secret: bytes) -> bytes:
        return encrypt_pre_master_secret(public_key, b"\x03\x01" + secret[2:])

    return setup.with_rsa_key_transport().formula(CLIENT, encrypt_pre_master_secret=encrypt)


@broken(
    "05",
    CLIENT_KEY_EXCHANGE,
    "RFC 8422 §5.10",
    {KEY_GENERATION: ALREADY_BEFORE, RECORDS: SAME_KEYS},
)
def shared_secret_reversed(setup: Setup) -> Setup:
    """The client turns the bytes of the shared secret round before it takes them as the pre-master
    secret.

    Public keys and all messages are the same on both sides, and still the pre-master secrets
    differ; the client's Finished does not open.
    """

    def turned_round(key_pair: object, peer_public: bytes) -> bytes:
        return shared_secret(key_pair, peer_public)[::-1]  # type: ignore[arg-type]

    return setup.formula(CLIENT, shared_secret=turned_round)


@broken(
    "05",
    CLIENT_KEY_EXCHANGE,
    "RFC 8422 §5.11",
    {FINISHED: "It never came to Finished: the server refused an earlier message."},
)
def point_off_the_curve(setup: Setup) -> Setup:
    """Somebody on the way changes the client's public key so that it is no point of the curve.

    The server refuses ClientKeyExchange itself, with `illegal_parameter`, before it computes
    anything. The group is secp256r1, and the public key that came is not the one that was sent.
    """
    wire = on_the_way(HandshakeType.client_key_exchange, flipped_at(4 + 1 + 40))
    return setup.told(SERVER, groups=(NamedGroup.secp256r1,)).between(wire)
