"""Key material for what runs inside a connection: both ends make the same, and nobody else can.

The keys of WebRTC's media come from here (RFC 5764 §4.2), or a proof that two messages came over
one connection.
"""

from tlskit.tls12.key_schedule import PRF, check_random
from tlskit.tls12.state import State

RESERVED = (
    *(b"client finished", b"server finished", b"master secret", b"key expansion"),
    b"extended master secret",
)
"""Labels of TLS itself (RFC 5705 §6; the last one by RFC 7627 §4)."""
LONGEST_CONTEXT = 2**16 - 1


def export_keying_material(
    prf: PRF,
    master_secret: bytes,
    client_random: bytes,
    server_random: bytes,
    label: bytes,
    length: int,
    context: bytes | None = None,
) -> bytes:
    """Return `length` bytes for the use that the label names.

      without context: PRF(master_secret, label, client_random + server_random)
      with context:    PRF(master_secret, label,
                           client_random + server_random + length of context (2) + context)

    No context (None) and an empty one (b"") give different bytes. The randoms come in this order,
    as in `master_secret`. Reference: RFC 5705 §4.

    Args:
        label: as registered with IANA, b"EXTRACTOR-dtls_srtp"; new ones begin with b"EXPORTER".
        context: at most 65535 bytes that the application mixes in, such as a user's name.

    Raises: ValueError for a label that is TLS's own, is not ASCII or is empty, for a context too
        long, for a length below 1, or a random that is not 32 bytes.

    >>> from tlskit.tls12.key_schedule import prf_sha256
    >>> randoms = bytes(32), bytes(32)
    >>> export_keying_material(prf_sha256, bytes(48), *randoms, b"EXPORTER-a", 4).hex()
    '261ef1bf'
    >>> export_keying_material(prf_sha256, bytes(48), *randoms, b"EXPORTER-a", 4, b"").hex()
    '33712e19'
    """
    check_random("client_random", client_random)
    check_random("server_random", server_random)
    if label in RESERVED:
        raise ValueError(f"the label {label.decode()!r} is one of TLS's own (RFC 5705 §6)")
    if not label or not label.isascii():
        raise ValueError(f"a label is ASCII text, not {label!r}")
    if length < 1:
        raise ValueError(f"key material has at least one byte, not {length}")
    seed = client_random + server_random
    if context is not None:
        if len(context) > LONGEST_CONTEXT:
            raise ValueError(f"a context has at most 65535 bytes, not {len(context)}")
        seed += len(context).to_bytes(2, "big") + context
    return prf(master_secret, label, seed, length)


def export(state: State, label: bytes, length: int, context: bytes | None = None) -> bytes:
    """Return key material of a connection whose handshake is done (RFC 5705 §4).

    Raises: ValueError without extended master secret: somebody in the middle could have made both
        his connections end up with the same material (RFC 7627 §5.4: it must not be exported);
        those of `export_keying_material`.
    """
    if not state.extended_master_secret:
        raise ValueError("no export without extended master secret (RFC 7627 §5.4)")
    return export_keying_material(
        state.prf,
        state.master_secret,
        state.client_random,
        state.server_random,
        label,
        length,
        context,
    )
