"""Each way to fail ends in the alert that it should, and docs/alerts.md says what is so."""

import ssl

import alerts_table
import pytest
import ways
from all_ways import THEMES

EVERY = [
    pytest.param(way, id=f"{theme}: {way.name}") for theme, some in THEMES.items() for way in some
]
ALERTS = {one.name for one in ways.AlertDescription}
OTHERWISE = {ways.GOES_ON, ways.FULL_HANDSHAKE, "warning no_renegotiation"}


@pytest.mark.parametrize("way", EVERY)
def test_we_send_the_alert_of_the_rfc_or_the_one_that_we_chose(way):
    assert ways.ours(way) == way.expected


@pytest.mark.parametrize("way", EVERY)
def test_a_way_is_told_whole(way):
    assert way.expected in ALERTS | OTHERWISE
    assert bool(way.alert) != bool(way.chosen and way.why)
    assert way.finder in (ways.CLIENT, ways.SERVER)
    assert way.reference.startswith("RFC ")
    assert (
        way.formulae
        or way.steps
        or way.shows
        or way.wire
        or way.after
        or way.settings
        or (way.judge or way.bends or way.first)
    )


def test_no_two_ways_of_a_theme_have_one_name():
    for some in THEMES.values():
        names = [way.name for way in some]
        assert sorted(set(names)) == sorted(names)


@pytest.fixture(scope="module")
def now():
    return alerts_table.table(alerts_table.tried())


def test_the_table_is_up_to_date(now):
    there = alerts_table.TABLE.read_text(encoding="utf-8")
    advice = "run `.venv-dev/bin/python tools/alerts_table.py`:\n"
    bare = alerts_table.without_openssl
    found = alerts_table.differences(bare(there), bare(now))
    assert not found, advice + found
    found = alerts_table.differences(there, now)
    if alerts_table.version_of(there) == ssl.OPENSSL_VERSION:
        assert not found, advice + found
    else:
        print(found)


def test_what_depends_on_openssl_is_left_out_of_a_comparison_with_another_one(now):
    other = now.replace(ssl.OPENSSL_VERSION, "OpenSSL 9.9.9").replace("**`", "**`not_")
    bare = alerts_table.without_openssl
    assert alerts_table.version_of(other) == "OpenSSL 9.9.9"
    assert other != now and bare(other) == bare(now)
    ours = now.replace("| `bad_record_mac` | ", "| `bad_record_mac_` | ")
    assert ours != now and bare(ours) != bare(now)


def test_check_tells_a_stale_table(tmp_path, monkeypatch, capsys):
    stale = tmp_path / "alerts.md"
    monkeypatch.setattr(alerts_table, "TABLE", stale)
    assert alerts_table.main(["--check"]) == 1
    assert alerts_table.main([]) == 0 and alerts_table.main(["--check"]) == 0
    text = stale.read_text(encoding="utf-8")
    stale.write_text(text.replace("| server | ", "| client | ", 1), encoding="utf-8")
    capsys.readouterr()
    assert alerts_table.main(["--check"]) == 1
    assert "| client | " in capsys.readouterr().out
    assert alerts_table.main(["--wrong"]) == 2


def test_check_only_prints_what_another_openssl_does(tmp_path, monkeypatch, capsys, now):
    elsewhere = tmp_path / "alerts.md"
    monkeypatch.setattr(alerts_table, "TABLE", elsewhere)
    monkeypatch.setattr(alerts_table, "tried", lambda: {})
    monkeypatch.setattr(alerts_table, "table", lambda rows: now)
    there = now.replace("**none, it goes on**", "**`decode_error`**")
    elsewhere.write_text(there, encoding="utf-8")
    assert alerts_table.main(["--check"]) == 1
    elsewhere.write_text(there.replace(ssl.OPENSSL_VERSION, "OpenSSL 9.9.9"), encoding="utf-8")
    capsys.readouterr()
    assert alerts_table.main(["--check"]) == 0
    assert "**`decode_error`**" in capsys.readouterr().out
