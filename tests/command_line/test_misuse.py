"""Whatever can't be meant, read or reached: one clear line on stderr, exit code 2, no traceback."""

import socket
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from tlskit import pki
from tlskit.command import main
from tlskit.faulty_pki import leaf_with

pytestmark = pytest.mark.timeout(20)  # a server that starts after all would serve for ever


@pytest.fixture
def files(tmp_path):
    """Files of every kind; a word in braces stands for one of them."""
    sound, other = pki.credential("ecdsa", "localhost"), pki.credential("rsa", "localhost")
    key = other.private_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"course")
    )
    old = leaf_with("rsa", datetime.now(UTC), not_after=datetime(2026, 1, 1, tzinfo=UTC))
    coming = leaf_with("rsa", datetime.now(UTC), not_before=datetime(2090, 1, 1, tzinfo=UTC))
    made = {
        "chain": pki.pem_chain(sound),
        "key": pki.pem_key(sound),
        "otherkey": pki.pem_key(other),
        "locked": key,
        "text": b"Dear reader,\n",
        "old": pki.pem_chain(old),
        "oldkey": pki.pem_key(old),
        "coming": pki.pem_chain(coming),
        "comingkey": pki.pem_key(coming),
        "root": pki.pem_roots(),
    }
    names = {"folder": str(tmp_path), "gone": str(tmp_path / "gone")}
    for name, content in made.items():
        path = tmp_path / name
        path.write_bytes(content)
        names[name] = str(path)
    return names


def said(capsys, arguments: list[str]) -> str:
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert code == 2 and out == "", err
    assert err.startswith("tlskit: ") and err.count("\n") == 1 and "Traceback" not in err
    return err


SERVE = "serve --port 0"
CONNECT = "connect 127.0.0.1:1"


@pytest.mark.parametrize(
    "line, words",
    [
        ("serve", "--port"),
        ("serve --port x", "a port is a number"),
        ("serve --port 65536", "a port is a number"),
        (f"{SERVE} --host 192.0.2.1", "192.0.2.1"),
        (f"{SERVE} --host no.such.host.invalid", "no.such.host.invalid"),
        (f"{SERVE} --cert {{chain}}", "--cert and --key belong together"),
        (f"{SERVE} --cert {{gone}} --key {{key}}", "gone: No such file"),
        (f"{SERVE} --cert {{folder}} --key {{key}}", "Is a directory"),
        (f"{SERVE} --cert {{text}} --key {{key}}", "no certificates in PEM"),
        (f"{SERVE} --cert {{chain}} --key {{text}}", "no private key in PEM"),
        (f"{SERVE} --cert {{chain}} --key {{locked}}", "the key is encrypted"),
        (f"{SERVE} --cert {{chain}} --key {{otherkey}}", "not the key of the first certificate"),
        (f"{SERVE} --cert {{old}} --key {{oldkey}}", "expired on 2026-01-01"),
        (f"{SERVE} --cert {{coming}} --key {{comingkey}}", "not valid before 2090-01-01"),
        (f"{SERVE} --cert {{chain}} --key {{key}} --ca-out {{gone}}", "--ca-out is for the root"),
        (f"{SERVE} --ca-out {{folder}}/no/where", "No such file"),
        (f"{SERVE} --require-client-cert {{text}}", "no certificates in PEM"),
        (f"{SERVE} --suites TLS_NONE", "no cipher suite here is called 'TLS_NONE'"),
        (f"{SERVE} --suites TLS_RSA_WITH_AES_128_CBC_SHA:", "no cipher suite here is called ''"),
        (f"{SERVE} --groups x448", "no group here is called 'x448'"),
        (f"{SERVE} --min 1.1", "a version is 1.2 or 1.3"),
        (f"{SERVE} --min 1.3 --max 1.2", "no version from 1.3 to 1.2"),
        (f"{SERVE} --min 1.3 --suites AES128-SHA", "--suites names none of a version"),
        (f"{SERVE} --max 1.2 --suites TLS_AES_128_GCM_SHA256", "--suites names none of a version"),
        (f"{SERVE} --alpn ,", "a protocol's name has 1 to 255 bytes"),
        (f"{SERVE} --tickets -1", "a number of tickets"),
        (f"{SERVE} --tickets many", "a number of tickets"),
        (f"{SERVE} --keylog {{folder}}", "Is a directory"),
        (f"{SERVE} --www --websocket-echo", "not allowed with"),
        (f"{SERVE} --nonsense", "--nonsense"),
        ("connect", "HOST:PORT"),
        ("connect localhost", "HOST:PORT is wanted"),
        ("connect localhost:0", "HOST:PORT is wanted"),
        ("connect :443", "HOST:PORT is wanted"),
        ("connect ::1:443", "stands in brackets"),
        (f"{CONNECT} --ca {{root}}", "127.0.0.1:1: Connection refused"),
        ("connect no.such.host.invalid:443 --ca {root}", "no.such.host.invalid:443: "),
        (f"{CONNECT} --ca {{gone}}", "gone: No such file"),
        (f"{CONNECT} --ca {{text}}", "no certificates in PEM"),
        (f"{CONNECT} --ca {{root}} --cert {{chain}}", "--cert and --key belong together"),
        (f"{CONNECT} --ca {{root}} --cert {{chain}} --key {{otherkey}}", "not the key of"),
        (f"{CONNECT} --ca {{root}} --servername {{long}}", "no name of a host"),
        (f"{CONNECT} --ca {{root}} --servername a..b", "no name of a host"),
        (f"{CONNECT} --ca {{root}} --keylog {{folder}}/no/where", "No such file"),
        (f"{CONNECT} --ca {{root}} --suites AES128-SHA:AES1", "no cipher suite here"),
        (f"{CONNECT} --ca {{root}} --min 1.3 --max 1.2", "no version from 1.3 to 1.2"),
        ("suites --json more", "more"),
        ("nothing", "nothing"),
    ],
)
def test_one_line_and_exit_code_2(line, words, files, capsys):
    arguments = [part.format(**files, long="a" * 300) for part in line.split()]
    assert words in said(capsys, arguments)


