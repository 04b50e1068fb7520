"""Every way to fail that is in the table docs/alerts.md, by theme."""

from ways import Way
from ways_certificates import CLIENT_CERTIFICATES, SERVER_CERTIFICATES
from ways_client_hello import CLIENT_HELLOS
from ways_key_exchange import KEY_EXCHANGES
from ways_order import ORDER
from ways_records import ALERTS, RECORDS
from ways_resumption import RESUMPTION
from ways_server_hello import SERVER_HELLOS

THEMES: dict[str, tuple[Way, ...]] = {
    "ClientHello": CLIENT_HELLOS,
    "ServerHello": SERVER_HELLOS,
    "The server's certificate": SERVER_CERTIFICATES,
    "The client's certificate and its proof": CLIENT_CERTIFICATES,
    "Key exchange and Finished": KEY_EXCHANGES,
    "Order of messages, renegotiation": ORDER,
    "Taking a session up again": RESUMPTION,
    "Records and ChangeCipherSpec": RECORDS,
    "Alerts and the end": ALERTS,
}
