"""verify_chain and OpenSSL judge the same chains: who accepts what, and by which alert."""

import ssl
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.hazmat.primitives.serialization import Encoding

from tlskit import pki
from tlskit.alerts import Alert
from tlskit.certificates import Credential, Trust, name_matches, require_key_usage, verify_chain
from tlskit.faulty_pki import FAULTS, faulty, leaf_with
from tlskit.peers import OpenSSLPeer
from tlskit.registry import AlertDescription

KINDS = ("rsa", "ecdsa", "ed25519")
ACCEPTED = "accepted"
UNLOADABLE = "OpenSSL's server refuses to load it"

# fault: what OpenSSL's client does. Where it differs from ours, the line says why.
OPENSSL = {
    "undecodable": UNLOADABLE,
    "missing_intermediate": "unknown_ca",
    "unknown_ca": "unknown_ca",
    "impostor": "unknown_ca",
    "self_signed": "unknown_ca",
    "bad_signature": "decrypt_error",  # RFC 5246 §7.2.2 lists it under bad_certificate
    "changed_contents": "decrypt_error",
    "expired": "certificate_expired",
    "not_yet_valid": "bad_certificate",  # "or is not currently valid", says §7.2.2 of expired
    "expired_intermediate": "certificate_expired",
    "not_a_ca": "unknown_ca",
    "path_too_long": "unknown_ca",
    "wrong_usage": "unsupported_certificate",
    "leaf_is_a_ca": ACCEPTED,  # pyca's profile, that of the CA/Browser Forum, forbids it
    "weak_key": UNLOADABLE,
    "wrong_name": "bad_certificate",
    "no_name": ACCEPTED,  # it still takes the common name, which RFC 9525 §2 leaves out
    "outside_constraints": "certificate_unknown",
    "unknown_critical_extension": "certificate_unknown",
}
CHAIN_FAULTS = [name for name, fault in FAULTS.items() if not fault.usage]


def verdict_of_openssl(credential, server_name, roots=None):
    """Return what OpenSSL's client, with today's clock, does about this server."""
    try:
        chain = pki.pem_chain(credential)
        server = OpenSSLPeer.server([(chain, pki.pem_key(credential))], suites="ALL:@SECLEVEL=2")
    except (ValueError, ssl.SSLError):
        return UNLOADABLE
    client = OpenSSLPeer.client(roots or pki.pem_roots(), server_name, suites="ALL:@SECLEVEL=2")
    server.receive(client.data_to_send())
    client.receive(server.data_to_send())
    answer = client.data_to_send()
    if answer[0] == 21:  # alert
        assert client.error.startswith("CERTIFICATE_VERIFY_FAILED")
        return AlertDescription(answer[6]).name
    assert answer[0] == 22 and not client.error
    return ACCEPTED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", pki.HOSTS)
@pytest.mark.parametrize("now", [pki.NOW, pki.FIRST_DAY, pki.LAST_DAY])
def test_sound_chains_are_accepted(kind, host, now):
    credential = pki.credential(kind, host)
    leaf = verify_chain(credential.chain, host, pki.trust(), now)
    assert leaf == credential.leaf


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CHAIN_FAULTS)
def test_each_fault_gets_its_alert(name, kind):
    fault = FAULTS[name]
    with pytest.raises(Alert) as caught:
        verify_chain(faulty(name, kind).chain, fault.server_name, pki.trust(), pki.NOW)
    assert caught.value.description is fault.description
    assert "RFC" in caught.value.reference
    assert len(caught.value.reason.split()) > 6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CHAIN_FAULTS)
def test_openssl_judges_each_fault_as_the_table_says(name, kind):
    now = datetime.now(UTC)
    fault, credential = FAULTS[name], faulty(name, kind, now)
    assert verdict_of_openssl(credential, fault.server_name) == OPENSSL[name]
    with pytest.raises(Alert) as caught:
        verify_chain(credential.chain, fault.server_name, pki.trust(), now)
    assert caught.value.description is fault.description


def test_the_table_has_each_fault():
    assert OPENSSL.keys() == set(CHAIN_FAULTS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing_intermediate", 'issued by "tlskit course intermediate (ECDSA)"'),
        ("self_signed", "signed by itself"),
        ("impostor", '"tlskit course root (RSA)", which is neither in the chain'),
        ("bad_signature", "does not verify with the key of"),
        ("expired", "expired on 2026-03-13, now is 2026-03-14"),
        ("not_yet_valid", "begins on 2026-03-15, now is 2026-03-14"),
        ("expired_intermediate", '"tlskit course intermediate (ECDSA)" expired on 2026-03-13'),
        ("not_a_ca", '"www.course.example" signed a certificate, but is not a cert'),
        ("path_too_long", "allows 0 intermediates below it, got 1"),
        ("wrong_usage", "expected the extended key usage serverAuth, got clientAuth"),
        ("weak_key", "expected an RSA key of 2048 bits or more, got 1024 bits"),
        ("wrong_name", "reach signal.course.example, the certificate is for www.course.example"),
        ("no_name", "no name at all"),
        ("outside_constraints", "no permitted name constraints matched"),
        ("unknown_critical_extension", "extensions that we know, got 1.3.6.1.4.1.55555.1"),
    ],
)
def test_the_reason_says_what_was_expected_and_what_came(name, words):
    with pytest.raises(Alert) as caught:
        verify_chain(faulty(name).chain, FAULTS[name].server_name, pki.trust(), pki.NOW)
    assert words in caught.value.reason


