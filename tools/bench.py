"""Measure tlskit beside the bare library, OpenSSL and tlslite-ng; print ratios and their aims.

usage: course.py bench [handshakes|resumption|records|tls13|import|pick|grade|serve ...]
       [--rounds N] [--json FILE]
"""

import argparse
import json
import platform
import ssl
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bench_import
from bench_measure import measure, report

Rows = list[dict[str, Any]]
EXCHANGES = {
    "RSA": "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE_RSA": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE_ECDSA": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
}
PROTECTIONS = {
    "AES-128-GCM": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "ChaCha20-Poly1305": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "AES-128-CBC with HMAC-SHA1": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
}
RECORD_AIMS = {16384: 1.7, 64: 3.0}


def handshakes(rounds: int) -> Rows:
    """Measure whole handshakes, both roles, in memory."""
    import bench_floor
    import bench_peers
    import bench_tlskit

    from tlskit import pki
    from tlskit.cipher_suites import suite_named

    rows: Rows = []
    for exchange, name in EXCHANGES.items():
        suite = suite_named(name)
        credential = pki.credential("ecdsa" if suite.authentication == "ecdsa" else "rsa")
        ours = bench_tlskit.handshake(suite, traced=False)
        # up to ClientKeyExchange: without the two Finished
        messages = ours()[0].state.handshake_messages[:-2]
        timings = measure(
            {
                "floor: bare pyca calls": bench_floor.handshake(exchange, credential, messages),
                "tlskit": ours,
                "tlskit with the trace": bench_tlskit.handshake(suite, traced=True),
                "ssl (OpenSSL), contexts reused": bench_peers.ssl_handshake(
                    suite.openssl_name, credential
                ),
                "tlslite-ng, chain not verified": bench_peers.tlslite_handshake(
                    exchange, credential
                ),
            },
            rounds,
            {"tlskit": 1.6, "tlskit with the trace": 2.0},
        )
        rows += report(f"handshake, {exchange}", timings)
        ours_, ssl_ = timings[1], timings[3]
        best, middle = ours_.to(ssl_)
        kept = "" if best <= 1 else ", missed"
        print(f"tlskit to ssl: {best:.2f} of best, {middle:.2f} of medians   aim 1{kept}")
    return rows


def resumption(rounds: int) -> Rows:
    """Measure abbreviated handshakes against full ones, ours and OpenSSL's."""
    import bench_peers
    import bench_tlskit

    from tlskit import pki
    from tlskit.cipher_suites import suite_named

    rows: Rows = []
    for exchange, name in EXCHANGES.items():
        suite = suite_named(name)
        credential = pki.credential("ecdsa" if suite.authentication == "ecdsa" else "rsa")
        openssl = suite.openssl_name, credential
        timings = measure(
            {
                "tlskit, full": bench_tlskit.handshake(suite, traced=False),
                "tlskit, by session ID": bench_tlskit.resumed(suite, by_ticket=False),
                "tlskit, by ticket": bench_tlskit.resumed(suite, by_ticket=True),
                "ssl (OpenSSL), full": bench_peers.ssl_handshake(*openssl),
                "ssl (OpenSSL), by session ID": bench_peers.ssl_resumed(*openssl, by_ticket=False),
                "ssl (OpenSSL), by ticket": bench_peers.ssl_resumed(*openssl, by_ticket=True),
            },
            rounds,
        )
        rows += report(f"resumption, {exchange}", timings)
        full, by_id, by_ticket = timings[3:]
        print(
            f"ssl to its own full handshake: {by_id.to(full)[0]:.2f} by session ID, "
            f"{by_ticket.to(full)[0]:.2f} by ticket; tlskit to ssl: "
            f"{timings[1].to(by_id)[0]:.2f} by session ID, {timings[2].to(by_ticket)[0]:.2f} by "
            "ticket (of best)"
        )
    return rows


