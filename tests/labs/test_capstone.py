"""The capstone: the reader's formulae before OpenSSL, in ten handshakes, and over a socket."""

from dataclasses import fields

import pytest

from tlskit import tls12
from tlskit.labs import capstone

OURS = {name: getattr(tls12.FORMULAE, name) for name, _ in capstone.FORMULAE}


def test_its_formulae_are_formulae_of_the_table():
    assert set(OURS) <= {one.name for one in fields(tls12.FORMULAE)}


@pytest.fixture(scope="module")
def results():
    return capstone.trials({name: lambda *args, one=one: one(*args) for name, one in OURS.items()})


def test_right_ones_get_through_and_each_is_called_somewhere(results):
    assert [one.outcome for one in results] == ["done"] * 10
    assert capstone.coverage(OURS, results) == "each was called"
    assert {row[0] for row in capstone.summary(results)} == {"client", "server"}


def test_what_nobody_called_is_said(results):
    assert capstone.coverage({}, results) == "none of yours yet"
    only_rsa = [one for one in results if "_RSA_WITH_AES_256_GCM" in one.suite]
    said = capstone.coverage({"server_ecdh_params_to_sign": print}, only_rsa[-2:])
    assert said == "never called: server_ecdh_params_to_sign"


def test_wrong_ones_fail_where_they_are_used_and_nowhere_else():
    def swapped(prf, secret, client, server):
        return tls12.FORMULAE.master_secret(prf, secret, server, client)

    outcomes = {
        (one.extended_master_secret, one.role): one.outcome
        for one in capstone.trials({"master_secret": swapped})
    }
    assert outcomes == {
        (True, "client"): "done",
        (True, "server"): "done",
        (False, "client"): "OpenSSL sent bad_record_mac",
        (False, "server"): "our server sent bad_record_mac",
    }


def test_one_that_returns_nothing_is_named():
    one = capstone.trial({"verify_data": lambda *args: None}, *capstone.CASES[0], "client")
    assert one.outcome.endswith("returned None (is a `return` missing?)")


def test_an_error_that_is_no_alert_is_named_by_its_kind():
    one = capstone.trial({"partition": lambda *args: {}}, *capstone.CASES[0], "client")
    assert one.outcome == "KeyError: 'client_write_MAC_key'"


def test_what_a_role_never_calls():
    assert capstone.never_called("client") == "decrypt_pre_master_secret"
    assert capstone.never_called("server") == ""


def test_a_page_comes_over_a_socket():
    assert capstone.page_fetched(OURS, b"hello\n") == b"hello\n"


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="the formulae here are prf, "):
        capstone.formulae({"prf_sha256": print})
