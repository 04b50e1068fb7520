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

KINDS = ("rsa", "ecdsa")

# Whoever changes a certificate changes recorded handshakes: then rebuild the notebooks, too.
SOUND = "3952d4ba945cebfc225266cdfb8caccfdad5703bcbc984d01b0fc7de099e203d"
FAULTY = "dfce7bb701f485df07ab7ca8ed35d839e0c720181a7dac61185c05e889d02900"


def digest(certificates):
    return hashlib.sha256(b"".join(certificates)).hexdigest()


def all_sound():
    chains = [pki.credential(kind, host).chain for kind in KINDS for host in pki.HOSTS]
    return [der for chain in chains for der in chain] + [pki.der(pki.root().certificate)]


def test_sound_certificates_are_the_same_bytes_everywhere():
    assert digest(all_sound()) == SOUND


def test_faulty_certificates_are_the_same_bytes_everywhere():
    chains = [faulty(name, kind).chain for name in FAULTS for kind in KINDS]
    assert digest(der for chain in chains for der in chain) == FAULTY


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


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "undecodable"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_key_of_a_faulty_credential_fits_its_leaf(name, kind):
    credential = faulty(name, kind)
    assert isinstance(credential, Credential)
    assert credential.leaf.public_key() == credential.private_key.public_key()


def test_serial_numbers_of_an_issuer_are_unique():
    seen = {}
    for der in all_sound():
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
@pytest.mark.parametrize("kind", KINDS)
def test_the_openssl_program_finds_nothing_to_blame(kind, tmp_path):
    credential = pki.credential(kind)
    leaf, issuer = x509.load_pem_x509_certificates(pki.pem_chain(credential))
    for name, certificate in (("leaf", leaf), ("issuer", issuer), ("root", pki.root().certificate)):
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    command = [
        *("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-auth_level", "2"),
        *("-attime", str(int(pki.NOW.timestamp())), "-verify_hostname", pki.HOST),
        *("-CAfile", "root.pem", "-untrusted", "issuer.pem", "leaf.pem"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "leaf.pem: OK"), done.stderr
