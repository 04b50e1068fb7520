"""The code points of TLS by their IANA names.

Every number that stands in a TLS message has a name in one of these enumerations. A peer may send
numbers that no list knows (RFC 8701 even asks for it), so decoded fields are plain integers and
`name_of` finds the name, if there is one.
"""

from enum import IntEnum
from functools import lru_cache


class ContentType(IntEnum):
    """What a record carries (RFC 5246 §6.2.1)."""

    change_cipher_spec = 20
    alert = 21
    handshake = 22
    application_data = 23


class ProtocolVersion(IntEnum):
    """Two bytes, major and minor (RFC 5246 §6.2.1): TLS 1.2 counts on from SSL 3.0."""

    SSL_3_0 = 0x0300
    TLS_1_0 = 0x0301
    TLS_1_1 = 0x0302
    TLS_1_2 = 0x0303
    TLS_1_3 = 0x0304


class HandshakeType(IntEnum):
    """The first byte of a handshake message (RFC 5246 §7.4, RFC 9846 §4)."""

    hello_request = 0
    client_hello = 1
    server_hello = 2
    new_session_ticket = 4
    end_of_early_data = 5
    encrypted_extensions = 8
    certificate = 11
    server_key_exchange = 12
    certificate_request = 13
    server_hello_done = 14
    certificate_verify = 15
    client_key_exchange = 16
    finished = 20
    certificate_status = 22
    key_update = 24
    message_hash = 254


class AlertLevel(IntEnum):
    """The first byte of an alert (RFC 5246 §7.2)."""

    warning = 1
    fatal = 2


class AlertDescription(IntEnum):
    """The second byte of an alert (RFC 5246 §7.2, RFC 9846 §6)."""

    close_notify = 0
    unexpected_message = 10
    bad_record_mac = 20
    decryption_failed_RESERVED = 21
    record_overflow = 22
    decompression_failure = 30
    handshake_failure = 40
    no_certificate_RESERVED = 41
    bad_certificate = 42
    unsupported_certificate = 43
    certificate_revoked = 44
    certificate_expired = 45
    certificate_unknown = 46
    illegal_parameter = 47
    unknown_ca = 48
    access_denied = 49
    decode_error = 50
    decrypt_error = 51
    export_restriction_RESERVED = 60
    protocol_version = 70
    insufficient_security = 71
    internal_error = 80
    inappropriate_fallback = 86
    user_canceled = 90
    no_renegotiation = 100
    missing_extension = 109
    unsupported_extension = 110
    certificate_unobtainable = 111
    unrecognized_name = 112
    bad_certificate_status_response = 113
    bad_certificate_hash_value = 114
    unknown_psk_identity = 115
    certificate_required = 116
    general_error = 117
    no_application_protocol = 120


class ExtensionType(IntEnum):
    """What an extension of a hello is about (IANA; RFC 6066, 7301, 7627, 8422, 9846)."""

    server_name = 0
    max_fragment_length = 1
    status_request = 5
    supported_groups = 10
    ec_point_formats = 11
    signature_algorithms = 13
    use_srtp = 14
    heartbeat = 15
    application_layer_protocol_negotiation = 16
    signed_certificate_timestamp = 18
    client_certificate_type = 19
    server_certificate_type = 20
    padding = 21
    encrypt_then_mac = 22
    extended_master_secret = 23
    compress_certificate = 27
    record_size_limit = 28
    delegated_credential = 34
    session_ticket = 35
    pre_shared_key = 41
    early_data = 42
    supported_versions = 43
    cookie = 44
    psk_key_exchange_modes = 45
    certificate_authorities = 47
    oid_filters = 48
    post_handshake_auth = 49
    signature_algorithms_cert = 50
    key_share = 51
    application_settings = 17613
    encrypted_client_hello = 65037
    renegotiation_info = 65281


class NamedGroup(IntEnum):
    """A curve or another group for a key exchange (RFC 8422 §5.1.1, RFC 9846 §4.3.7)."""

    secp256r1 = 23
    secp384r1 = 24
    secp521r1 = 25
    x25519 = 29
    x448 = 30
    ffdhe2048 = 256
    ffdhe3072 = 257
    ffdhe4096 = 258
    X25519MLKEM768 = 4588


