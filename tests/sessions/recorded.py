"""What somebody reads who recorded a connection and has the keys that sealed the server's tickets.

Nothing here asks an end of the connection: all comes from the recorded bytes.
"""

from functools import partial

from tlskit import pki
from tlskit.messages import ClientHello, NewSessionTicket, ServerHello
from tlskit.presentation import decode
from tlskit.records import Record, reassemble, split
from tlskit.registry import ContentType, ExtensionType, HandshakeType
from tlskit.sessions import TicketKeys
from tlskit.tls12.key_schedule import key_block, partition, prf
from tlskit.tls12.record_protection import record_keys, unprotect

SIDES = ("client", "server")


def records_of(wire: list[tuple[str, bytes]], side: str) -> tuple[list[Record], list[Record]]:
    """Return one side's records before and after its ChangeCipherSpec."""
    data = b"".join(sent for sender, sent in wire if sender == side)
    records = []
    while data:
        record, data = split(data)
        assert record is not None, "the recording breaks off"
        records.append(record)
    types = [record.content_type for record in records]
    change = types.index(ContentType.change_cipher_spec)
    return records[:change], records[change + 1 :]


def handshake_bodies(records: list[Record]) -> dict[int, bytes]:
    """Return the bodies of the messages that went by in the clear, by their type."""
    data = b"".join(record.fragment for record in records)
    found = {}
    while data:
        message, data = reassemble(data)
        assert message is not None
        found[message[0]] = message[4:]
    return found


def application_data_by_ticket_key(
    wire: list[tuple[str, bytes]], keys: TicketKeys
) -> dict[str, bytes] | None:
    """Return what each side said, or None if the keys do not open the ticket."""
    plain, protected, bodies = {}, {}, {}
    for side in SIDES:
        plain[side], protected[side] = records_of(wire, side)
        bodies |= handshake_bodies(plain[side])
    ticket = decode(NewSessionTicket, bodies[HandshakeType.new_session_ticket]).ticket
    opened = keys.open(ticket, pki.NOW)
    if opened is None:
        return None
    session, _ = opened
    asked = decode(ClientHello, bodies[HandshakeType.client_hello])
    chosen = decode(ServerHello, bodies[HandshakeType.server_hello])
    answered = {one.extension_type for one in chosen.extensions or ()}
    mac_last = ExtensionType.encrypt_then_mac in answered
    suite = session.suite
    block = key_block(
        partial(prf, suite.hash_name),
        session.master_secret,
        chosen.random,
        asked.random,
        suite.key_block_length,
    )
    parts = partition(suite, block)
    said = {}
    for side in SIDES:
        names = (f"{side}_write_MAC_key", f"{side}_write_key", f"{side}_write_IV")
        opening = record_keys(suite, *(parts[name] for name in names), mac_last)
        contents = {
            number: unprotect(opening, number, *record)
            for number, record in enumerate(protected[side])
        }
        said[side] = b"".join(
            contents[number]
            for number, record in enumerate(protected[side])
            if record.content_type == ContentType.application_data
        )
    return said
