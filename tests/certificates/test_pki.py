"""The course's certificates: the same bytes everywhere, and what they say."""

import hashlib
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tlskit import pki
from tlskit.certificates import Credential
from tlskit.faulty_pki import FAULTS, faulty

KINDS = ("rsa", "ecdsa", "ed25519")

# Whoever changes a certificate changes recorded handshakes: then rebuild the notebooks, too.
SOUND = {
    "rsa": "ff31928bc9231315ba9b30efa04ca783f45fa747f794a9cdf1e7f6e67e20c79c",
    "ecdsa": "b272a5700da278d9c48f606e83c9f7e20cd2b2c9af54ecb609a3aae7ff863a65",
    "ed25519": "2110a7648537eddc63a0fc6072f595cd4eccb94df30e11cd139e10550ee0d683",
}
FAULTY = {
    "rsa": "2f49d986e63ed7f3153bc256573fc9aa0d5ab8396b158ee2af9a993c4ceefaa8",
    "ecdsa": "cd9d29023189e24ef2b0d3e32f8d0fc5753f32b85ad89c8bbf2b629aa5868a48",
    "ed25519": "e11a60f231c7d1b7b2024a88a57a179d8f91d3896d26ccabefe36ce29daa69ef",
}
CLIENTS = {
    "rsa": "56da4878cd9ba4a7024ba546e4ac8b2eb7e965ebd87416daafb393f23b013aa4",
    "ecdsa": "51b5c492d97580326aa8ac52134dc2b565dc46b8391e3ab16b532648701e5089",
    "ed25519": "c5465a0b83b4ca35aff5fd0f2db40cb3a748313d24e46a690632688c91171b72",
}


def digest(certificates):
    return hashlib.sha256(b"".join(certificates)).hexdigest()


def sound(kind):
    chains = [pki.credential(kind, host).chain for host in pki.HOSTS]
    return [der for chain in chains for der in chain] + [pki.der(pki.root().certificate)]


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_are_the_same_bytes_everywhere(kind):
    assert digest(sound(kind)) == SOUND[kind]
    assert digest(der for name in FAULTS for der in faulty(name, kind).chain) == FAULTY[kind]
    assert digest(pki.client_credential(kind).chain) == CLIENTS[kind]


def test_certificates_are_built_once():
    assert pki.credential("rsa") is pki.credential("rsa")
    assert pki.trust() is pki.trust()
    assert pki.trust().store is pki.trust().store


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", pki.HOSTS)
def test_a_credential_fits_together(kind, host):
    credential = pki.credential(kind, host)
    assert credential.kind == kind
    assert credential.leaf.public_key() == credential.private_key.public_key()
    assert credential.serves(host) and host in credential.names
    leaf, issuer = map(x509.load_der_x509_certificate, credential.chain)
    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(pki.root().certificate)
    assert leaf.not_valid_before_utc.year == 2020 and leaf.not_valid_after_utc.year == 2100


@pytest.mark.parametrize("kind", KINDS)
def test_a_clients_credential_fits_together_and_is_for_no_server(kind):
    credential = pki.client_credential(kind)
    assert credential.kind == kind
    assert credential.leaf.public_key() == credential.private_key.public_key()
    leaf, issuer = map(x509.load_der_x509_certificate, credential.chain)
    leaf.verify_directly_issued_by(issuer)
    issuer.verify_directly_issued_by(pki.root().certificate)
    for one in (leaf, issuer):
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert list(usage) == [x509.ObjectIdentifier(pki.CLIENT_AUTH)]


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "undecodable"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_key_of_a_faulty_credential_fits_its_leaf(name, kind):
    credential = faulty(name, kind)
    assert isinstance(credential, Credential)
    assert credential.leaf.public_key() == credential.private_key.public_key()


def test_serial_numbers_of_an_issuer_are_unique():
    seen = {}
    clients = [der for kind in KINDS for der in pki.client_credential(kind).chain]
    for der in [der for kind in KINDS for der in sound(kind)] + clients:
        certificate = x509.load_der_x509_certificate(der)
        key = (certificate.issuer, certificate.serial_number)
        assert seen.setdefault(key, der) == der


def test_the_rsa_leaf_serves_both_key_exchanges():
    usage = pki.credential("rsa").leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature and usage.value.key_encipherment


def test_the_root_vouches_for_the_course_only():
    constraints = pki.root().certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = {str(name.value) for name in constraints.value.permitted_subtrees}
    assert permitted == {"course.example", "localhost", "127.0.0.1/32", "::1/128"}


@pytest.mark.parametrize("kind", KINDS)
def test_pem_is_the_same_credential(kind):
    credential = pki.credential(kind)
    certificates = x509.load_pem_x509_certificates(pki.pem_chain(credential))
    assert tuple(map(pki.der, certificates)) == credential.chain
    key = serialization.load_pem_private_key(pki.pem_key(credential), None)
    assert key.public_key() == credential.leaf.public_key()
    assert x509.load_pem_x509_certificates(pki.pem_roots()) == list(pki.trust().roots)


def test_unknown_names_are_refused_in_words():
    with pytest.raises(ValueError, match=r"no certificate for 'other\.example'; there are signal"):
        pki.credential("rsa", "other.example")
    with pytest.raises(ValueError, match="no fault 'rust'; there are undecodable"):
        faulty("rust")


def test_importing_reads_no_key():
    code = "from tlskit import pki, faulty_pki; print(pki.course_key.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("purpose", ["sslserver", "sslclient"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_openssl_program_finds_nothing_to_blame(kind, purpose, tmp_path):
    served = purpose == "sslserver"
    credential = pki.credential(kind) if served else pki.client_credential(kind)
    leaf, issuer = x509.load_pem_x509_certificates(pki.pem_chain(credential))
    for name, certificate in (("leaf", leaf), ("issuer", issuer), ("root", pki.root().certificate)):
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    command = [
        *("openssl", "verify", "-x509_strict", "-purpose", purpose, "-auth_level", "2"),
        *("-attime", str(int(pki.NOW.timestamp()))),
        *(("-verify_hostname", pki.HOST) if served else ()),
        *("-CAfile", "root.pem", "-untrusted", "issuer.pem", "leaf.pem"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "leaf.pem: OK"), done.stderr
