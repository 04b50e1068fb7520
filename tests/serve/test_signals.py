"""SIGINT and SIGTERM end the command in order, whoever is connected; Ctrl+C twice does no harm."""

import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest
from running import all_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.mark.parametrize("sent", [(signal.SIGTERM,), (signal.SIGINT,), (signal.SIGINT,) * 2])
def test_everybody_hears_close_notify_and_it_ends_with_0(sent, tmp_path):
    root = tmp_path / "root.pem"
    command = [sys.executable, "-m", "tlskit", "serve", "--port", "0", "--ca-out", str(root)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as served:
        try:
            port = int(served.stdout.readline().rpartition(":")[2])
            context = ssl.create_default_context(cafile=str(root))
            raw = socket.create_connection(("127.0.0.1", port), 10)
            silent = socket.create_connection(("127.0.0.1", port), 10)
            with silent, context.wrap_socket(raw, server_hostname="localhost") as tls:
                begun = time.monotonic()
                for one in sent:
                    served.send_signal(one)
                    time.sleep(0.1)
                assert all_of(tls) == b""  # a cut would raise
                tls.close()
                silent.close()
                assert served.wait(8) == 0 and time.monotonic() - begun < 8
            said = served.stderr.read()
        finally:
            served.kill()
    assert "Traceback" not in said and said.count("\n") <= 2
