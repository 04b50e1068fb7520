"""What is got wrong about resumption: sentences, each with the function that makes the mistake."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tlskit.exercises.task import Came, Case, Outcome
from tlskit.tls12.key_schedule import PRF

Session = dict[str, Any]
Hello = dict[str, Any]
DAY = 24 * 3600
FULL, ABBREVIATED, ABORT = "full", "abbreviated", "handshake_failure"

# ---- the keys of an abbreviated handshake


def resumed_keys(
    prf: PRF, session: Session, client_random: bytes, server_random: bytes, length: int
) -> bytes:
    """Return the key block: the session's master secret, today's randoms (RFC 5246 §6.3)."""
    return prf(session["master_secret"], b"key expansion", server_random + client_random, length)


def master_secret_anew(
    prf: PRF, session: Session, client_random: bytes, server_random: bytes, length: int
) -> bytes:
    """Make another master secret of the old one first."""
    again = prf(session["master_secret"], b"master secret", client_random + server_random, 48)
    return resumed_keys(prf, {"master_secret": again}, client_random, server_random, length)


KEYS: Mapping[str, Callable[..., bytes]] = {
    "Those are the first visit's keys: its randoms are in them. Which ones were drawn today?": (
        lambda prf, session, ours, theirs, length: resumed_keys(
            prf, session, session["client_random"], session["server_random"], length
        )
    ),
    "The client's random is the session's; the client drew a new one for today's hello.": (
        lambda prf, session, ours, theirs, length: resumed_keys(
            prf, session, session["client_random"], theirs, length
        )
    ),
    "The server's random is the session's; the server drew a new one for today's hello.": (
        lambda prf, session, ours, theirs, length: resumed_keys(
            prf, session, ours, session["server_random"], length
        )
    ),
    "The randoms are swapped: in the key expansion the server's comes first (RFC 5246 §6.3).": (
        lambda prf, session, ours, theirs, length: resumed_keys(prf, session, theirs, ours, length)
    ),
    "You make a new master secret; a resumed session has the one it had (RFC 5246 §7.3).": (
        master_secret_anew
    ),
    "That label is the one of the master secret; here the key block is made (RFC 5246 §6.3).": (
        lambda prf, session, ours, theirs, length: prf(
            session["master_secret"], b"master secret", ours + theirs, length
        )
    ),
    "The order is right and the label is not: that one makes a master secret (RFC 5246 §8.1).": (
        lambda prf, session, ours, theirs, length: prf(
            session["master_secret"], b"master secret", theirs + ours, length
        )
    ),
    "You return 48 bytes whatever is asked for; the length is the last argument.": (
        lambda prf, session, ours, theirs, length: resumed_keys(prf, session, ours, theirs, 48)
    ),
    "That is the session's master secret itself; the keys are made of it.": (
        lambda prf, session, ours, theirs, length: session["master_secret"]
    ),
}

# ---- full or abbreviated?

CERTIFICATE, NEW_SESSION_TICKET = 11, 4


def kind(client_hello: bytes, messages: Sequence[bytes]) -> str:
    """Tell by what follows ServerHello: a Certificate, or none (RFC 5246 §7.3, RFC 5077 §3.4)."""
    return FULL if any(one[0] == CERTIFICATE for one in messages) else ABBREVIATED


def session_id(hello: bytes) -> bytes:
    """Return the session ID of a hello with its header of 4 bytes: behind version and random."""
    return hello[39 : 39 + hello[38]]


def shown(resumed: bool) -> str:
    """Return the word for it."""
    return ABBREVIATED if resumed else FULL


def has(messages: Sequence[bytes], number: int) -> bool:
    """Tell whether a message of this type is there."""
    return any(one[0] == number for one in messages)


KINDS: Mapping[str, Callable[[bytes, Sequence[bytes]], str]] = {
    "Two empty IDs are equal, too, and name no session (RFC 5246 §7.4.1.3).": (
        lambda offer, said: shown(session_id(offer) == session_id(said[0]))
    ),
    "A client with a ticket may leave its ID empty: then no ID is repeated, and what follows "
    "ServerHello tells (RFC 5077 §3.4).": (
        lambda offer, said: shown(session_id(offer) == session_id(said[0]) != b"")
    ),
    "An ID in ServerHello may also be the name of a new session (RFC 5246 §7.4.1.3).": (
        lambda offer, said: shown(bool(session_id(said[0])))
    ),
    "What ClientHello carries is an offer; the server decides.": (
        lambda offer, said: shown(bool(session_id(offer)))
    ),
    "NewSessionTicket, and the extension in ServerHello that promises it, come in full handshakes "
    "as well (RFC 5077 §3.2, §3.3).": (lambda offer, said: shown(has(said, NEW_SESSION_TICKET))),
    "NewSessionTicket may come in an abbreviated handshake, too: a new ticket for the old one "
    "(RFC 5077 §3.3).": (lambda offer, said: shown(len(said) == 1)),
    "It is the other way round: where a certificate comes, nothing was taken up.": (
        lambda offer, said: shown(has(said, CERTIFICATE))
    ),
}

# ---- a ticket (RFC 5077 §4)


def cbc(aes_key: bytes, iv: bytes, state: bytes, pad: bool = True) -> bytes:
    """Return a session encrypted by AES-128-CBC, filled up to whole blocks."""
    if pad:
        padder = PKCS7(128).padder()
        state = padder.update(state) + padder.finalize()
    else:
        state += bytes(-len(state) % 16)
    encryptor = Cipher(algorithms.AES(aes_key), modes.CBC(iv)).encryptor()
    return encryptor.update(state) + encryptor.finalize()


def mac(key: bytes, content: bytes) -> bytes:
    """Return HMAC-SHA-256, 32 bytes."""
    return hmac.digest(key, content, "sha256")


def with_length(data: bytes, order: Any = "big") -> bytes:
    """Return bytes behind their length in 2 bytes."""
    return len(data).to_bytes(2, order) + data


def ticket(name: bytes, aes_key: bytes, mac_key: bytes, iv: bytes, state: bytes) -> bytes:
    """Return a session as a ticket: name, IV, encrypted state, MAC over all three."""
    body = name + iv + with_length(cbc(aes_key, iv, state))
    return body + mac(mac_key, body)


Made = Callable[[bytes, bytes, bytes, bytes, bytes], bytes]


def covering(what: Callable[[bytes, bytes, bytes, bytes], bytes]) -> Made:
    """Return a ticket whose MAC covers `what(name, iv, encrypted, state)`."""

    def made(name: bytes, aes_key: bytes, mac_key: bytes, iv: bytes, state: bytes) -> bytes:
        encrypted = cbc(aes_key, iv, state)
        tag = mac(mac_key, what(name, iv, encrypted, state))
        return name + iv + with_length(encrypted) + tag

    return made


def laid_out(what: Callable[[bytes, bytes, bytes], bytes]) -> Made:
    """Return a ticket whose body is `what(name, iv, encrypted)`, and the MAC over it."""

    def made(name: bytes, aes_key: bytes, mac_key: bytes, iv: bytes, state: bytes) -> bytes:
        body = what(name, iv, cbc(aes_key, iv, state))
        return body + mac(mac_key, body)

    return made


def filled_by_zeros(name: bytes, aes_key: bytes, mac_key: bytes, iv: bytes, state: bytes) -> bytes:
    """Fill up with zeros, and not at all where the blocks are whole."""
    body = name + iv + with_length(cbc(aes_key, iv, state, pad=False))
    return body + mac(mac_key, body)


TICKETS: Mapping[str, Made] = {
    "The MAC leaves the name out; §4 begins with it.": covering(
        lambda name, iv, encrypted, state: iv + with_length(encrypted)
    ),
    "The MAC leaves the IV out: who changes it changes the first block of the session.": covering(
        lambda name, iv, encrypted, state: name + with_length(encrypted)
    ),
    "The MAC leaves the length of encrypted_state out; §4 counts it in.": covering(
        lambda name, iv, encrypted, state: name + iv + encrypted
    ),
    "The MAC covers the encrypted bytes alone; name, IV and length belong to it.": covering(
        lambda name, iv, encrypted, state: encrypted
    ),
    "The MAC covers the session as it was before it was encrypted; §4 takes what is sent.": (
        covering(lambda name, iv, encrypted, state: name + iv + with_length(state))
    ),
    "In front of encrypted_state belongs its length, 2 bytes: `<0..2^16-1>`.": laid_out(
        lambda name, iv, encrypted: name + iv + encrypted
    ),
    "The length has its greater byte first (RFC 5246 §4.1).": laid_out(
        lambda name, iv, encrypted: name + iv + with_length(encrypted, "little")
    ),
    "The length is 2 bytes; a vector up to 2^16-1 needs no more (RFC 5246 §4.3).": laid_out(
        lambda name, iv, encrypted: name + iv + b"\0" + with_length(encrypted)
    ),
    "The name stands first, then the IV: by the name the server finds the key.": laid_out(
        lambda name, iv, encrypted: iv + name + with_length(encrypted)
    ),
    "The IV is missing; without it nobody can decrypt.": laid_out(
        lambda name, iv, encrypted: name + with_length(encrypted)
    ),
    "The name is missing; a server has several keys, one after the other.": laid_out(
        lambda name, iv, encrypted: iv + with_length(encrypted)
    ),
    "The MAC is missing: whatever comes back must be known to be yours.": (
        lambda name, aes_key, mac_key, iv, state: name + iv + with_length(cbc(aes_key, iv, state))
    ),
    "The MAC is made with the key of AES; it has one of its own, 32 bytes.": (
        lambda name, aes_key, mac_key, iv, state: ticket(name, aes_key, aes_key, iv, state)
    ),
    "The MAC is a plain hash, which anybody can make; HMAC takes the key.": (
        lambda name, aes_key, mac_key, iv, state: (
            (body := name + iv + with_length(cbc(aes_key, iv, state)))
            + hashlib.sha256(body).digest()
        )
    ),
    "You fill up with zeros, so nobody can tell where the session ends: use PKCS7.": (
        filled_by_zeros
    ),
    "The session stands in the ticket as it is, for everybody to read; encrypt it.": (
        lambda name, aes_key, mac_key, iv, state: (
            (body := name + iv + with_length(state)) + mac(mac_key, body)
        )
    ),
}

# ---- a ticket that comes back

Keys = dict[bytes, list[bytes]]


def opened(
    keys: Keys, sealed: bytes, check: bool = True, covers: int = 0, strip: bool = True
) -> bytes | None:
    """Return the session in a ticket, None if it is not ours or was changed."""
    name, iv, tag = sealed[:16], sealed[16:32], sealed[-32:]
    size = len(sealed) - (16 + 16 + 2 + 32)
    if size < 0 or sealed[32:34] != size.to_bytes(2, "big") or name not in keys:
        return None
    aes_key, mac_key = keys[name]
    if check and not hmac.compare_digest(mac(mac_key, sealed[covers:-32]), tag):
        return None
    return uncovered(aes_key, iv, sealed[34:-32], strip)


def uncovered(aes_key: bytes, iv: bytes, encrypted: bytes, strip: bool = True) -> bytes:
    """Decrypt, and take the padding off.

    Raises: ValueError for bytes that are no whole blocks, or for a padding that is none.
    """
    decryptor = Cipher(algorithms.AES(aes_key), modes.CBC(iv)).decryptor()
    state = decryptor.update(encrypted) + decryptor.finalize()
    if not strip:
        return state
    padding = PKCS7(128).unpadder()
    return padding.update(state) + padding.finalize()


def without_check(keys: Keys, sealed: bytes) -> bytes | None:
    """Never look at the MAC; whatever fails is no ticket."""
    try:
        return opened(keys, sealed, check=False)
    except ValueError:
        return None


def by_first_key(keys: Keys, sealed: bytes) -> bytes | None:
    """Take the first key, whatever the ticket's name is."""
    first = next(iter(keys.values()))
    return opened({sealed[:16]: first}, sealed)


