"""What two ends have agreed on, in the words that are shown to people and programs."""

from dataclasses import dataclass

from cryptography import x509

from tlskit.connection import Connection
from tlskit.registry import NamedGroup, ProtocolVersion

VERSIONS = {ProtocolVersion.TLS_1_2: "1.2", ProtocolVersion.TLS_1_3: "1.3"}


@dataclass(frozen=True)
class Facts:
    """A connection as its handshake has settled it.

    Args:
        version: "1.2" or "1.3".
        suite: IANA's name.
        group: IANA's name, None where no group was used (RSA key transport, a resumed session).
        resumed: whether a session was taken up again.
        alpn: the protocol that was agreed on, None for none (RFC 7301).
        peer_subject: the subject of the peer's certificate (RFC 4514), None if it showed none.
    """

    version: str
    suite: str
    group: str | None
    resumed: bool
    alpn: str | None
    peer_subject: str | None


def facts_of(connection: Connection) -> Facts:
    """Return what was settled; the handshake must be over."""
    state = connection.state
    return Facts(
        VERSIONS[ProtocolVersion(connection.side.version)],
        state.agreed.name,
        NamedGroup(state.group).name if state.group else None,
        bool(state.resumed),
        state.alpn.decode() if state.alpn else None,
        subject_of(state.peer_chain or (state.session.peer_chain if state.session else ())),
    )


def subject_of(chain: tuple[bytes, ...]) -> str | None:
    """Return the subject of a chain's leaf; of a resumed session it is the one shown then."""
    if not chain:
        return None
    return x509.load_der_x509_certificate(chain[0]).subject.rfc4514_string()