def records(rounds: int) -> Rows:
    """Measure one direction of records: seal and open."""
    import bench_floor
    import bench_peers
    import bench_tlskit
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

    from tlskit import pki
    from tlskit.cipher_suites import suite_named

    rows: Rows = []
    for size, aim in RECORD_AIMS.items():
        bare: dict[str, Callable[[], object]] = {
            "AES-128-GCM": bench_floor.aead(AESGCM, 16, size),
            "ChaCha20-Poly1305": bench_floor.aead(ChaCha20Poly1305, 32, size),
            "AES-128-CBC with HMAC-SHA1": bench_floor.cbc(size),
        }
        for protection, name in PROTECTIONS.items():
            suite = suite_named(name)
            credential = pki.credential("ecdsa" if suite.authentication == "ecdsa" else "rsa")
            pair = bench_peers.ssl_handshake(suite.openssl_name, credential)()
            content = bytes(size)
            timings = measure(
                {
                    "bare pyca calls": bare[protection],
                    "tlskit, protect and unprotect": bench_tlskit.record(suite, size),
                    "tlskit, Connection to Connection": bench_tlskit.carry(suite, size),
                    "ssl (OpenSSL)": lambda pair=pair, content=content: pair.carry(content),
                },
                rounds,
                {"tlskit, protect and unprotect": aim},
            )
            rows += report(f"{size} bytes, {protection}", timings)
    return rows


def tls13(rounds: int) -> Rows:
    """Measure TLS 1.3: whole handshakes, both roles, in memory, and records."""
    import bench_floor
    import bench_tls13
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    rows: Rows = []
    aims = {"tlskit": 1.7, "tlskit with the trace": 2.2}
    for name in (*bench_tls13.CASES, "PSK"):
        timings = measure(bench_tls13.contestants(name), rounds, aims)
        rows += report(f"TLS 1.3 handshake, {name}", timings)
        if len(timings) > 3:
            best, middle = timings[1].to(timings[3])
            kept = "" if best <= 1 else ", missed"
            print(f"tlskit to ssl: {best:.2f} of best, {middle:.2f} of medians   aim 1{kept}")
    for size, aim in RECORD_AIMS.items():
        records_: dict[str, Callable[[], object]] = {
            "bare pyca calls": bench_floor.aead(AESGCM, 16, size),
            "tlskit, protect and unprotect": bench_tls13.record(size),
            "tlskit, Connection to Connection": bench_tls13.carry(size),
        }
        timings = measure(records_, rounds, {"tlskit, protect and unprotect": aim})
        rows += report(f"TLS 1.3, {size} bytes, AES-128-GCM", timings)
    return rows


def imports(rounds: int) -> Rows:
    """Measure `import tlskit` in fresh processes."""
    return report("import, fresh process", bench_import.measured(rounds), "ms")


def pick(rounds: int) -> Rows:
    """Measure a pick in the first notebook."""
    import bench_pick

    return bench_pick.report(2 * rounds)


def grade(rounds: int) -> Rows:
    """Measure the grading of a class, some rounds only: one takes half a minute."""
    import bench_grade

    return bench_grade.measured(max(2, rounds // 10))


def serve(rounds: int) -> Rows:
    """Measure serving over loopback, some rounds only: each has three servers in turn."""
    import bench_serve

    return bench_serve.measured(max(2, rounds // 4))


SECTIONS = {
    "handshakes": handshakes,
    "resumption": resumption,
    "records": records,
    "tls13": tls13,
    "import": imports,
    "pick": pick,
    "grade": grade,
    "serve": serve,
}


def main(arguments: list[str]) -> int:
    """Measure what was asked for, or everything; return the exit code."""
    parser = argparse.ArgumentParser(prog="course.py bench", description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, default=25, help="rounds a table (25)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, too")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    if asked.json and not asked.json.absolute().parent.is_dir():
        parser.error(f"--json: there is no folder {asked.json.absolute().parent}")
    if asked.rounds < 2:
        parser.error("--rounds must be 2 or more: one round says nothing about noise")
    print(
        f"Python {platform.python_version()} with {ssl.OPENSSL_VERSION}, "
        f"cryptography {version('cryptography')}; aims are for the ratio of the best rounds"
    )
    rows: Rows = []
    try:
        for name in asked.sections or SECTIONS:
            rows += SECTIONS[name](asked.rounds)
        if asked.json:
            asked.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    except ModuleNotFoundError as missing:
        parser.error(f"{missing.name} is not installed here; `python3 course.py bench` has it")
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