OPENED: Mapping[str, Callable[[Keys, bytes], bytes | None]] = {
    "You never look at the MAC: a ticket that was changed on its way is taken.": without_check,
    "You take the first key whatever the ticket says; its first 16 bytes name the key.": (
        by_first_key
    ),
    "The padding is still there: take it off.": partial(opened, strip=False),
    "Your MAC covers less than was authenticated (name, IV, length and session), so no ticket of "
    "this server is ever taken.": partial(opened, covers=34),
    'What can\'t be taken is None; b"" would be an empty session.': (
        lambda keys, sealed: opened(keys, sealed) or b""
    ),
    "That is what was encrypted; decrypt it.": (
        lambda keys, sealed: sealed[34:-32] if opened(keys, sealed) is not None else None
    ),
}
RAISED = {
    KeyError.__name__: "A name that you don't know raises KeyError: any stranger's ticket could do "
    "that to your server (RFC 5077 §3.2).",
    InvalidSignature.__name__: "A wrong MAC raises InvalidSignature; catch it: it is no error, but "
    "a ticket that is not taken (RFC 5077 §3.2).",
    ValueError.__name__: "A changed ticket raises ValueError while it is decrypted: the MAC has to "
    "be looked at before anything else is done with the bytes.",
    IndexError.__name__: "A short ticket raises IndexError: whatever comes from outside may have "
    "any length.",
}


def what_strangers_do(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name what a ticket of nobody brings down; a good one must have been taken."""
    raised = {one.error for one in outcomes if one.came is Came.RAISED}
    if not any(one.came is Came.VALUE for one in outcomes):
        return []
    return [RAISED[error] for error in RAISED if error in raised]


def one_of(*words: str) -> Callable[[Sequence[Case], Sequence[Outcome]], list[str]]:
    """Return what names a result that is none of these words."""

    def named(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
        said = [one.value for one in outcomes if one.came is Came.VALUE]
        strange = [one for one in said if isinstance(one, str) and one not in words]
        return [f"{strange[0]!r} is none of the words: {', '.join(words)}."] if strange else []

    return named