@pytest.mark.parametrize("kind", KINDS)
def test_validity_ends_with_its_last_second(kind):
    last = pki.NOW + timedelta(days=2)
    chain = leaf_with(kind, pki.NOW, not_before=pki.NOW, not_after=last).chain
    second = timedelta(seconds=1)
    for now in (pki.NOW, last, last.astimezone(timezone(timedelta(hours=9)))):
        verify_chain(chain, pki.HOST, pki.trust(), now)
    for now in (pki.NOW - second, last + second):
        with pytest.raises(Alert) as caught:
            verify_chain(chain, pki.HOST, pki.trust(), now)
        assert caught.value.description is AlertDescription.certificate_expired


@pytest.mark.parametrize("kind", KINDS)
def test_a_servers_own_certificate_can_be_trusted_as_it_is(kind):
    credential = faulty("self_signed", kind)
    trust = Trust((credential.leaf,))
    assert verify_chain(credential.chain, pki.HOST, trust, pki.NOW) == credential.leaf
    assert verdict_of_openssl(credential, pki.HOST, pki.pem_chain(credential)) == ACCEPTED
    with pytest.raises(Alert, match=r"bad_certificate: .* reach www\.course\.example"):
        verify_chain(credential.chain, "www.course.example", trust, pki.NOW)
    with pytest.raises(Alert, match="certificate_expired"):
        verify_chain(credential.chain, pki.HOST, trust, pki.LAST_DAY + timedelta(days=1))


def test_a_root_cannot_play_the_server():
    with pytest.raises(Alert) as caught:
        verify_chain([pki.der(pki.root().certificate)], pki.HOST, pki.trust(), pki.NOW)
    assert caught.value.description is AlertDescription.unsupported_certificate


@pytest.mark.parametrize("kind", KINDS)
def test_root_and_order_of_the_rest_do_not_matter(kind):
    leaf, issuer = pki.credential(kind).chain
    other = pki.der(pki.intermediate("rsa" if kind == "ecdsa" else "ecdsa").certificate)
    for rest in ([issuer, pki.der(pki.root().certificate)], [other, issuer]):
        verify_chain([leaf, *rest], pki.HOST, pki.trust(), pki.NOW)


def test_no_certificate_at_all_is_decode_error():
    with pytest.raises(Alert, match="decode_error: expected the server's certificate"):
        verify_chain([], pki.HOST, pki.trust(), pki.NOW)


def test_nobody_is_believed_without_a_root():
    chain = pki.credential("ecdsa").chain
    with pytest.raises(ValueError, match="empty store"):
        verify_chain(chain, pki.HOST, Trust(()), pki.NOW)


def test_our_own_mistakes_are_value_errors():
    chain = pki.credential("ecdsa").chain
    with pytest.raises(ValueError, match="time zone"):
        verify_chain(chain, pki.HOST, pki.trust(), pki.NOW.replace(tzinfo=None))
    for name in ("", "a name with blanks", "süden.example"):
        with pytest.raises(ValueError):
            verify_chain(chain, name, pki.trust(), pki.NOW)


def test_a_key_that_this_course_cannot_use_is_unsupported():
    key = ed448.Ed448PrivateKey.generate()
    sound, issuer = pki.credential("rsa").leaf, pki.intermediate("rsa")
    builder = x509.CertificateBuilder(
        sound.issuer, sound.subject, key.public_key(), 1, pki.FIRST_DAY, pki.LAST_DAY
    )
    for extension in sound.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    leaf = builder.sign(issuer.private_key, hashes.SHA256())
    with pytest.raises(Alert) as caught:
        chain = (pki.der(leaf), pki.der(issuer.certificate))
        verify_chain(chain, pki.HOST, pki.trust(), pki.NOW)
    assert caught.value.description is AlertDescription.unsupported_certificate


