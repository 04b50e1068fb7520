"""Every rule that a peer of TLS 1.3 may break, and the alert that it gets (RFC 9846)."""

import pytest
from ways_of_clients import WAYS_OF_CLIENTS
from ways_of_servers import WAYS_OF_SERVERS
from wrong_ends import CLIENT, SERVER, alert_of, meeting


@pytest.mark.parametrize("way", WAYS_OF_CLIENTS, ids=lambda way: way.name)
def test_what_a_client_does_wrong(way):
    met = meeting(SERVER, way.formulae, way.steps, wrong=way.wrong, judge=way.judge)
    assert alert_of(*met) == way.alert, met[0].failure


@pytest.mark.parametrize("way", WAYS_OF_SERVERS, ids=lambda way: way.name)
def test_what_a_server_does_wrong(way):
    met = meeting(CLIENT, way.formulae, way.steps, wrong=way.wrong, judge=way.judge)
    assert alert_of(*met) == way.alert, met[0].failure
