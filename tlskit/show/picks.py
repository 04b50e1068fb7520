"""What can be picked in a chooser: which parts go together, which can't, which have no effect."""

from dataclasses import dataclass, replace

from tlskit.cipher_suites import SUITES, Suite, suite_named


@dataclass(frozen=True)
class Pick:
    """What a reader has picked, by names as the RFCs and IANA have them."""

    key_exchange: str = "ECDHE"
    suite: str = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    certificate: str = "rsa"
    group: str = "x25519"
    extended_master_secret: bool = True
    resumption: str = "no"
    client_certificate: str = "not asked"


LABELS = {
    "key_exchange": "Key exchange",
    "suite": "Cipher suite",
    "certificate": "Certificate",
    "group": "Group",
    "extended_master_secret": "Extended master secret",
    "resumption": "Resumption",
    "client_certificate": "Client certificate",
}
RESUMPTIONS = ("no", "by session ID", "by ticket")
CLIENT_CERTIFICATES = ("not asked", "shown", "asked, none shown")
CANNOT_ENCRYPT = (
    "This can't be: RSA key transport encrypts the pre-master secret with the key in the "
    "certificate, and an ECDSA key can only sign. Pick the RSA certificate, or ECDHE."
)
NO_GROUP = (
    "RSA key transport has no group: no Diffie-Hellman keys are exchanged, the pre-master secret "
    "travels encrypted. Pick ECDHE to use {group}."
)
NO_GROUP_USED = "The group is not used: RSA key transport exchanges no Diffie-Hellman keys."
GROUP_BEFORE = (
    "{group} was used in the full handshake before: a resumed one exchanges no keys, it begins "
    "with the session's master secret."
)
SESSIONS_SECRET = (
    "A resumed handshake sends no pre-master secret, it begins with the session's master secret."
)
ASKED_BEFORE = (
    "The client's certificate was asked for in the full handshake before: a resumed one asks for "
    "none, the session remembers {what}."
)


def sibling(suite: Suite, key_exchange: str, certificate: str) -> Suite | None:
    """Return the suite most like this one with another key exchange or certificate.

    Alike is above all the same protection of records, then the same cipher, then as long a key.
    """
    fitting = [
        one
        for one in SUITES
        if one.key_exchange == key_exchange and one.authentication == certificate
    ]

    def alike(one: Suite) -> tuple[bool, bool, bool]:
        return (
            protection_of(one) == protection_of(suite),
            one.cipher is suite.cipher,
            one.enc_key_length == suite.enc_key_length,
        )

    return max(fitting, key=alike, default=None)  # of equals the first: the one preferred


def adapted(pick: Pick, changed: str) -> Pick:
    """Return the pick with suite, key exchange and certificate following the changed field.

    A pick that cannot be comes back as it is.
    """
    suite = suite_named(pick.suite)
    if changed == "suite":
        exchange, kind = str(suite.key_exchange), suite.authentication
        return replace(pick, key_exchange=exchange, certificate=kind)
    found = sibling(suite, pick.key_exchange, pick.certificate)
    return replace(pick, suite=found.name) if found else pick


def impossible(pick: Pick, changed: str) -> str:
    """Return why a pick cannot be, in words; "" if it can."""
    suite = suite_named(pick.suite)
    if (suite.key_exchange, suite.authentication) != (pick.key_exchange, pick.certificate):
        return CANNOT_ENCRYPT
    if changed == "group" and not suite.ephemeral:
        return NO_GROUP.format(group=pick.group)
    return ""


def followed(wanted: Pick, pick: Pick) -> str:
    """Say which lists followed the one that was changed."""
    suite, found = suite_named(wanted.suite), suite_named(pick.suite)
    said = [
        f"{LABELS[name]} is now {getattr(pick, name)}."
        for name in LABELS
        if getattr(wanted, name) != getattr(pick, name)
    ]
    if protection_of(suite) != protection_of(found):
        said.insert(0, f"{protection_of(suite)} is not to be had with this choice here.")
    return " ".join(said)


def protection_of(suite: Suite) -> str:
    """Return the second half of a suite's name."""
    return suite.name.partition("_WITH_")[2]


def taught(pick: Pick) -> str:
    """Say of suites taught only that they are, and why."""
    suite = suite_named(pick.suite)
    if not suite.taught_only:
        return ""
    why = "CBC with HMAC" if suite.ephemeral else "no forward secrecy"
    return f"{suite.name} is taught, not recommended: {why}."


def unused(pick: Pick) -> str:
    """Say which of the things picked have no effect in the handshake that is drawn, and why."""
    suite = suite_named(pick.suite)
    said = [] if suite.ephemeral else [NO_GROUP_USED]
    if pick.resumption != "no":
        said.append(GROUP_BEFORE.format(group=pick.group) if suite.ephemeral else SESSIONS_SECRET)
        if pick.client_certificate != "not asked":
            what = "the one shown" if pick.client_certificate == "shown" else "that none was shown"
            said.append(ASKED_BEFORE.format(what=what))
    return " ".join(said)
