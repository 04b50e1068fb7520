"""What two ends hold, side by side: what passed in the clear, and whether their secrets agree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cryptography import x509

from tlskit.alerts import Alert
from tlskit.extensions import CLIENT_BODIES
from tlskit.hello import asked_host_name, read_extensions
from tlskit.labs.in_transit import Conversation
from tlskit.ladder_rows import camel_case
from tlskit.messages import HEADER_SIZE, Certificate, ClientHello, ServerHello, ServerKeyExchange
from tlskit.order import Role
from tlskit.presentation import decode
from tlskit.registry import (
    CipherSuite,
    ExtensionType,
    NamedGroup,
    ProtocolVersion,
    SignatureScheme,
    name_of,
)
from tlskit.settings import Session
from tlskit.trace import Call

CLIENT, SERVER = Role.CLIENT, Role.SERVER
SAME, NOTHING = "the same", "–"
Fact = tuple[str, str, str]
"""What it is, as the client has it, as the server has it."""


def facts(talk: Conversation, calls: Sequence[Call]) -> tuple[Fact, ...]:
    """Return what both ends of a conversation have seen and made, without a judgement.

    Where the server has what the client has, its column says so. What neither has yet is left out.
    """
    seen = {role: messages(calls, role) for role in (CLIENT, SERVER)}
    found = [*in_the_clear(talk, seen), *exchanged(seen), *made(talk)]
    found += [("messages taken", taken(calls, CLIENT), taken(calls, SERVER))]
    if all(end.done for end in talk.ends.values()):
        read = {role: talk.read[role].decode() or "nothing" for role in (CLIENT, SERVER)}
        found += [("application data read", read[CLIENT], read[SERVER])]
    return tuple(
        (what, ours, SAME if ours == theirs else theirs)
        for what, ours, theirs in found
        if (ours, theirs) != (NOTHING, NOTHING)
    )


def messages(calls: Sequence[Call], role: Role) -> dict[tuple[Role, str], bytes]:
    """Return each message that one side sent, or was given, by its sender and name."""
    found = {}
    for call in calls:
        verb, _, name = call.name.partition("_")
        if call.by == role and verb == "send" and call.result:
            found[role, name] = call.result[1]
        elif call.by == role and verb == "receive":
            found[role.other, name] = call.arguments["message"]
    return found


def taken(calls: Sequence[Call], role: Role) -> str:
    """Return which messages one side has taken, without the one that it refused."""
    names = [
        camel_case(call.name.removeprefix("receive_"))
        for call in calls
        if call.by == role and call.name.startswith("receive_") and not call.error
    ]
    return ", ".join(names) or "none"


# ---- in the clear

Seen = Mapping[Role, Mapping[tuple[Role, str], bytes]]


def both(seen: Seen, sender: Role, name: str, cls: type, say: Callable[[Any], str]) -> list[str]:
    """Return what one message says, as the client has it and as the server has it."""
    said = []
    for role in (CLIENT, SERVER):
        message = seen[role].get((sender, name))
        try:
            said.append(say(decode(cls, message[HEADER_SIZE:])) if message else NOTHING)
        except Alert:
            said.append("does not decode")
    return said


def in_the_clear(talk: Conversation, seen: Seen) -> Iterator[Fact]:
    """Yield what the hellos and the certificate say."""
    for what, say in (
        ("version offered", lambda hello: name_of(ProtocolVersion, hello.client_version)),
        ("host asked for", lambda hello: asked_host_name(asked(hello)) or "none"),
        ("suites offered", lambda hello: listed(CipherSuite, hello.cipher_suites)),
        ("groups offered", groups),
        ("extensions of ClientHello", extensions),
    ):
        client, server = both(seen, CLIENT, "client_hello", ClientHello, say)
        yield what, client, server
    yield from session(talk, seen)
    for what, say in (
        ("suite chosen", lambda hello: listed(CipherSuite, (hello.cipher_suite,))),
        ("extensions of ServerHello", extensions),
    ):
        client, server = both(seen, SERVER, "server_hello", ServerHello, say)
        yield what, client, server
    own = ", ".join(f"{one.names[0]} ({one.kind})" for one in told(talk, SERVER).credentials)
    yield "the server's certificates", "", own
    for what, say in (("certificate for", names), ("valid", validity), ("signed by", issuers)):
        client, server = both(seen, SERVER, "certificate", Certificate, say)
        yield what, client, server
    roots = ", ".join(common_name(root.subject) for root in told(talk, CLIENT).trust.roots)
    yield "the client's root, and its clock", f"{roots}, {told(talk, CLIENT).now:%Y-%m-%d}", ""


def told(talk: Conversation, role: Role) -> Any:
    """Return one side's settings."""
    return talk.ends[role].settings


