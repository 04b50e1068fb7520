"""Who may look on while a connection runs: for a trace, for a key log, for whoever must be told."""

from tlskit.connection import Connection
from tlskit.trace import Call


class Watch:
    """Looks on and does nothing; what is to see more inherits from it. One for each connection.

    Attributes:
        calls: if a list, every step and formula of the connection is appended to it.
    """

    calls: list[Call] | None = None

    def moved(self, connection: Connection) -> None:
        """Take note that bytes have come, or were made to go out; the connection may be failed."""

    def ended(self, connection: Connection, failure: BaseException | None) -> None:
        """Take note that a connection is over, and by what, if by anything."""
