"""The one exception of the protocol: an alert, its reason in words, its place in the RFC."""

from tlskit.registry import AlertDescription, AlertLevel


class Alert(Exception):
    """A fault of the peer, or the fatal alert it sent us (RFC 5246 §7.2).

    Whoever finds the fault raises it; the driver sends the two bytes (level fatal, description) to
    the peer and passes the exception on. Our own misuse of a function is a `ValueError` instead.

    Args:
        description: the alert's name, one byte on the wire.
        reason: what was expected and what came, in words; it never leaves this side.
        reference: the rule, as "RFC 5246 §7.4.9".
        received: True if the peer sent this alert to us.

    >>> print(Alert(AlertDescription.decrypt_error, "verify_data differs", "RFC 5246 §7.4.9"))
    decrypt_error: verify_data differs (RFC 5246 §7.4.9)
    """

    def __init__(
        self,
        description: AlertDescription,
        reason: str,
        reference: str = "",
        *,
        received: bool = False,
    ) -> None:
        super().__init__(description, reason, reference)
        self.description = description
        self.reason = reason
        self.reference = reference
        self.received = received

    def __str__(self) -> str:
        """Return one line: name, reason, reference."""
        reference = f" ({self.reference})" if self.reference else ""
        return f"{self.description.name}: {self.reason}{reference}"


class InputEnded(Alert):
    """The peer's bytes ended where they may not: it hung up, or the connection was lost."""


def encode_alert(level: int, description: int) -> bytes:
    """Return the two bytes of an alert: level, description (RFC 5246 §7.2)."""
    return bytes([level, description])


def decode_alert(content: bytes) -> tuple[int, int]:
    """Return level and description of an alert, 2 bytes (RFC 5246 §7.2).

    One alert a record: RFC 9846 §5.1 says so, and in TLS 1.2 nobody does otherwise.

    Raises: Alert decode_error for another length or a level that is neither 1 nor 2.
    """
    if len(content) != 2 or content[0] not in (AlertLevel.warning, AlertLevel.fatal):
        reason = f"an alert is a level (1 or 2) and a description, not {content[:8].hex(' ')}"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.2")
    return content[0], content[1]
