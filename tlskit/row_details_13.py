"""What a row of TLS 1.3's ladder holds, where it differs from TLS 1.2's (`row_details`)."""

from typing import Any

from cryptography import x509

from tlskit.extensions import CLIENT_BODIES, KeyShareHelloRetryRequest
from tlskit.hello import asked_host_name, read_extensions
from tlskit.ladder_rows import LadderRow
from tlskit.messages import HEADER_SIZE, ClientHello, ServerHello
from tlskit.presentation import decode
from tlskit.registry import CipherSuite, ExtensionType, KeyUpdateRequest, NamedGroup, name_of
from tlskit.signatures import kind_of
from tlskit.tls13_messages import (
    Certificate,
    CertificateRequest,
    EncryptedExtensions,
    KeyUpdate,
    NewSessionTicket,
)

KINDS = {"rsa": "RSA", "ecdsa": "ECDSA", "ed25519": "Ed25519"}
X = ExtensionType


def body_of(row: LadderRow, struct: type) -> Any:
    """Return a row's message, decoded. Raises: Alert decode_error."""
    return decode(struct, row.data[HEADER_SIZE:])


def client_hello(row: LadderRow) -> str:
    """Say what is offered: suites, keys sent ahead, a PSK, early data."""
    hello = body_of(row, ClientHello)
    extensions = read_extensions(hello.extensions, CLIENT_BODIES)
    groups = [name_of(NamedGroup, one.group) for one in extensions[X.key_share].client_shares]
    parts = [f"offers {len(hello.cipher_suites)} suites", f"keys for {', '.join(groups) or 'none'}"]
    host = asked_host_name(extensions)
    parts += [f"asks for {host}"] if host else []
    parts += ["offers a PSK"] if X.pre_shared_key in extensions else []
    parts += ["announces early data"] if X.early_data in extensions else []
    return ", ".join(parts)


def hello_retry_request(row: LadderRow) -> str:
    """Say what is asked for."""
    asked = read_extensions(
        body_of(row, ServerHello).extensions, {X.key_share: KeyShareHelloRetryRequest}
    )
    group = asked.get(X.key_share)
    wants = [f"wants a key for {name_of(NamedGroup, group.selected_group)}"] if group else []
    wants += ["gives a cookie"] if X.cookie in asked else []
    return ", ".join(wants)


def server_hello(row: LadderRow) -> str:
    """Name the suite that was chosen, the group, and whether a PSK goes on."""
    hello = body_of(row, ServerHello)
    answers = read_extensions(hello.extensions, {})
    parts = [name_of(CipherSuite, hello.cipher_suite)]
    if X.key_share in answers:
        group = int.from_bytes(answers[X.key_share][:2], "big")
        parts.append(f"and a {name_of(NamedGroup, group)} key")
    parts += [", with the PSK"] if X.pre_shared_key in answers else []
    return " ".join(parts).replace(" ,", ",")


def encrypted_extensions(row: LadderRow) -> str:
    """Name the answers that nobody else sees."""
    names = [name_of(X, one.extension_type) for one in body_of(row, EncryptedExtensions).extensions]
    return f"answers {', '.join(names)}" if names else "nothing to answer"


def certificate(row: LadderRow) -> str:
    """Say how many certificates there are, whose the first is, and what kind of key it holds."""
    entries = body_of(row, Certificate).certificate_list
    if not entries:
        return "an empty list: no certificate to show"
    leaf = x509.load_der_x509_certificate(entries[0].cert_data)
    kind = KINDS.get(kind_of(leaf.public_key()), "unknown")
    count = f"{len(entries)} certificate{'' if len(entries) == 1 else 's'}"
    return f"{count}, {leaf.subject.rfc4514_string()}, {kind} key"


def certificate_request(row: LadderRow) -> str:
    """Say what is asked with."""
    names = [name_of(X, one.extension_type) for one in body_of(row, CertificateRequest).extensions]
    return f"asks with {', '.join(names)}"


def new_session_ticket(row: LadderRow) -> str:
    """Say how long the ticket is, and for how long it is good."""
    given = body_of(row, NewSessionTicket)
    return f"a ticket of {len(given.ticket)} bytes, for {given.ticket_lifetime} s"


def key_update(row: LadderRow) -> str:
    """Say whether the other side is asked to follow."""
    asks = body_of(row, KeyUpdate).request_update == KeyUpdateRequest.update_requested
    return "new keys from here on, and please you too" if asks else "new keys from here on"


def change_cipher_spec(row: LadderRow) -> str:
    """Say what it means."""
    return "means nothing; it is there for boxes on the way"


def keys_made(row: LadderRow) -> str:
    """Name the secrets that were made."""
    return {
        "generate_early_keys": "one secret, from the PSK and the ClientHello",
        "generate_handshake_keys": "two traffic secrets, over both hellos",
        "generate_application_keys": "two traffic secrets and exporter_secret",
        "generate_resumption_secret": "what tickets' keys will be made of",
    }[row.message]


DESCRIPTIONS_13 = {
    "client_hello": client_hello,
    "hello_retry_request": hello_retry_request,
    "server_hello": server_hello,
    "encrypted_extensions": encrypted_extensions,
    "certificate": certificate,
    "certificate_request": certificate_request,
    "new_session_ticket": new_session_ticket,
    "key_update": key_update,
    "change_cipher_spec": change_cipher_spec,
    "generate_early_keys": keys_made,
    "generate_handshake_keys": keys_made,
    "generate_application_keys": keys_made,
    "generate_resumption_secret": keys_made,
}
