"""tlskit: build the TLS handshake with your own hands. For learning, never for protecting data.

Each step of the handshake is a function (`tls12.client`, `tls12.server`), each formula another;
they stand in tables in which any of them can be replaced. `Connection` drives them, `pki` makes
certificates, `peers` brings OpenSSL as the other side.
"""