@pytest.mark.parametrize("kind", KINDS)
def test_only_alerts_come_out_whatever_byte_is_changed(kind, thorough):
    chain = pki.credential(kind).chain
    step = 1 if thorough else 3
    seen = Counter()
    for which in (0, 1):
        # The byte before the signature counts unused bits at its end. If the last bit is 0, the
        # verifier takes "one unused" for another spelling of the same signature, which it is.
        signature = x509.load_der_x509_certificate(chain[which]).signature
        spelling = len(chain[which]) - len(signature) - 1
        for mask in (0x01, 0x80, 0xFF):
            for place in range(mask % step, len(chain[which]), step):
                if (place, mask) == (spelling, 0x01):
                    continue
                changed = bytearray(chain[which])
                changed[place] ^= mask
                broken = [*chain[:which], bytes(changed), *chain[which + 1 :]]
                with pytest.raises(Alert) as caught:
                    verify_chain(broken, pki.HOST, pki.trust(), pki.NOW)
                seen[caught.value.description.name] += 1
    assert set(seen) == {"bad_certificate", "unknown_ca"}, seen


@pytest.mark.parametrize("kind", KINDS)
def test_only_alerts_come_out_wherever_a_certificate_breaks_off(kind):
    leaf, issuer = pki.credential(kind).chain
    for end in range(0, len(leaf), 7):
        with pytest.raises(Alert, match="bad_certificate"):
            verify_chain((leaf[:end], issuer), pki.HOST, pki.trust(), pki.NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_key_usage_of_sound_leaves(kind):
    leaf = pki.credential(kind).leaf
    require_key_usage(leaf, "digital_signature")
    if kind == "rsa":
        require_key_usage(leaf, "key_encipherment")
    else:
        with pytest.raises(Alert, match="keyEncipherment"):
            require_key_usage(leaf, "key_encipherment")


@pytest.mark.parametrize(
    ("name", "usage", "other"),
    [
        ("no_digital_signature", "digital_signature", "key_encipherment"),
        ("no_key_encipherment", "key_encipherment", "digital_signature"),
    ],
)
def test_a_key_must_be_allowed_what_the_suite_asks_of_it(name, usage, other):
    credential = faulty(name, "rsa")
    leaf = verify_chain(credential.chain, pki.HOST, pki.trust(), pki.NOW)  # sound so far
    require_key_usage(leaf, other)
    with pytest.raises(Alert) as caught:
        require_key_usage(leaf, usage)
    assert caught.value.description is FAULTS[name].description


def test_without_the_extension_a_key_may_do_anything():
    sound, issuer = pki.credential("rsa").leaf, pki.intermediate("rsa")
    builder = x509.CertificateBuilder(
        sound.issuer, sound.subject, sound.public_key(), 1, pki.FIRST_DAY, pki.LAST_DAY
    )
    leaf = builder.sign(issuer.private_key, hashes.SHA256())
    require_key_usage(leaf, "digital_signature")
    require_key_usage(leaf, "key_encipherment")


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("www.course.example", "WWW.course.Example", True),
        ("www.course.example", "www.course.example.org", False),
        ("*.course.example", "www.course.example", True),
        ("*.course.example", "course.example", False),
        ("*.course.example", "a.www.course.example", False),
        ("w*.course.example", "www.course.example", False),
        ("*.example", "course.example", False),
        ("127.0.0.1", "127.0.0.1", True),
    ],
)
def test_names_match_as_rfc_9525_says(pattern, name, expected):
    assert name_matches(pattern, name) is expected


@pytest.mark.parametrize("name", ["a.course.example", "course.example", "a.b.course.example"])
def test_our_matching_agrees_with_the_verifier(name):
    credential = leaf_with("ecdsa", pki.NOW, names=("*.course.example",))
    if credential.serves(name):
        verify_chain(credential.chain, name, pki.trust(), pki.NOW)
    else:
        with pytest.raises(Alert, match="bad_certificate: we wanted to reach"):
            verify_chain(credential.chain, name, pki.trust(), pki.NOW)


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_certificate_that_signed_itself_as_a_ca_can_be_trusted_as_it_is(kind):
    """`openssl req -x509` makes such ones: a CA with a server's name."""
    key = pki.course_key(f"leaf_{kind}")
    usage = ("digital_signature", "key_encipherment", "key_cert_sign")
    contents = pki.Contents("localhost", key, ("localhost",), ca=True, key_usage=usage)
    made = pki.certify(contents, None)
    own, host = Credential((pki.der(made),), key), "localhost"
    trust = Trust((made,))
    assert verify_chain(own.chain, host, trust, pki.NOW) == made
    assert verdict_of_openssl(own, host, made.public_bytes(Encoding.PEM)) == ACCEPTED
    for name, now, alert in (
        ("other.example", pki.NOW, "bad_certificate"),
        (host, pki.LAST_DAY + timedelta(days=1), "certificate_expired"),
    ):
        with pytest.raises(Alert) as caught:
            verify_chain(own.chain, name, trust, now)
        assert caught.value.description.name == alert
    with pytest.raises(Alert) as caught:
        verify_chain(own.chain, host, pki.trust(), pki.NOW)
    assert caught.value.description.name == "unknown_ca"