def test_a_path_that_is_none(files, capsys):
    arguments = [*CONNECT.split(), "--ca", files["root"], "--get", "no slash\r\nHost: x"]
    assert "a path like /index.html is wanted" in said(capsys, arguments)


def test_a_port_in_use(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}: Address already in use" in said(
            capsys, ["serve", "--port", str(port)]
        )


def test_what_suites_lists(capsys):
    assert main(["suites"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 23 and sum("taught only" in line for line in lines) == 14
    assert lines[0].split() == ["0x1301", "TLS_AES_128_GCM_SHA256", "TLS", "1.3"]
    assert lines[3].startswith("0xC02B  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_key_log_is_private_and_the_trace_shows_secrets_only_with_it(tmp_path):
    """Both commands as processes, the whole of what a terminal sees."""
    root, log = tmp_path / "root.pem", tmp_path / "keys.log"
    start = [sys.executable, "-m", "tlskit"]
    serve = [*start, "serve", "--port", "0", "--ca-out", str(root), "--trace"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as one:
        threading.Timer(30, one.kill).start()
        port = one.stdout.readline().rpartition(":")[2].strip()
        connect = [*start, "connect", f"localhost:{port}", "--ca", str(root), "--trace"]
        run = {"capture_output": True, "text": True, "timeout": 30}
        bare = subprocess.run(connect, **run)
        logged = subprocess.run([*connect, "--keylog", str(log)], **run)
        one.terminate()
        served = one.stderr.read()
        assert one.wait(10) == 0
    assert bare.returncode == logged.returncode == 0
    for said in (bare.stderr, served):
        assert "ClientHello" in said and "Finished" in said and "CLIENT_RANDOM" not in said
    assert log.read_text().strip() in logged.stderr
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert bare.stdout.startswith("TLS 1.3, TLS_AES_128_GCM_SHA256, x25519")
