"""What can be picked in a diagnosis, and what is said to a wrong pick."""

from tlskit.labs.breaks import (
    CERTIFICATE,
    CHANGE_CIPHER_SPEC,
    CLIENT_HELLO,
    CLIENT_KEY_EXCHANGE,
    DATA,
    FINISHED,
    KEY_GENERATION,
    RECORDS,
    RESUMPTION,
    SERVER_HELLO,
    SERVER_HELLO_DONE,
    SERVER_KEY_EXCHANGE,
    Topic,
)

INSTEAD = {
    CLIENT_HELLO: "If ClientHello had broken a rule, the server would have refused it directly; "
    "and if it had asked for something else, or arrived as something else, the table would show "
    "that in its first rows.",
    SERVER_HELLO: "A choice that was never offered is refused by the client directly under "
    "ServerHello (`illegal_parameter`, `unsupported_extension`); one that cannot be made, by the "
    "server under ClientHello (`handshake_failure`).",
    CERTIFICATE: "If it were, the client would refuse Certificate itself, with an alert about "
    "certificates, and name, dates or issuer in the table would show why.",
    SERVER_KEY_EXCHANGE: "If it were, the client would refuse ServerKeyExchange: `decrypt_error` "
    "for a signature that does not fit, `illegal_parameter` for a group that it did not offer.",
    SERVER_HELLO_DONE: "Without ServerHelloDone nobody complains: there is no alert, and the "
    "client waits for it.",
    CLIENT_KEY_EXCHANGE: "If it were, the two pre-master secrets would differ, or the server would "
    "have refused ClientKeyExchange itself.",
    KEY_GENERATION: "If it were, the pre-master secrets would be the same, and further down the "
    "master secret, the key block or the keys would differ.",
    CHANGE_CIPHER_SPEC: "Without ChangeCipherSpec the next record is read as if it were plain, and "
    "refused as a message that is out of order.",
    RECORDS: "If it were, both sides would hold the same keys, and a record would not open all the "
    "same: `bad_record_mac`.",
    FINISHED: "If it were, Finished would open, for both sides would hold the same keys, and be "
    "refused with `decrypt_error`, though both saw the same messages.",
    DATA: "If it were, both Finished would have been taken, and the alert would come behind them.",
    RESUMPTION: "If it were, the client would have offered a session, or been promised a ticket, "
    "and the table would say so.",
}
"""Step -> what one would see if it had broken."""

STEPS = tuple(INSTEAD)

SECTIONS = {
    "RFC 5246 §7.4.1.3": Topic("05", "Server Hello: the choice, and that it is one of the offer"),
    "RFC 5246 §7.4.1.4": Topic("05", "Hello Extensions: no answer to what was not asked"),
    "RFC 5246 App. E.1": Topic("05", "which version a hello offers, and what to do with others"),
    "RFC 6066 §3": Topic("05", "Server Name Indication: by which name the client asks"),
    "RFC 5246 §7.4.2": Topic("05", "Server Certificate: the list that is sent, link by link"),
    "RFC 5280 §4.1.2.5": Topic("05", "Validity: from when to when a certificate counts"),
    "RFC 5280 §6.1": Topic("05", "path validation: up to a root that is believed"),
    "RFC 9525 §6.3": Topic("05", "which names in a certificate stand for a host"),
    "RFC 8422 §2": Topic("05", "ECDHE key exchange: that ServerKeyExchange comes at all"),
    "RFC 8422 §5.1": Topic("05", "which groups a client offers, and what a server may choose"),
    "RFC 8422 §5.4": Topic("05", "ServerKeyExchange of ECDHE: its parameters, and what is signed"),
    "RFC 5246 §7.4.5": Topic("05", "Server Hello Done: the server's flight is over"),
    "RFC 5246 §7.4.7.1": Topic("05", "the RSA-encrypted pre-master secret, and keeping silent"),
    "RFC 8422 §5.10": Topic("05", "ECDH: which bytes of the shared secret are the pre-master"),
    "RFC 8422 §5.11": Topic("05", "public key validation: a point of the curve, or none"),
    "RFC 5246 §8.1": Topic("08", "computing the master secret from both randoms"),
    "RFC 7627 §4": Topic("08", "the extended master secret, from the session hash"),
    "RFC 5246 §6.3": Topic("08", "key calculation: expansion, and how the block is cut"),
    "RFC 5246 §7.1": Topic("08", "the Change Cipher Spec protocol"),
    "RFC 5246 §6.2.3": Topic("08", "record payload protection: what is encrypted and what checked"),
    "RFC 5246 §7.4.9": Topic("08", "Finished: label, and which messages verify_data covers"),
    "RFC 5246 App. F.1.3": Topic("08", "attacks on the handshake, and how they come out"),
    "RFC 5246 App. F.2": Topic("10", "protecting application data: nothing replayed or left out"),
    "RFC 5246 App. F.1.4": Topic("10", "resuming sessions: new randoms, the session's secret"),
    "RFC 5077 §3.3": Topic("10", "NewSessionTicket: when it must come"),
    "RFC 7627 §5.3": Topic("10", "the abbreviated handshake with extended master secret"),
}
"""Section -> from which deck on it is in the list, and what it is about."""
