"""The checks of lesson 02: which suite a server takes, and which handshake a client is in."""

from collections.abc import Callable

from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report
from tlskit.cipher_suites import Suite, suite_named
from tlskit.labs.negotiation import ECDSA_AES, RSA_AES, RSA_CHACHA, TRANSPORT

Names = tuple[str, ...]


def right_choice(client: Names, server: Names) -> str:
    """Return the first suite of the server's list that the client offers, "" for none."""
    return next((one for one in server if one in client), "")


def best_of_client(client: Names, server: Names) -> str:
    """Return the first suite of the client's list that the server has."""
    return right_choice(server, client)


CHOICE_CASES: list[tuple[Names, Names]] = [
    ((ECDSA_AES, RSA_AES, RSA_CHACHA), (TRANSPORT, RSA_CHACHA, RSA_AES, ECDSA_AES)),
    (
        (TRANSPORT, ECDSA_AES, RSA_AES, RSA_CHACHA),
        (RSA_CHACHA, ECDSA_AES, TRANSPORT, RSA_AES),
    ),
    ((RSA_AES, TRANSPORT), (ECDSA_AES, TRANSPORT, RSA_AES)),
    ((ECDSA_AES, RSA_AES), (RSA_AES,)),
    ((ECDSA_AES,), (RSA_AES, RSA_CHACHA)),
]
CHOICE_MISTAKES: dict[str, Callable[[Names, Names], str]] = {
    "That is the client's order: its first suite that the server has. Here the server's counts.": (
        best_of_client
    ),
    "That is the server's favourite, whether or not the client offered it.": (
        lambda client, server: server[0]
    ),
    "That is the client's favourite, whether or not the server has it.": (
        lambda client, server: client[0]
    ),
    "That is the last suite that both have; lists are best first.": (
        lambda client, server: right_choice(client, tuple(reversed(server)))
    ),
    "That is the first by the alphabet: a set forgets the order of a list.": (
        lambda client, server: min(set(client) & set(server), default="")
    ),
    'Where nothing is common, something is returned all the same; "" is wanted there.': (
        lambda client, server: right_choice(client, server) or server[0]
    ),
}


def choice(mine: Callable[[Names, Names], str]) -> Report:
    """Judge `my_choice(client, server)`: the server's best suite that the client offers."""
    praise = "The server's order, the client's offer, and \"\" where they don't meet."
    reference = "RFC 5246 §7.4.1.3"
    cases = CHOICE_CASES
    return compare("my_choice", mine, right_choice, cases, CHOICE_MISTAKES, str, praise, reference)


Usable = Callable[[Suite, Names, Names], bool]


def right_usable(suite: Suite, certificates: Names, groups: Names) -> bool:
    """Tell whether a server could serve a suite: the kind of its certificate, a common group."""
    return suite.authentication in certificates and (bool(groups) or not suite.ephemeral)


USABLE_CASES: list[tuple[Suite, Names, Names]] = [
    (suite_named(name), kinds, groups)
    for name in (ECDSA_AES, RSA_AES, TRANSPORT)
    for kinds in (("ecdsa", "rsa"), ("rsa",), ("ecdsa",), ())
    for groups in (("x25519",), ())
]
USABLE_MISTAKES: dict[str, Usable] = {
    "The group is not looked at: ECDHE needs one that both sides have.": (
        lambda suite, kinds, groups: suite.authentication in kinds
    ),
    "The certificate is not looked at: its key must be of the kind that the suite names.": (
        lambda suite, kinds, groups: bool(groups) or not suite.ephemeral
    ),
    "You want a group in every case; RSA key transport exchanges no Diffie-Hellman keys.": (
        lambda suite, kinds, groups: suite.authentication in kinds and bool(groups)
    ),
    "Any certificate will do for you; an ECDSA key can't sign for an RSA suite.": (
        lambda suite, kinds, groups: bool(kinds) and (bool(groups) or not suite.ephemeral)
    ),
    "One of certificate and group is enough for you; a suite with ECDHE needs both.": (
        lambda suite, kinds, groups: suite.authentication in kinds or bool(groups)
    ),
    "You look at the key exchange instead of the authentication: ECDHE is signed with either kind "
    "of key.": (
        lambda suite, kinds, groups: (
            suite.key_exchange.lower() in kinds and (bool(groups) or not suite.ephemeral)
        )
    ),
    "You refuse every suite without ECDHE; RSA key transport needs an RSA certificate, no more.": (
        lambda suite, kinds, groups: (
            suite.authentication in kinds and suite.ephemeral and bool(groups)
        )
    ),
    "It is the other way round: this is True where the suite can't be used.": (
        lambda suite, kinds, groups: not right_usable(suite, kinds, groups)
    ),
}


def usable(mine: Usable) -> Report:
    """Judge `my_usable(suite, certificates, groups)`: could the server serve this suite?"""
    praise = "Three suites, four shelves of certificates, a group or none."
    reference = "RFC 5246 §7.4.2, RFC 8422 §5.1"
    return compare(
        "my_usable", mine, right_usable, USABLE_CASES, USABLE_MISTAKES, bool, praise, reference
    )


Kind = Callable[[bytes, bytes], str]
OLD, NEW = bytes(range(32)), bytes(range(32, 64))
KIND_CASES = [(OLD, OLD), (OLD, NEW), (OLD, b""), (b"", NEW), (b"", b"")]


def right_kind(offered: bytes, answered: bytes) -> str:
    """Return which handshake goes on after these two session IDs (RFC 5246 §7.4.1.3)."""
    return "resumed" if offered and offered == answered else "full"


KIND_MISTAKES: dict[str, Kind] = {
    "Two empty IDs are equal too, but they name no session: nothing is resumed.": (
        lambda offered, answered: "resumed" if offered == answered else "full"
    ),
    "An ID in ServerHello may be a new one, for a session that begins now.": (
        lambda offered, answered: "resumed" if answered else "full"
    ),
    "The client's wish is not enough: the server may have forgotten the session.": (
        lambda offered, answered: "resumed" if offered else "full"
    ),
    "Two IDs are not enough: they have to be the same.": (
        lambda offered, answered: "resumed" if offered and answered else "full"
    ),
    "It is the other way round.": (
        lambda offered, answered: (
            "full" if right_kind(offered, answered) == "resumed" else "resumed"
        )
    ),
    "The two words are written in small letters.": (
        lambda offered, answered: right_kind(offered, answered).capitalize()
    ),
    "You never resume: the same ID in both hellos says that the session goes on.": (
        lambda offered, answered: "full"
    ),
}


def kind(mine: Kind) -> Report:
    """Judge `my_kind(offered, answered)`: which handshake is the client in?"""
    praise = "An ID said back means resumed; everything else is a full handshake."
    reference = "RFC 5246 §7.4.1.3"
    return compare("my_kind", mine, right_kind, KIND_CASES, KIND_MISTAKES, str, praise, reference)
