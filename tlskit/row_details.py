"""What a row of the ladder holds, in a few words, read from its bytes and the sender's state."""

from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from tlskit.alerts import Alert
from tlskit.extensions import CLIENT_BODIES
from tlskit.hello import asked_host_name, read_extensions
from tlskit.ladder_rows import LadderRow
from tlskit.messages import (
    HEADER_SIZE,
    Certificate,
    CertificateRequest,
    CertificateVerify,
    ClientHello,
    NewSessionTicket,
    ServerHello,
    ServerKeyExchange,
)
from tlskit.presentation import decode
from tlskit.registry import CipherSuite, ExtensionType, NamedGroup, SignatureScheme, name_of
from tlskit.row_details_13 import DESCRIPTIONS_13
from tlskit.signatures import kind_of

KINDS = {"rsa": "RSA", "ecdsa": "ECDSA", "ed25519": "Ed25519"}


def state_of(row: LadderRow) -> Any:
    """Return the state that the row's step left behind, or found; None if there is none."""
    for call in row.calls.values():
        result = call.result[0] if isinstance(call.result, tuple) else call.result
        for state in (result, call.arguments.get("state")):
            if hasattr(state, "suite"):
                return state
    return None


def details(row: LadderRow) -> str:
    """Return a few words on a row; "" for what a foreign peer sent, or what does not decode."""
    newer = hasattr(state_of(row), "handshake_secret")
    describe = {**DESCRIPTIONS, **(DESCRIPTIONS_13 if newer else {})}.get(row.message)
    if describe is None or not row.own:
        return ""
    try:
        return describe(row)
    except (Alert, ValueError, LookupError, UnsupportedAlgorithm):
        return "does not decode"


def counted(count: int, thing: str) -> str:
    """Return "1 suite", "2 suites"."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def client_hello(row: LadderRow) -> str:
    """Say how many suites are offered, which host is asked for, and whether a session is."""
    hello = decode(ClientHello, row.data[HEADER_SIZE:])
    extensions = read_extensions(hello.extensions, CLIENT_BODIES)
    host = asked_host_name(extensions)
    asks = f", asks for {host}" if host else ""
    offered = extensions.get(ExtensionType.session_ticket)
    by = "by ticket" if offered and offered.ticket else "by ID" if hello.session_id else ""
    session = f", offers a session {by}" if by else ""
    return f"offers {counted(len(hello.cipher_suites), 'suite')}{asks}{session}"


def server_hello(row: LadderRow) -> str:
    """Name the suite that was chosen, and say whether a session goes on."""
    suite = name_of(CipherSuite, decode(ServerHello, row.data[HEADER_SIZE:]).cipher_suite)
    state = state_of(row)
    return f"{suite}, the session goes on" if state is not None and state.resumed else suite


def certificate(row: LadderRow) -> str:
    """Say how many certificates there are, whose the first is, and what kind of key it holds."""
    chain = decode(Certificate, row.data[HEADER_SIZE:]).certificate_list
    if not chain:
        return "an empty list: no certificate to show"
    leaf = x509.load_der_x509_certificate(chain[0])
    kind = KINDS.get(kind_of(leaf.public_key()), "unknown")
    return f"{counted(len(chain), 'certificate')}, {leaf.subject.rfc4514_string()}, {kind} key"


def server_key_exchange(row: LadderRow) -> str:
    """Name group and signature scheme."""
    exchange = decode(ServerKeyExchange, row.data[HEADER_SIZE:])
    group = name_of(NamedGroup, exchange.named_curve)
    scheme = name_of(SignatureScheme, exchange.signature_algorithm)
    return f"{group} public key, signed with {scheme}"


def certificate_request(row: LadderRow) -> str:
    """Say how many signature schemes would do, and how many authorities are believed."""
    request = decode(CertificateRequest, row.data[HEADER_SIZE:])
    schemes = len(request.supported_signature_algorithms)
    authorities = len(request.certificate_authorities)
    return f"takes {counted(schemes, 'signature scheme')}, names {counted(authorities, 'CA')}"


def certificate_verify(row: LadderRow) -> str:
    """Name the signature scheme, and say what is signed."""
    verify = decode(CertificateVerify, row.data[HEADER_SIZE:])
    scheme = name_of(SignatureScheme, verify.signature_algorithm)
    return f"all messages so far, signed with {scheme}"


def new_session_ticket(row: LadderRow) -> str:
    """Say how long the ticket is, and for how long it is good."""
    given = decode(NewSessionTicket, row.data[HEADER_SIZE:])
    if not given.ticket:
        return "no ticket after all"
    lifetime = f", for {given.ticket_lifetime_hint} s" if given.ticket_lifetime_hint else ""
    return f"a ticket of {len(given.ticket)} bytes{lifetime}"


def client_key_exchange(row: LadderRow) -> str:
    """Say which of two quite different things this message is."""
    state = state_of(row)
    if state is not None and state.suite and state.suite.ephemeral:
        return "a public key; nothing is encrypted"
    return "the pre-master secret, encrypted with the certificate's key"


def generate_keys(row: LadderRow) -> str:
    """Say what was derived, and how large it is; a resumed handshake has its master secret."""
    state = state_of(row)
    if state is None or not state.key_block:
        return ""
    block = f"key block {len(state.key_block)} bytes"
    if state.resumed:
        return f"{block}, from the session's master secret"
    return f"master secret {len(state.master_secret)} bytes, {block}"


def change_cipher_spec(row: LadderRow) -> str:
    """Say what it means."""
    return f"from here on the {row.sender}'s records are protected"


def finished(row: LadderRow) -> str:
    """Say what it holds."""
    return f"{len(row.data) - HEADER_SIZE} bytes of verify_data"


def application_data(row: LadderRow) -> str:
    """Return the first line of what was said."""
    return row.data.split(b"\r\n")[0][:48].decode("ascii", "replace")


DESCRIPTIONS = {
    "client_hello": client_hello,
    "server_hello": server_hello,
    "certificate": certificate,
    "server_key_exchange": server_key_exchange,
    "certificate_request": certificate_request,
    "certificate_verify": certificate_verify,
    "new_session_ticket": new_session_ticket,
    "client_key_exchange": client_key_exchange,
    "generate_keys": generate_keys,
    "change_cipher_spec": change_cipher_spec,
    "finished": finished,
    "application_data": application_data,
}
