"""What can break in keys and records (lessons 06 and 07), one break a function."""

from typing import Any

from tlskit import tls12
from tlskit.cipher_suites import Suite
from tlskit.labs.breaks import (
    CHANGE_CIPHER_SPEC,
    CLIENT,
    CLIENT_KEY_EXCHANGE,
    GCM,
    KEY_GENERATION,
    RECORDS,
    SERVER,
    Setup,
    broken,
    flipped_at,
    lost,
    on_the_way,
)
from tlskit.registry import ContentType

# ---- 06

SAME_SO_FAR = "Both sides have the same pre-master secret: ClientKeyExchange did its work."
NOT_THE_RECORD = "The record was made as it should, but with other keys: see where they part."


@broken(
    "06",
    KEY_GENERATION,
    "RFC 5246 §8.1",
    {CLIENT_KEY_EXCHANGE: SAME_SO_FAR, RECORDS: NOT_THE_RECORD},
)
def randoms_swapped(setup: Setup) -> Setup:
    """The client puts the server's random first when it makes the master secret.

    Extended master secret is not agreed on, the pre-master secrets are the same, the master secrets
    are not. The server finds out when the client's Finished does not open.
    """

    def swapped(prf: Any, secret: bytes, client_random: bytes, server_random: bytes) -> bytes:
        return tls12.FORMULAE.master_secret(prf, secret, server_random, client_random)

    return setup.without_extended_master_secret().formula(CLIENT, master_secret=swapped)


@broken(
    "06",
    KEY_GENERATION,
    "RFC 7627 §4",
    {CLIENT_KEY_EXCHANGE: SAME_SO_FAR, RECORDS: NOT_THE_RECORD},
)
def extended_master_secret_forgotten(setup: Setup) -> Setup:
    """Both sides agreed on extended master secret, and the server makes the plain one.

    Both hellos carry the extension, the messages and the pre-master secrets are the same, the
    master secrets are not.
    """

    def generate_keys(state: tls12.State) -> tls12.State:
        plain = state.but(extended_master_secret=False)
        return tls12.SERVER_STEPS.generate_keys(plain).but(extended_master_secret=True)

    return setup.step(SERVER, generate_keys=generate_keys)


@broken(
    "06",
    KEY_GENERATION,
    "RFC 5246 §6.3",
    {CLIENT_KEY_EXCHANGE: SAME_SO_FAR, RECORDS: NOT_THE_RECORD},
)
def randoms_not_swapped(setup: Setup) -> Setup:
    """The client puts its own random first in the key expansion, as it did for the master secret.

    The master secrets are the same, the key blocks are not: between the two lies the key expansion,
    which takes the server's random first.
    """

    def not_swapped(
        prf: Any, master_secret: bytes, server_random: bytes, client_random: bytes, length: int
    ) -> bytes:
        return tls12.FORMULAE.key_block(prf, master_secret, client_random, server_random, length)

    return setup.formula(CLIENT, key_block=not_swapped)


@broken(
    "06",
    KEY_GENERATION,
    "RFC 5246 §6.3",
    {CLIENT_KEY_EXCHANGE: SAME_SO_FAR, RECORDS: NOT_THE_RECORD},
)
def servers_part_first(setup: Setup) -> Setup:
    """The server cuts the key block in the wrong order: its own part first, each time.

    The key blocks are the same, the keys are not: they were cut in another order.
    """

    def cut(suite: Suite, key_block: bytes) -> dict[str, bytes]:
        parts = tls12.FORMULAE.partition(suite, key_block)
        other = {"client": "server", "server": "client"}
        return {f"{other[name[:6]]}{name[6:]}": part for name, part in parts.items()}

    return setup.formula(SERVER, partition=cut)


# ---- 07

SAME_KEYS = "Both sides have the same keys, as the table says."


@broken("07", RECORDS, "RFC 5246 §6.2.3", {KEY_GENERATION: SAME_KEYS})
def counted_from_one(setup: Setup) -> Setup:
    """The client counts its protected records from 1 and not from 0.

    Both sides hold the same keys, and still the record does not open: the sequence number goes into
    what is authenticated, and it never travels.
    """

    def protect(keys: Any, number: int, *rest: Any) -> bytes:
        return tls12.FORMULAE.protect(keys, number + 1, *rest)

    return setup.formula(CLIENT, protect=protect)


@broken("07", RECORDS, "RFC 5246 §6.2.3", {KEY_GENERATION: SAME_KEYS})
def header_not_authenticated_alike(setup: Setup) -> Setup:
    """The server authenticates its records as application data, whatever is in them.

    Both sides hold the same keys, the client's Finished opened, the server's does not: the content
    type goes into what is authenticated.
    """

    def protect(keys: Any, number: int, content_type: int, *rest: Any) -> bytes:
        return tls12.FORMULAE.protect(keys, number, int(ContentType.application_data), *rest)

    return setup.formula(SERVER, protect=protect)


@broken("07", RECORDS, "RFC 5246 §6.2.3", {KEY_GENERATION: SAME_KEYS})
def protected_record_changed(setup: Setup) -> Setup:
    """Somebody on the way flips a bit of the record that carries the client's Finished.

    Both sides hold the same keys, and the record does not open: whatever is wrong with it, the
    answer is `bad_record_mac`.
    """
    return setup.between(on_the_way((CLIENT, ContentType.handshake), flipped_at(20)))


@broken(
    "07",
    CHANGE_CIPHER_SPEC,
    "RFC 5246 §7.1",
    {RECORDS: "The receiver did not even try to open it: it knew of no keys in use."},
)
def change_cipher_spec_lost(setup: Setup) -> Setup:
    """The client's ChangeCipherSpec never arrives, so the server reads on without keys.

    `unexpected_message` from the server, whose last message taken is ClientKeyExchange: it read the
    protected record as if it were plain, and ChangeCipherSpec should have come first.
    """
    setup = setup.told(SERVER, suites=(GCM,))  # whose first bytes, the nonce, are always the same
    return setup.between(on_the_way((CLIENT, ContentType.change_cipher_spec), lost))
