"""What a side of a connection is told before it begins. Frozen: a run changes nothing here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tlskit.certificates import Credential, Trust
from tlskit.cipher_suites import RECOMMENDED, Suite
from tlskit.key_exchange import GROUPS
from tlskit.registry import NamedGroup, SignatureScheme
from tlskit.signatures import SCHEMES


@dataclass(frozen=True)
class Settings:
    """All that a handshake depends on besides the peer's bytes.

    With the same settings, and a `random` that begins anew, a side sends the same bytes again.

    Args:
        random: returns so many fresh random bytes; the only source of chance.
        now: the time at which certificates are judged, with a time zone.
        server_name: client: the host it wants, put into server_name and checked in the
            certificate.
        trust: client: the root certificates it believes.
        credentials: server: certificate chains with their keys; the first is the default.
        suites: which suites may be used, best first. Those that are taught only are not among
            the default ones.
        groups: for ECDHE, best first.
        signature_schemes: client: what it asks for, best first; server: what it is willing to do.
        alpn: protocols spoken inside, best first (RFC 7301); none: the extension is not used.
        extended_master_secret: whether it is offered, and accepted (RFC 7627).
        require_extended_master_secret: whether a peer without it is refused.
        max_handshake_size: longest handshake message taken from a peer, in bytes.

    Raises: ValueError if a value can't be meant.
    """

    random: Callable[[int], bytes] = field(repr=False)
    now: datetime
    server_name: str = ""
    trust: Trust | None = None
    credentials: tuple[Credential, ...] = ()
    suites: tuple[Suite, ...] = RECOMMENDED
    groups: tuple[NamedGroup, ...] = GROUPS
    signature_schemes: tuple[SignatureScheme, ...] = SCHEMES
    alpn: tuple[str, ...] = ()
    extended_master_secret: bool = True
    require_extended_master_secret: bool = False
    max_handshake_size: int = 2**17

    def __post_init__(self) -> None:
        """Refuse what can't be meant, in words."""
        if self.now.tzinfo is None:
            raise ValueError("settings.now needs a time zone: datetime(..., tzinfo=UTC)")
        for name in ("suites", "groups", "signature_schemes"):
            if not getattr(self, name):
                raise ValueError(f"settings.{name} is empty: nothing could be agreed on")
        for suite in self.suites:
            if not isinstance(suite, Suite):
                raise ValueError(
                    f"settings.suites holds {suite!r}, not a Suite: suite_named(name) returns one"
                )
        if self.require_extended_master_secret and not self.extended_master_secret:
            raise ValueError("extended master secret can't be required and not offered")
        for protocol in self.alpn:
            if not 1 <= len(protocol.encode()) <= 255:
                raise ValueError(f"a protocol name has 1..255 bytes (RFC 7301 §3.1): {protocol!r}")

    def draw(self, size: int) -> bytes:
        """Return `size` bytes from `random`.

        Raises: ValueError if the source returned another number of them.
        """
        drawn = self.random(size)
        if len(drawn) != size:
            raise ValueError(f"settings.random({size}) returned {len(drawn)} bytes")
        return drawn
