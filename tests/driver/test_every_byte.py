"""Every byte of every record of five conversations, flipped in transit.

One bit of each byte (`test`), or all eight of them (`test --thorough`). What may come of it stands
in expected_flips*.txt, by message and field. `python tests/driver/test_every_byte.py` prints those
tables anew; read what changed against the RFCs before you keep it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from conversations import CLIENT, SCENARIOS, SERVER, Scenario
from in_transit import NO_EFFECT, outcome, places, recording, records
from one_end import moments, opened, stream

from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.registry import AlertLevel, ContentType

TABLES = [
    Path(__file__).with_name(f"expected_flips{more}.txt")
    for more in ("", "_resumed", "_client_authenticated")
]
ALL_BITS = tuple(1 << bit for bit in range(8))

NO_EFFECT_AT = 2
"""The only byte that may change unnoticed, counted from the start of a plaintext record.

It is the minor byte of the version in the header: no transcript holds it, and a receiver can't
insist on one (RFC 5246 App. E.1).
"""


@cache
def expected() -> dict[str, dict[str, set[str]]]:
    """Return the outcomes that may be: "rsa client ClientHello" -> field -> outcomes."""
    found: dict[str, dict[str, set[str]]] = {}
    for line in (line for table in TABLES for line in table.read_text("utf-8").splitlines()):
        if line.startswith("["):
            rows = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            field, _, outcomes = line.partition("  ")
            rows[field] = {one.strip() for one in outcomes.split("|")}
    return found


def messages(scenario: Scenario, sender: str) -> list[str]:
    """Return the messages of one direction in their order."""
    return list(dict.fromkeys(place.message for place in places(scenario, sender)))


def came_of(
    scenario: Scenario, sender: str, message: str, all_bits: bool
) -> tuple[dict[str, set[str]], set[int]]:
    """Flip each byte of a message's record.

    Returns: the outcomes by field, and the offsets in the record at which nothing came of it.
    """
    found: dict[str, set[str]] = {}
    unnoticed = set()
    at_all = [at for at, place in enumerate(places(scenario, sender)) if place.message == message]
    for at in at_all:
        field = places(scenario, sender)[at].field
        for mask in ALL_BITS if all_bits else (1 << at % 8,):
            result = found_at_once(scenario, sender, at, mask) or outcome(
                scenario, sender, at, mask
            )
            found.setdefault(field, set()).add(result)
            if result == NO_EFFECT:
                unnoticed.add(at - at_all[0])
    return found, unnoticed


def found_at_once(scenario: Scenario, sender: str, at: int, mask: int) -> str | None:
    """Flip bits and tell the receiver alone, up to the end of that flight.

    Returns: what it found, if it found a fault at once and said nothing but its alert: then it
        does not matter what the other side would have done. Else None.
    """
    receiver = SERVER if sender == CLIENT else CLIENT
    starts = [*recording(scenario).flights[sender], len(stream(scenario, receiver))]
    if at >= starts[-3]:  # an answer to what the receiver wrote
        return None
    end_of_flight = min(start for start in starts if start > at)
    came = bytearray(stream(scenario, receiver)[:end_of_flight])
    came[at] ^= mask
    before = max(offset for offset in moments(scenario, receiver) if offset <= at)
    end = moments(scenario, receiver)[before].again()
    end.data_to_send()
    try:
        end.receive(bytes(came[before:]))
    except Alert as alert:
        description = alert.description
        if alert.received or said(end) != [(AlertLevel.fatal, description)]:
            return None
        return f"{receiver} {description.name}"
    return None


def said(end: Connection) -> list[tuple[int, int] | None]:
    """Take what an end has to send: alerts as level and description, all else as None."""
    kinds = [record.content_type for record in records(b"".join(end._records._outgoing))]
    alerts = iter(opened(end))
    return [next(alerts) if kind == ContentType.alert else None for kind in kinds]


CASES = [
    pytest.param(scenario, sender, message, id=f"{scenario.name}-{sender}-{message}")
    for scenario in SCENARIOS
    for sender in (CLIENT, SERVER)
    for message in messages(scenario, sender)
]


# pyca warns of a serial number that a flip made negative; the certificate is refused all the same.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("scenario, sender, message", CASES)
def test_every_byte_flipped(scenario: Scenario, sender: str, message: str, thorough: bool) -> None:
    rows = expected()[f"{scenario.name} {sender} {message}"]
    found, unnoticed = came_of(scenario, sender, message, thorough)
    assert found.keys() == rows.keys()
    strange = {field: found[field] - rows[field] for field in rows if found[field] - rows[field]}
    assert strange == {}
    assert unnoticed == ({NO_EFFECT_AT} if plain(scenario, sender, message) else set())
    if thorough:
        assert found == rows


def test_the_table_has_no_row_too_many() -> None:
    names = [f"{scenario.name} {sender} {message}" for scenario, sender, message in cases()]
    assert names == list(expected())


def cases() -> Iterator[tuple[Scenario, str, str]]:
    for case in CASES:
        scenario, sender, message = case.values
        yield scenario, sender, message


def test_the_table_allows_no_effect_for_the_minor_version_of_plaintext_headers_only() -> None:
    for scenario, sender, message in cases():
        rows = expected()[f"{scenario.name} {sender} {message}"]
        allowed = {field for field, outcomes in rows.items() if NO_EFFECT in outcomes}
        assert allowed == ({"header version minor"} if plain(scenario, sender, message) else set())
        for outcomes in rows.values():
            assert not {one for one in outcomes if "internal_error" in one}


def plain(scenario: Scenario, sender: str, message: str) -> bool:
    """Tell whether a message's record goes unprotected."""
    return not any(one.protected for one in places(scenario, sender) if one.message == message)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_is_found_at_once_is_what_comes_of_it(scenario: Scenario) -> None:
    """The short way says the same as both ends together do."""
    taken = 0
    for sender in (CLIENT, SERVER):
        for at in range(0, len(recording(scenario).by(sender)), 23):
            short = found_at_once(scenario, sender, at, 1 << at % 8)
            taken += short is not None
            assert short in (None, outcome(scenario, sender, at, 1 << at % 8))
    assert taken > 10


def test_a_wrong_rsa_secret_is_told_as_bad_record_mac_alone() -> None:
    """Never before Finished and in no other words: see test_secrecy_of_rsa.py (§7.4.7.1)."""
    rows = expected()["rsa client ClientKeyExchange"]
    assert rows["encrypted_pre_master_secret.content"] == {"server bad_record_mac"}


def test_every_record_is_where_the_table_thinks() -> None:
    """The names of records come from their bytes, those of protected ones from their order."""
    kinds = [ContentType.handshake, ContentType.change_cipher_spec, ContentType.handshake]
    kinds += [ContentType.application_data, ContentType.alert]
    for scenario in SCENARIOS:
        for sender in (CLIENT, SERVER):
            types = [record.content_type for record in records(recording(scenario).by(sender))]
            assert types[-5:] == kinds
            assert set(types[:-5]) <= {ContentType.handshake}


def table() -> str:
    """Return the table as it comes out now, with all bits of all bytes flipped."""
    lines = []
    for scenario, sender, message in cases():
        lines += ["", f"[{scenario.name} {sender} {message}]"]
        for field, outcomes in came_of(scenario, sender, message, all_bits=True)[0].items():
            lines.append(f"{field:<44}  {' | '.join(sorted(outcomes))}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