def asked(hello: ClientHello) -> dict[int, Any]:
    """Return the extensions of a ClientHello."""
    return read_extensions(hello.extensions, CLIENT_BODIES)


def listed(kind: Any, numbers: Sequence[int]) -> str:
    """Return names of a registry in one line; suites without the TLS_ that all have."""
    return ", ".join(name_of(kind, number).removeprefix("TLS_") for number in numbers)


def groups(hello: ClientHello) -> str:
    """Return the groups that a ClientHello lists."""
    found = asked(hello).get(ExtensionType.supported_groups)
    return listed(NamedGroup, found.named_group_list) if found else "none"


def extensions(hello: Any) -> str:
    """Return the names of a hello's extensions."""
    return listed(ExtensionType, [one.extension_type for one in hello.extensions or ()]) or "none"


def session(talk: Conversation, seen: Seen) -> Iterator[Fact]:
    """Yield which session a ClientHello names, and what each side knows of it; nothing if none.

    A server forgets a session whose connection failed, so what it took up again counts first.
    """
    offered, keeper = told(talk, CLIENT).session, told(talk, SERVER).session_store
    if offered is not None and keeper is not None:
        hello = decode(ClientHello, seen[SERVER][CLIENT, "client_hello"][HEADER_SIZE:])
        resumed = talk.ends[SERVER].state.session
        kept = resumed or keeper.find(hello.session_id, told(talk, SERVER).now)
        yield "session offered", described(offered), described(kept)


def described(one: Session | None) -> str:
    """Return what there is to know of a session, without its secret."""
    if one is None:
        return NOTHING
    extended = "with" if one.extended_master_secret else "without"
    return f"{one.suite.name.removeprefix('TLS_')}, {extended} extended master secret"


def common_name(name: x509.Name) -> str:
    """Return the common name of a subject or issuer."""
    return str(name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)


def chain(message: Certificate) -> list[x509.Certificate]:
    """Return the certificates of a message."""
    return [x509.load_der_x509_certificate(one) for one in message.certificate_list]


def names(message: Certificate) -> str:
    """Return the host that the first certificate is for."""
    return common_name(chain(message)[0].subject)


def validity(message: Certificate) -> str:
    """Return from when to when the first certificate is valid."""
    leaf = chain(message)[0]
    return f"{leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"


def issuers(message: Certificate) -> str:
    """Return who signed each certificate in the list."""
    return ", then by ".join(common_name(one.issuer) for one in chain(message))


# ---- exchanged and made


def exchanged(seen: Seen) -> Iterator[Fact]:
    """Yield the two messages of the key exchange."""
    client, server = both(seen, SERVER, "server_key_exchange", ServerKeyExchange, parameters)
    yield "ServerKeyExchange", client, server
    sent, came = (seen[role].get((CLIENT, "client_key_exchange")) for role in (CLIENT, SERVER))
    size = f"{len(sent) - HEADER_SIZE} bytes" if sent else NOTHING
    arrived = NOTHING if came is None else size if came == sent else "other bytes than were sent"
    yield "ClientKeyExchange", size, arrived


def parameters(exchange: ServerKeyExchange) -> str:
    """Return group, beginning of the public key, and signature scheme."""
    group = name_of(NamedGroup, exchange.named_curve)
    scheme = name_of(SignatureScheme, exchange.signature_algorithm)
    return f"{group}, public key {exchange.public[:4].hex(' ')} …, signed with {scheme}"


def made(talk: Conversation) -> Iterator[Fact]:
    """Yield whether the two sides hold the same secrets; never the secrets themselves."""
    ours, theirs = (talk.ends[role].state for role in (CLIENT, SERVER))
    for what, name in (
        ("pre-master secret", "pre_master_secret"),
        ("master secret", "master_secret"),
        ("key block", "key_block"),
        ("the client's keys", "client_keys"),
        ("the server's keys", "server_keys"),
    ):
        mine, other = getattr(ours, name), getattr(theirs, name)
        has, others = ("has them", "other ones") if "keys" in name else ("has one", "another one")
        compared = SAME if mine == other else others if other else NOTHING
        yield what, has if mine else NOTHING, compared if mine else has if other else NOTHING
