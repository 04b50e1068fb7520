"""The declared structs, field by field, as the RFCs write them: <floor..ceiling> and all."""

import pytest
from test_properties import STRUCTS

DECLARED = {
    "HelloRequest": "",  # RFC 5246 §7.4.1.1
    "ClientHello": """
        ProtocolVersion client_version
        opaque[32] random
        opaque<0..32> session_id
        CipherSuite<2..65534> cipher_suites
        CompressionMethod<1..255> compression_methods
        [Extension<0..65535>] extensions
    """,  # RFC 5246 §7.4.1.2
    "ServerHello": """
        ProtocolVersion server_version
        opaque[32] random
        opaque<0..32> session_id
        CipherSuite cipher_suite
        CompressionMethod compression_method
        [Extension<0..65535>] extensions
    """,  # RFC 5246 §7.4.1.3
    "Certificate": "opaque<1..16777215><0..16777215> certificate_list",  # RFC 5246 §7.4.2
    "ServerECDHParams": """
        ECCurveType curve_type
        NamedGroup named_curve
        opaque<1..255> public
    """,  # RFC 8422 §5.4
    "ServerKeyExchange": """
        ECCurveType curve_type
        NamedGroup named_curve
        opaque<1..255> public
        SignatureScheme signature_algorithm
        opaque<0..65535> signature
    """,  # RFC 8422 §5.4, RFC 5246 §4.7
    "CertificateRequest": """
        ClientCertificateType<1..255> certificate_types
        SignatureScheme<2..65534> supported_signature_algorithms
        opaque<1..65535><0..65535> certificate_authorities
    """,  # RFC 5246 §7.4.4; the list's bounds are those of §7.4.1.4.1, whole pairs of bytes
    "CertificateVerify": """
        SignatureScheme signature_algorithm
        opaque<0..65535> signature
    """,  # RFC 5246 §7.4.8, §4.7
    "NewSessionTicket": """
        uint32 ticket_lifetime_hint
        opaque<0..65535> ticket
    """,  # RFC 5077 §3.3
    "ServerHelloDone": "",  # RFC 5246 §7.4.5
    "EncryptedPreMasterSecret": "opaque<0..65535> encrypted_pre_master_secret",  # RFC 5246 §7.4.7.1
    "ClientECDiffieHellmanPublic": "opaque<1..255> ecdh_Yc",  # RFC 8422 §5.7
    "Finished": "opaque[rest] verify_data",  # RFC 5246 §7.4.9
    "Extension": """
        ExtensionType extension_type
        opaque<0..65535> extension_data
    """,  # RFC 5246 §7.4.1.4
    "ServerName": """
        NameType name_type
        opaque<1..65535> host_name
    """,  # RFC 6066 §3
    "ServerNameList": "ServerName<1..65535> server_name_list",  # RFC 6066 §3
    "NamedGroupList": "NamedGroup<2..65535> named_group_list",  # RFC 8422 §5.1.1
    "ECPointFormatList": "ECPointFormat<1..255> ec_point_format_list",  # RFC 8422 §5.1.2
    "SignatureSchemeList": """
        SignatureScheme<2..65534> supported_signature_algorithms
    """,  # RFC 5246 §7.4.1.4.1
    "ProtocolNameList": "opaque<1..255><2..65535> protocol_name_list",  # RFC 7301 §3.1
    "RenegotiationInfo": "opaque<0..255> renegotiated_connection",  # RFC 5746 §3.2
    "SessionTicket": "opaque[rest] ticket",  # RFC 5077 §3.2, App. A: the extension's whole body
    "StatePlaintext": """
        CipherSuite cipher_suite
        opaque[48] master_secret
        uint8 extended_master_secret
        uint32 created
        opaque<0..16777215> server_name
        opaque<1..16777215><0..16777215> peer_chain
    """,  # RFC 5077 §4 recommends it; ours has no version, no compression, and the host beside
    "Empty": "",  # RFC 7627 §5.1
    "ClientSupportedVersions": "ProtocolVersion<2..254> versions",  # RFC 8446 §4.2.1
    "SelectedVersion": "ProtocolVersion selected_version",  # RFC 9846 §4.3.1
    "Cookie": "opaque<1..65535> cookie",  # RFC 9846 §4.3.2
    "CertificateAuthorities": "opaque<1..65535><3..65535> authorities",  # RFC 9846 §4.3.4
    "KeyShareEntry": """
        NamedGroup group
        opaque<1..65535> key_exchange
    """,  # RFC 9846 §4.3.8
    "KeyShareClientHello": "KeyShareEntry<0..65535> client_shares",  # RFC 9846 §4.3.8
    "KeyShareServerHello": "KeyShareEntry server_share",  # RFC 9846 §4.3.8
    "KeyShareHelloRetryRequest": "NamedGroup selected_group",  # RFC 9846 §4.3.8
    "PskKeyExchangeModes": "PskKeyExchangeMode<1..255> ke_modes",  # RFC 9846 §4.3.9
    "MaxEarlyData": "uint32 max_early_data_size",  # RFC 9846 §4.3.10
    "PskIdentity": """
        opaque<1..65535> identity
        uint32 obfuscated_ticket_age
    """,  # RFC 9846 §4.3.11
    "OfferedPsks": """
        PskIdentity<7..65535> identities
        opaque<32..255><33..65535> binders
    """,  # RFC 9846 §4.3.11
    "SelectedIdentity": "uint16 selected_identity",  # RFC 9846 §4.3.11
    "EncryptedExtensions": "Extension<0..65535> extensions",  # RFC 9846 §4.4.1
    "tls13 CertificateRequest": """
        opaque<0..255> certificate_request_context
        Extension<0..65535> extensions
    """,  # RFC 9846 §4.4.2; RFC 8446 §4.3.2 had a floor of 2
    "CertificateEntry": """
        opaque<1..16777215> cert_data
        Extension<0..65535> extensions
    """,  # RFC 9846 §4.5.1
    "tls13 Certificate": """
        opaque<0..255> certificate_request_context
        CertificateEntry<0..16777215> certificate_list
    """,  # RFC 9846 §4.5.1
    "EndOfEarlyData": "",  # RFC 9846 §4.6
    "tls13 NewSessionTicket": """
        uint32 ticket_lifetime
        uint32 ticket_age_add
        opaque<0..255> ticket_nonce
        opaque<1..65535> ticket
        Extension<0..65535> extensions
    """,  # RFC 9846 §4.7.1
    "KeyUpdate": "KeyUpdateRequest request_update",  # RFC 9846 §4.7.3
    "PskPlaintext": """
        CipherSuite cipher_suite
        opaque<0..255> key
        uint64 created
        uint64 authenticated
        uint32 ticket_age_add
        uint32 lifetime
        uint32 max_early_data
        opaque<0..255> alpn
        opaque<0..65535> server_name
        opaque<1..16777215><0..16777215> peer_chain
    """,  # RFC 9846 §4.7.1 leaves it to the server
}


def called(cls: type) -> str:
    """Return a struct's name; TLS 1.3 has some of TLS 1.2's, and another shape."""
    name = f"tls13 {cls.__name__}"
    return name if cls.__module__ == "tlskit.tls13_messages" and name in DECLARED else cls.__name__


@pytest.mark.parametrize("cls", STRUCTS, ids=lambda cls: cls.__name__)
def test_each_field_is_declared_as_in_its_rfc(cls):
    layout = cls.__layout__
    made = [f"{member.notation} {name}" for name, member in layout.items]
    assert made == [line.strip() for line in DECLARED[called(cls)].split("\n") if line.strip()]
    assert layout.reference.startswith("RFC ")


def test_no_declaration_is_missing():
    assert {called(cls) for cls in STRUCTS} == set(DECLARED)
