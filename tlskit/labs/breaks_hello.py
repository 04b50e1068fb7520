"""What can break in hellos and certificate (lessons 01 to 03), one break a function."""

from dataclasses import replace

from tlskit import pki, tls12
from tlskit.cipher_suites import suite_named
from tlskit.faulty_pki import faulty
from tlskit.labs.breaks import (
    CBC,
    CERTIFICATE,
    CHACHA,
    CLIENT,
    CLIENT_HELLO,
    GCM,
    SERVER,
    SERVER_HELLO,
    Setup,
    broken,
)
from tlskit.lesson import HOST
from tlskit.registry import HandshakeType, NamedGroup, ProtocolVersion
from tlskit.tls12.state import sent

OTHER_HOST = "www.course.example"
THE_OFFER = "The offer obeys every rule. What cannot be done is the choice from it."


# ---- 01


@broken(
    "01",
    CLIENT_HELLO,
    "RFC 6066 §3",
    {
        CERTIFICATE: "The certificate is a sound one, only of another host, and the server has "
        "the right one as well. Why did it send this one? Look at what it was asked for."
    },
)
def name_not_asked_for(setup: Setup) -> Setup:
    """The client leaves server_name out of ClientHello, so a server of two hosts has to guess.

    ClientHello asks for no name, the certificate is for another host, and the client, who knows
    whom it wanted, refuses it.
    """

    def send_client_hello(state: tls12.State) -> tuple[tls12.State, bytes]:
        silent = state.but(settings=replace(state.settings, server_name=""))
        after, message = tls12.CLIENT_STEPS.send_client_hello(silent)
        return after.but(settings=state.settings), message

    both = (pki.credential("rsa", OTHER_HOST), pki.credential("rsa", HOST))
    return setup.step(CLIENT, send_client_hello=send_client_hello).told(SERVER, credentials=both)


@broken("01", CLIENT_HELLO, "RFC 5246 App. E.1")
def older_version_offered(setup: Setup) -> Setup:
    """The client says TLS 1.1 in client_version, which this server does not speak.

    The alert, `protocol_version`, stands directly under ClientHello, and the version in it is
    TLS_1_1.
    """

    def send_client_hello(state: tls12.State) -> tuple[tls12.State, bytes]:
        hello = tls12.CLIENT_STEPS.send_client_hello(state)[0].client_hello
        assert hello is not None
        older = replace(hello, client_version=ProtocolVersion.TLS_1_1)
        state = state.but(client_hello=older, client_random=older.random)
        return sent(state, HandshakeType.client_hello, older)

    return setup.step(CLIENT, send_client_hello=send_client_hello)


# ---- 02


@broken("02", SERVER_HELLO, "RFC 5246 §7.4.1.3", {CLIENT_HELLO: THE_OFFER})
def no_certificate_for_the_suites(setup: Setup) -> Setup:
    """The client offers suites that sign with ECDSA alone, and the server has an RSA certificate.

    The server finds nothing to choose: `handshake_failure` directly under ClientHello. The suites
    offered all say ECDSA, and the server's key is RSA.
    """
    ecdsa = suite_named("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
    return setup.told(CLIENT, suites=(ecdsa,)).told(SERVER, suites=(ecdsa, GCM, CHACHA))


@broken("02", SERVER_HELLO, "RFC 8422 §5.1", {CLIENT_HELLO: THE_OFFER})
def no_common_group(setup: Setup) -> Setup:
    """Client and server share cipher suites, but no elliptic curve group, and ECDHE needs one.

    `handshake_failure` directly under ClientHello, although suites and key fit. The groups offered
    are none that the server has.
    """
    groups = {CLIENT: (NamedGroup.secp384r1,), SERVER: (NamedGroup.x25519, NamedGroup.secp256r1)}
    return setup.told(CLIENT, groups=groups[CLIENT]).told(SERVER, groups=groups[SERVER])


@broken("02", SERVER_HELLO, "RFC 5246 §7.4.1.3")
def suite_never_offered(setup: Setup) -> Setup:
    """The server chooses a cipher suite that the client did not offer.

    The client refuses ServerHello with `illegal_parameter`, and the suite chosen is not among those
    offered.
    """

    def choose(*arguments: object) -> object:
        return tls12.FORMULAE.choose(*arguments)._replace(suite=CBC)

    return setup.formula(SERVER, choose=choose).told(CLIENT, suites=(GCM, CHACHA))


@broken("02", SERVER_HELLO, "RFC 5246 §7.4.1.4")
def extension_never_asked_for(setup: Setup) -> Setup:
    """The server answers with an extension that the client did not send.

    The client refuses ServerHello with `unsupported_extension`; among the server's extensions is
    one that ClientHello lacks.
    """

    def send_server_hello(state: tls12.State) -> tuple[tls12.State, bytes]:
        return tls12.SERVER_STEPS.send_server_hello(state.but(alpn=b"http/1.1"))

    return setup.step(SERVER, send_server_hello=send_server_hello)


# ---- 03


def certified(setup: Setup, fault: str) -> Setup:
    """Return it with a faulty certificate on the server."""
    return setup.told(SERVER, credentials=(faulty(fault, "rsa"),))


@broken("03", CERTIFICATE, "RFC 5280 §4.1.2.5")
def expired(setup: Setup) -> Setup:
    """The server's certificate has expired.

    `certificate_expired` under Certificate; the last day of the certificate lies before the
    client's clock.
    """
    return certified(setup, "expired")


@broken("03", CERTIFICATE, "RFC 5280 §4.1.2.5")
def not_yet_valid(setup: Setup) -> Setup:
    """The server's certificate is not valid yet, or the client's clock is slow.

    The alert is `certificate_expired` here too (there is none for too early); the first day of the
    certificate lies behind the client's clock.
    """
    return certified(setup, "not_yet_valid")


@broken("03", CERTIFICATE, "RFC 5246 §7.4.2")
def intermediate_left_out(setup: Setup) -> Setup:
    """The server sends its own certificate alone, without the intermediate that signed it.

    `unknown_ca` under Certificate; the list has one certificate, and who signed it is neither in
    the list nor a root of the client.
    """
    return certified(setup, "missing_intermediate")


@broken("03", CERTIFICATE, "RFC 5280 §6.1")
def unknown_root(setup: Setup) -> Setup:
    """The chain is whole, but it ends at a root that the client does not believe.

    `unknown_ca` under Certificate, with a list in which each certificate is signed by the next; the
    last one's issuer is not the client's root.
    """
    return certified(setup, "unknown_ca")


@broken(
    "03",
    CERTIFICATE,
    "RFC 9525 §6.3",
    {CLIENT_HELLO: "ClientHello did ask for the right name. The server had no certificate for it."},
)
def other_hosts_certificate(setup: Setup) -> Setup:
    """The server shows a sound certificate of another host.

    `bad_certificate` under Certificate, although the client asked for its host by name; dates and
    issuer are in order, the name is another.
    """
    return setup.told(SERVER, credentials=(pki.credential("rsa", OTHER_HOST),))
