"""One end of TLS 1.3 that pyOpenSSL runs: its OpenSSL is newer than Python's own."""

from contextlib import suppress

from cryptography import x509
from OpenSSL import SSL

from tlskit import pki
from tlskit.connection import Connection
from tlskit.lesson import HOST
from tlskit.order import Role


class PyOpenSSL:
    """A client or server with the course's ECDSA certificate; `groups` as OpenSSL lists them."""

    def __init__(self, role: Role, groups: bytes) -> None:
        context = SSL.Context(SSL.TLS_METHOD)
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
        lib, ffi = SSL._lib, SSL._ffi
        self.done = False
        if role is Role.SERVER:
            shown = pki.credential("ecdsa")
            context.use_certificate(x509.load_der_x509_certificate(shown.chain[0]))
            context.add_extra_chain_cert(x509.load_der_x509_certificate(shown.chain[1]))
            context.use_privatekey(shown.private_key)
        assert lib.SSL_CTX_set1_curves_list(context._context, ffi.new("char[]", groups)) == 1
        self.connection = SSL.Connection(context, None)
        if role is Role.SERVER:
            self.connection.set_accept_state()
        else:
            self.connection.set_tlsext_host_name(HOST.encode())
            self.connection.set_connect_state()

    def talk(self, ours: Connection) -> None:
        """Carry bytes until both are silent."""
        for _ in range(10):
            self._go_on()
            with suppress(SSL.WantReadError):
                ours.receive(self.connection.bio_read(2**16))
            data = ours.data_to_send()
            if data:
                self.connection.bio_write(data)
        self._go_on()

    def _go_on(self) -> None:
        if not self.done:
            try:
                self.connection.do_handshake()
            except SSL.WantReadError:
                return
            self.done = True
