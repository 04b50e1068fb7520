"""RFC 8448's traces, section by section, as our two ends replay them."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, x25519

from tlskit.key_exchange import KeyPair
from tlskit.registry import NamedGroup

VECTORS = Path(__file__).parents[1] / "vectors"
KINDS = {"send handshake record": 22, "send application_data record": 23}
KINDS |= {"send alert record": 21, "send change_cipher_spec record": 20}


@dataclass(frozen=True)
class Sent:
    """A record: who sent it, what was in it, and as it went over the wire."""

    side: str
    content_type: int
    payload: bytes
    record: bytes


@dataclass
class Trace:
    """One section.

    Args:
        messages: the handshake messages of each side, by name, in the order of their making.
        secrets: every secret that was derived, by its label.
        pairs: the ephemeral keys of each side.
    """

    records: list[Sent] = field(default_factory=list)
    messages: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    pairs: dict[str, list[KeyPair]] = field(default_factory=lambda: {"client": [], "server": []})

    def of(self, side: str, name: str) -> list[bytes]:
        """Return a side's messages with this name."""
        return self.messages.get((side, name), [])

    def bytes_of(self, side: str) -> list[bytes]:
        """Return a side's records, as they went over the wire."""
        return [one.record for one in self.records if one.side == side]


@cache
def sections() -> dict[int, Any]:
    first = json.loads((VECTORS / "rfc8448_3_simple_1rtt.json").read_text())
    rest = json.loads((VECTORS / "rfc8448_4_to_7.json").read_text())
    return {one["section"]: one["steps"] for one in (first, *rest["sections"])}


def pair_of(fields: dict[str, bytes]) -> KeyPair:
    """Return a key pair from its private half, which must make the public one."""
    if len(fields["public key"]) == 32:
        key = x25519.X25519PrivateKey.from_private_bytes(fields["private key"])
        assert key.public_key().public_bytes_raw() == fields["public key"]
        return KeyPair(NamedGroup.x25519, fields["public key"], key)
    number = int.from_bytes(fields["private key"], "big")
    return KeyPair(
        NamedGroup.secp256r1, fields["public key"], ec.derive_private_key(number, ec.SECP256R1())
    )


def trace(section: int) -> Trace:
    """Return a section as data."""
    made = Trace()
    for step in sections()[section]:
        fields = {one["name"]: bytes.fromhex(one["hex"]) for one in step["fields"]}
        side, action = step["side"], step["action"]
        if action.startswith("create an ephemeral"):
            made.pairs[side].append(pair_of(fields))
        elif action.startswith("construct a"):
            ((name, message),) = fields.items()
            made.messages.setdefault((side, name), []).append(message)
        elif action in KINDS:
            made.records.append(
                Sent(side, KINDS[action], fields["payload"], fields["complete record"])
            )
        elif fields and '"' in action:
            secret = fields.get("secret") or fields.get("finished") or fields["expanded"]
            made.secrets[f"{side} {action.split(chr(34))[1]}"] = secret
    hellos = made.of("client", "ClientHello")
    wire = [one.payload for one in made.records if one.side == "client" and one.payload[0] == 1]
    made.messages["client", "ClientHello"] = wire[: len(hellos)]  # with the binders
    return made
