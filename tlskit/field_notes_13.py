"""What the fields of TLS 1.3's extensions are for, in the manner of `field_notes`."""

from tlskit.field_note import Note

NOTES_13: dict[str, Note] = {
    "KeyShareEntry.group": Note(
        "The group that this key belongs to.",
        "RFC 9846 §4.3.8 (RFC 8446 §4.2.8)",
        "the other side, which answers in the same group",
    ),
    "KeyShareEntry.key_exchange": Note(
        "A public key: 32 bytes of x25519, a point of a curve, or a hybrid's two keys in a row.",
        "RFC 9846 §4.3.8 (RFC 8446 §4.2.8)",
        "the other side, to make the shared secret",
    ),
    "KeyShareClientHello.client_shares": Note(
        "Keys sent ahead, in the hope that the server takes one of their groups. An empty list "
        "asks it to name one.",
        "RFC 9846 §4.3.8 (RFC 8446 §4.2.8)",
        "the server, which saves a round trip",
    ),
    "KeyShareServerHello.server_share": Note(
        "The server's own key, of a group that the client sent one for.",
        "RFC 9846 §4.3.8 (RFC 8446 §4.2.8)",
        "the client, to make the shared secret",
    ),
    "KeyShareHelloRetryRequest.selected_group": Note(
        "The group that the server wants a key for; the client must have listed it.",
        "RFC 9846 §4.3.8 (RFC 8446 §4.2.8)",
        "the client, which sends its hello once more",
    ),
    "SelectedVersion.selected_version": Note(
        "The version that the server chose. ServerHello's own field says 0x0303 for ever.",
        "RFC 9846 §4.3.1 (RFC 8446 §4.2.1)",
        "the client",
    ),
    "Cookie.cookie": Note(
        "Bytes that the client must give back as they are, in its second hello.",
        "RFC 9846 §4.3.2 (RFC 8446 §4.2.2)",
        "the server, which need remember nothing in between",
    ),
    "CertificateAuthorities.authorities": Note(
        "The names of those whose certificates would do.",
        "RFC 9846 §4.3.4 (RFC 8446 §4.2.4)",
        "the other side, when it chooses a certificate",
    ),
    "PskKeyExchangeModes.ke_modes": Note(
        "How a PSK may be used: alone (0), or with a fresh key exchange (1), which keeps forward "
        "secrecy.",
        "RFC 9846 §4.3.9 (RFC 8446 §4.2.9)",
        "the server; without this list it gives no tickets either",
    ),
    "PskIdentity.identity": Note(
        "What the key is called: of a resumption it is the ticket.",
        "RFC 9846 §4.3.11 (RFC 8446 §4.2.11)",
        "the server, which opens the ticket",
    ),
    "PskIdentity.obfuscated_ticket_age": Note(
        "How old the ticket is, in milliseconds, plus a number that only the two sides know, so "
        "that nobody else can tell which connections belong together.",
        "RFC 9846 §4.3.11 (RFC 8446 §4.2.11)",
        "the server, before it takes early data",
    ),
    "OfferedPsks.identities": Note(
        "The keys that the client would go on with, best first.",
        "RFC 9846 §4.3.11 (RFC 8446 §4.2.11)",
        "the server",
    ),
    "OfferedPsks.binders": Note(
        "For each key a proof that the client has it: an HMAC over this hello up to here.",
        "RFC 9846 §4.3.11 (RFC 8446 §4.2.11)",
        "the server, before it takes a key",
    ),
    "SelectedIdentity.selected_identity": Note(
        "Which of the client's keys the server took, counted from 0.",
        "RFC 9846 §4.3.11 (RFC 8446 §4.2.11)",
        "the client",
    ),
    "MaxEarlyData.max_early_data_size": Note(
        "How many bytes of early data the server would take with this ticket.",
        "RFC 9846 §4.3.10 (RFC 8446 §4.2.10)",
        "the client, on its next visit",
    ),
}

INNER_13 = tuple(dict.fromkeys(name.partition(".")[0] for name in NOTES_13))
"""The structs that these fields belong to."""
