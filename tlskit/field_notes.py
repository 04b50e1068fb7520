"""What each field of the messages is for: a sentence, the section that says so, who reads it."""

from tlskit.field_note import Note
from tlskit.field_notes_13 import INNER_13, NOTES_13

NOTES: dict[str, Note] = {
    **NOTES_13,
    "Handshake.msg_type": Note(
        "Which handshake message this is.",
        "RFC 5246 §7.4",
        "the other side, before anything else",
    ),
    "Handshake.length": Note(
        "How many bytes of body follow; four bytes of header are not counted.",
        "RFC 5246 §7.4",
        "the other side, to find the end of the message",
    ),
    "length": Note(
        "How many bytes follow that belong to this field.",
        "RFC 5246 §4.3",
        "the other side, to find the end of the field",
    ),
    "ChangeCipherSpec.type": Note(
        "Always 1: the sender's next record is protected. Not a handshake message, so it is not "
        "in the transcript.",
        "RFC 5246 §7.1",
        "the other side, which takes its new keys for reading",
    ),
    "Alert.level": Note(
        "1 is a warning; 2 is fatal, and the connection ends here.",
        "RFC 5246 §7.2",
        "the other side, to know whether to go on",
    ),
    "Alert.description": Note(
        "What is wrong, as a number; more is never said.",
        "RFC 5246 §7.2, §7.2.2",
        "the other side, and whoever looks for the cause",
    ),
    "ApplicationData.content": Note(
        "What the two sides wanted to say; TLS does not look into it.",
        "RFC 5246 §10",
        "the program at the other end",
    ),
    "TLSPlaintext.type": Note(
        "What the record carries: handshake, alert, change_cipher_spec, application_data.",
        "RFC 5246 §6.2.1",
        "the other side, and anybody on the way: headers are never encrypted",
    ),
    "TLSPlaintext.version": Note(
        "The version in use. Around a first ClientHello it says nothing yet, and an old one "
        "stands here, which every server takes (App. E.1).",
        "RFC 5246 §6.2.1, App. E.1",
        "the other side, as a check; under keys it is authenticated too",
    ),
    "TLSPlaintext.length": Note(
        "How many bytes of fragment follow, 2^14 at most, or 2^14+2048 when protected.",
        "RFC 5246 §6.2.1, §6.2.3",
        "the other side, to find the end of the record",
    ),
    "TLSPlaintext.fragment": Note(
        "A message, a piece of one, or several: records know nothing of messages' boundaries.",
        "RFC 5246 §6.2.1",
        "the other side, and anybody on the way",
    ),
    "GenericAEADCipher.nonce_explicit": Note(
        "The part of the nonce that travels along, 8 bytes with AES-GCM; with the fixed IV of "
        "the key block before it, it makes the 12 bytes of nonce.",
        "RFC 5246 §6.2.3.3, RFC 5288 §3",
        "the other side, to decrypt",
    ),
    "GenericAEADCipher.ciphertext": Note(
        "The content, encrypted: as long as the content itself.",
        "RFC 5246 §6.2.3.3, RFC 5116 §2.1",
        "the other side, if the tag is right",
    ),
    "GenericAEADCipher.tag": Note(
        "16 bytes that are right only if key, nonce, ciphertext, sequence number and header are.",
        "RFC 5246 §6.2.3.3, RFC 5116 §5.1",
        "the other side; if it is wrong, the answer is bad_record_mac",
    ),
    "GenericBlockCipher.IV": Note(
        "16 bytes drawn anew for each record, in plain text; they start the chain of blocks.",
        "RFC 5246 §6.2.3.2",
        "the other side, to decrypt the first block",
    ),
    "GenericBlockCipher.block_ciphered": Note(
        "Content, MAC and padding, encrypted together: whole blocks of 16 bytes. With "
        "encrypt_then_mac the MAC stands behind them instead.",
        "RFC 5246 §6.2.3.2, RFC 7366 §3",
        "the other side, which takes off the padding and verifies the MAC",
    ),
    "GenericBlockCipher.MAC": Note(
        "With encrypt_then_mac: HMAC over sequence number, header, IV and ciphertext.",
        "RFC 7366 §3",
        "the other side, before it decrypts anything",
    ),
    "ClientHello.client_version": Note(
        "The highest version that the client can do; up to TLS 1.2 this alone decides.",
        "RFC 5246 §7.4.1.2",
        "the server, to choose; with RSA it stands again in the pre-master secret",
    ),
    "ClientHello.random": Note(
        "32 fresh bytes, so that no two connections have the same keys. The RFC puts the time "
        "into the first four; here, as in most clients of today, all 32 are drawn at random.",
        "RFC 5246 §7.4.1.2, §8.1",
        "both, in every key; the server signs it in ServerKeyExchange",
    ),
    "ClientHello.session_id": Note(
        "The session that the client would like to take up again; empty for none. Beside a "
        "ticket it means nothing but: say it back if you take the ticket (RFC 5077 §3.4). In a "
        "hello that offers TLS 1.3 too, 32 bytes often stand here that name no session at all.",
        "RFC 5246 §7.4.1.2, RFC 9846 App. E.4",
        "the server, which may agree or begin anew",
    ),
    "ClientHello.cipher_suites": Note(
        "What the client is ready to use, best first.",
        "RFC 5246 §7.4.1.2",
        "the server, which takes one of them",
    ),
    "ClientHello.compression_methods": Note(
        "How records could be compressed; only null is left.",
        "RFC 5246 §7.4.1.2, §6.2.2",
        "the server, which must find null in it",
    ),
    "ClientHello.extensions": Note(
        "All that was thought of later, each behind its number.",
        "RFC 5246 §7.4.1.4",
        "the server, which passes over the ones it does not know",
    ),
    "ServerHello.server_version": Note(
        "The version of this connection.", "RFC 5246 §7.4.1.3", "the client, which may refuse it"
    ),
    "ServerHello.random": Note(
        "32 fresh bytes of the server. A server that knows TLS 1.3 and was asked for less marks "
        "the last eight (RFC 9846 §4.2.3).",
        "RFC 5246 §7.4.1.3, §8.1",
        "both, in every key",
    ),
    "ServerHello.session_id": Note(
        "The client's own again: its session goes on. Another one names this new session, should "
        "it be taken up again; empty if it will not be.",
        "RFC 5246 §7.4.1.3",
        "the client: how does this handshake go on, and how does its next one begin",
    ),
    "ServerHello.cipher_suite": Note(
        "The one suite that the server took from the client's list.",
        "RFC 5246 §7.4.1.3",
        "both, for all that follows",
    ),
    "ServerHello.compression_method": Note(
        "How records are compressed: not at all.", "RFC 5246 §7.4.1.3", "the client, as a check"
    ),
    "ServerHello.extensions": Note(
        "Answers, only to what the client sent.",
        "RFC 5246 §7.4.1.4",
        "the client, which refuses one that it did not ask for",
    ),
    "Certificate.certificate_list": Note(
        "The sender's certificate first, then those that lead to a root. It proves nothing yet "
        "about who sent it. From a client the list may be empty: it has none that fits.",
        "RFC 5246 §7.4.2, §7.4.6",
        "the other side, which checks issuer, dates and usage, and of a server the name",
    ),
    "ServerKeyExchange.curve_type": Note(
        "How the curve is described: by its name.", "RFC 8422 §5.4", "the client"
    ),
    "ServerKeyExchange.named_curve": Note(
        "The group of the key exchange, one that the client listed.", "RFC 8422 §5.4", "the client"
    ),
    "ServerKeyExchange.public": Note(
        "The server's ephemeral public key, made for this connection only.",
        "RFC 8422 §5.4",
        "the client, which computes the shared secret with it",
    ),
    "ServerKeyExchange.signature_algorithm": Note(
        "How the following signature was made, one way of those that the client listed.",
        "RFC 8422 §5.4, RFC 5246 §4.7",
        "the client",
    ),
    "ServerKeyExchange.signature": Note(
        "Made with the certificate's key over both randoms and the parameters before it: here "
        "the server proves that it has that key.",
        "RFC 8422 §5.4, RFC 5246 §7.4.3",
        "the client, which must verify it",
    ),
    "ServerECDHParams.curve_type": Note(
        "How the curve is described: by its name.", "RFC 8422 §5.4", "the client"
    ),
    "ServerECDHParams.named_curve": Note(
        "The group of the key exchange.", "RFC 8422 §5.4", "the client"
    ),
    "ServerECDHParams.public": Note(
        "The server's ephemeral public key.", "RFC 8422 §5.4", "the client"
    ),
    "CertificateRequest.certificate_types": Note(
        "Which kinds of keys the client's certificate may hold; ecdsa_sign stands for Ed25519 too.",
        "RFC 5246 §7.4.4, RFC 8422 §5.5",
        "the client, to choose a certificate",
    ),
    "CertificateRequest.supported_signature_algorithms": Note(
        "Which signatures the server can verify, best first.",
        "RFC 5246 §7.4.4",
        "the client, for its CertificateVerify and its certificates",
    ),
    "CertificateRequest.certificate_authorities": Note(
        "Names of authorities that the server believes; an empty list means any.",
        "RFC 5246 §7.4.4",
        "the client, to choose a certificate",
    ),
    "CertificateVerify.signature_algorithm": Note(
        "How the following signature was made, one way of those that the server listed.",
        "RFC 5246 §7.4.8, §4.7",
        "the server",
    ),
    "CertificateVerify.signature": Note(
        "Made with the client certificate's key over all handshake messages so far: here the "
        "client proves that it has that key.",
        "RFC 5246 §7.4.8",
        "the server, which must verify it",
    ),
    "NewSessionTicket.ticket_lifetime_hint": Note(
        "For how many seconds the server means to take the ticket; 0 says nothing about it.",
        "RFC 5077 §3.3",
        "the client, which should forget the ticket after that",
    ),
    "NewSessionTicket.ticket": Note(
        "The session, sealed under a key that only the server has; empty if there is none after "
        "all.",
        "RFC 5077 §3.3",
        "the client keeps it, the server alone reads it when it comes back",
    ),
    "EncryptedPreMasterSecret.encrypted_pre_master_secret": Note(
        "48 bytes (the offered version, and 46 that the client drew), encrypted with the key in "
        "the certificate: who has its private key can read them, today or years later.",
        "RFC 5246 §7.4.7.1",
        "the server, which alone can decrypt it",
    ),
    "ClientECDiffieHellmanPublic.ecdh_Yc": Note(
        "The client's ephemeral public key. Nothing is encrypted here.",
        "RFC 8422 §5.7",
        "the server, which computes the shared secret with it",
    ),
    "Finished.verify_data": Note(
        "12 bytes from the master secret and the hash of all handshake messages before this one.",
        "RFC 5246 §7.4.9",
        "the other side, which computes the same and compares",
    ),
    "Extension.extension_type": Note(
        "Which extension this is.", "RFC 5246 §7.4.1.4", "the other side"
    ),
    "Extension.extension_data": Note(
        "What the extension says; its shape depends on its type.",
        "RFC 5246 §7.4.1.4",
        "the other side, if it knows the type",
    ),
    "ServerNameList.server_name_list": Note(
        "Names of the server that is wanted, one of a kind.",
        "RFC 6066 §3",
        "the server, to choose a certificate; and anybody on the way",
    ),
    "ServerName.name_type": Note("What kind of name follows.", "RFC 6066 §3", "the server"),
    "ServerName.host_name": Note(
        "The host that the client wants to reach, in plain text.",
        "RFC 6066 §3",
        "the server, to choose a certificate; and anybody on the way",
    ),
    "NamedGroupList.named_group_list": Note(
        "Groups that the client can do, best first, for the key exchange and for ECDSA keys in "
        "certificates.",
        "RFC 8422 §5.1.1",
        "the server, which takes one of them",
    ),
    "ECPointFormatList.ec_point_format_list": Note(
        "How this side reads points of a curve; uncompressed must be among them.",
        "RFC 8422 §5.1.2",
        "the other side",
    ),
    "SignatureSchemeList.supported_signature_algorithms": Note(
        "Which signatures the client can verify, best first.",
        "RFC 5246 §7.4.1.4.1",
        "the server, for its signature and its certificate",
    ),
    "ProtocolNameList.protocol_name_list": Note(
        "Protocols to speak inside; the server answers with exactly one.",
        "RFC 7301 §3.1",
        "both",
    ),
    "SessionTicket.ticket": Note(
        "The ticket of a session to take up again; empty asks for a new one. It has no length of "
        "its own: it is the extension's whole body.",
        "RFC 5077 §3.2",
        "the server that made it",
    ),
    "RenegotiationInfo.renegotiated_connection": Note(
        "The verify_data of the handshake before this one: from the client its own, from the "
        "server both. Empty in a first handshake.",
        "RFC 5746 §3.2",
        "both, against handshakes that were spliced together",
    ),
    "ClientSupportedVersions.versions": Note(
        "All versions that the client can do, best first.",
        "RFC 9846 §4.3.1 (RFC 8446 §4.2.1)",
        "a server that knows TLS 1.3",
    ),
}

INNER = (
    "Extension",
    "ServerNameList",
    "ServerName",
    "NamedGroupList",
    "ECPointFormatList",
    "SignatureSchemeList",
    "ProtocolNameList",
    "RenegotiationInfo",
    "ClientSupportedVersions",
    "SessionTicket",
    *INNER_13,
)
"""The structs that lie inside a hello's extensions; their fields have different names."""


def note_for(struct: str, name: str) -> Note | None:
    """Return the note of a field, by the struct that declares it and its name.

    >>> note_for("ServerName", "host_name").reference
    'RFC 6066 §3'
    """
    return NOTES.get(f"{struct}.{name}")


def note_within(name: str) -> Note | None:
    """Return the note of a field of the structs in INNER, or of a length."""
    if name in NOTES:
        return NOTES[name]
    found = [NOTES[f"{struct}.{name}"] for struct in INNER if f"{struct}.{name}" in NOTES]
    return found[0] if found else None
