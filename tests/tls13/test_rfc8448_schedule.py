"""Every derivation of RFC 8448, recomputed by our formulae from the inputs that stand there."""

import json
import re
from pathlib import Path

import pytest

from tlskit.cipher_suites import TLS_1_3_BY_CODE
from tlskit.tls13 import key_schedule
from tlskit.tls13.record_protection import record_keys

VECTORS = Path(__file__).parents[1] / "vectors"
HKDF = key_schedule.Hkdf("sha256")
SUITE = TLS_1_3_BY_CODE[0x1301]


def steps():
    first = json.loads((VECTORS / "rfc8448_3_simple_1rtt.json").read_text())
    rest = json.loads((VECTORS / "rfc8448_4_to_7.json").read_text())
    for section in (first, *rest["sections"]):
        for step in section["steps"]:
            fields = {one["name"]: bytes.fromhex(one["hex"]) for one in step["fields"]}
            if fields:
                name = f"{section['section']}-{step['n']}-{step['side']}"
                yield pytest.param(step["action"], fields, id=name)


def of_kind(beginning: str) -> list:
    return [one for one in steps() if one.values[0].startswith(beginning)]


@pytest.mark.parametrize("action, given", of_kind("derive secret"))
def test_derive_secret(action, given):
    label = re.search(r'"tls13 (.*)"', action)[1].encode()
    assert key_schedule.derive_secret(HKDF, given["PRK"], label, given["hash"]) == given["expanded"]
    assert key_schedule.hkdf_label(label, given["hash"], 32) == given["info"]


@pytest.mark.parametrize("action, given", of_kind("extract secret"))
def test_hkdf_extract(action, given):
    assert key_schedule.hkdf_extract("sha256", given["salt"], given["IKM"]) == given["secret"]


@pytest.mark.parametrize("action, given", of_kind("calculate finished"))
def test_finished(action, given):
    key = key_schedule.finished_key(HKDF, given["PRK"])
    assert key == given["expanded"]


@pytest.mark.parametrize("action, given", of_kind("calculate PSK binder"))
def test_binder(action, given):
    hashed = key_schedule.transcript_hash("sha256", (given["ClientHello prefix"],))
    assert hashed == given["binder hash"]
    key = key_schedule.finished_key(HKDF, given["PRK"])
    assert key == given["expanded"]
    assert key_schedule.verify_data(HKDF, key, hashed) == given["finished"]


@pytest.mark.parametrize("action, given", of_kind("derive write traffic keys"))
def test_traffic_keys(action, given):
    keys = record_keys(SUITE, given["PRK"])
    assert (keys.key, keys.iv) == (given["key expanded"], given["iv expanded"])


def test_that_there_were_any():
    assert len(list(steps())) > 150