class SignatureScheme(IntEnum):
    """A signature algorithm with its hash.

    RFC 5246 §7.4.1.4.1 reads the two bytes as hash and signature; RFC 9846 §4.3.3 as one number.
    """

    rsa_pkcs1_sha1 = 0x0201
    ecdsa_sha1 = 0x0203
    rsa_pkcs1_sha256 = 0x0401
    ecdsa_secp256r1_sha256 = 0x0403
    rsa_pkcs1_sha384 = 0x0501
    ecdsa_secp384r1_sha384 = 0x0503
    rsa_pkcs1_sha512 = 0x0601
    ecdsa_secp521r1_sha512 = 0x0603
    rsa_pss_rsae_sha256 = 0x0804
    rsa_pss_rsae_sha384 = 0x0805
    rsa_pss_rsae_sha512 = 0x0806
    ed25519 = 0x0807
    ed448 = 0x0808
    rsa_pss_pss_sha256 = 0x0809
    rsa_pss_pss_sha384 = 0x080A
    rsa_pss_pss_sha512 = 0x080B


class ClientCertificateType(IntEnum):
    """Which kind of key a client's certificate may hold (RFC 5246 §7.4.4, RFC 8422 §5.5)."""

    rsa_sign = 1
    dss_sign = 2
    ecdsa_sign = 64


class ECCurveType(IntEnum):
    """How ServerKeyExchange names its curve (RFC 8422 §5.4): only by a name, today."""

    explicit_prime = 1
    explicit_char2 = 2
    named_curve = 3


class ECPointFormat(IntEnum):
    """How a point of a curve is written (RFC 8422 §5.1.2): only uncompressed, today."""

    uncompressed = 0
    ansiX962_compressed_prime = 1
    ansiX962_compressed_char2 = 2


class CompressionMethod(IntEnum):
    """How records are compressed (RFC 5246 §6.1): not at all; CRIME showed why."""

    null = 0
    DEFLATE = 1


class PskKeyExchangeMode(IntEnum):
    """Whether a PSK is used alone or with a fresh key exchange (RFC 9846 §4.3.9)."""

    psk_ke = 0
    psk_dhe_ke = 1


class KeyUpdateRequest(IntEnum):
    """Whether the other side shall renew its keys too (RFC 9846 §4.7.3)."""

    update_not_requested = 0
    update_requested = 1


class NameType(IntEnum):
    """What kind of name server_name holds (RFC 6066 §3)."""

    host_name = 0


class CipherSuite(IntEnum):
    """The suites that this course speaks, and those that browsers and OpenSSL offer beside them."""

    TLS_RSA_WITH_AES_128_CBC_SHA = 0x002F
    TLS_DHE_RSA_WITH_AES_128_CBC_SHA = 0x0033
    TLS_RSA_WITH_AES_256_CBC_SHA = 0x0035
    TLS_DHE_RSA_WITH_AES_256_CBC_SHA = 0x0039
    TLS_RSA_WITH_AES_128_CBC_SHA256 = 0x003C
    TLS_RSA_WITH_AES_256_CBC_SHA256 = 0x003D
    TLS_DHE_RSA_WITH_AES_128_CBC_SHA256 = 0x0067
    TLS_DHE_RSA_WITH_AES_256_CBC_SHA256 = 0x006B
    TLS_RSA_WITH_AES_128_GCM_SHA256 = 0x009C
    TLS_RSA_WITH_AES_256_GCM_SHA384 = 0x009D
    TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 = 0x009E
    TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 = 0x009F
    TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00FF
    TLS_AES_128_GCM_SHA256 = 0x1301
    TLS_AES_256_GCM_SHA384 = 0x1302
    TLS_CHACHA20_POLY1305_SHA256 = 0x1303
    TLS_FALLBACK_SCSV = 0x5600
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA = 0xC009
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA = 0xC00A
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA = 0xC013
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA = 0xC014
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 = 0xC023
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 = 0xC024
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 = 0xC027
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 = 0xC028
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xC02B
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xC02C
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xC02F
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xC030
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xCCA8
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xCCA9
    TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xCCAA


def is_grease(number: int) -> bool:
    """Tell whether a two-byte code point is one of the sixteen 0x?A?A values (RFC 8701 §2).

    Browsers sprinkle them into their hellos, so that servers stay used to numbers they don't know.
    """
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


@lru_cache(1024)
def name_of(names: type[IntEnum], number: int) -> str:
    """Return the IANA name of a code point, "GREASE" (RFC 8701), or "unknown"."""
    try:
        return names(number).name
    except ValueError:
        return "GREASE" if is_grease(number) else "unknown"
