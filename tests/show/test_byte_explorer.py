"""The byte explorer: every field of every message, its note, and the first wrong byte."""

import re

import pytest
import runs

from tlskit import show, tls12
from tlskit.cipher_suites import suite_named
from tlskit.lesson import client_settings
from tlskit.show.explorer import Explored, explored, is_within, messages_of

FULL = tls12.FULL


def explore(calls, message, field="", sender="") -> Explored:
    return show.explore(calls, FULL, message=message, field=field, sender=sender)


def picked(view: Explored):
    return view.items[view.picked]


def visible(html: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", "", html, flags=re.DOTALL)


def test_a_field_shows_bytes_value_meaning_reader_and_section():
    view = explore(runs.good().calls, "client_hello", "host_name")
    item = picked(view)
    name = view.data[item.field.start + 2 : item.field.end]
    assert name == b"signal.course.example"
    said = visible(view.html())
    for part in (item.place, "signal.course.example", "RFC 6066 §3", "Read by: the server"):
        assert part in said
        assert part in view.text()


@pytest.mark.parametrize("suite", [runs.ECDHE, runs.RSA, runs.CBC, runs.CHACHA])
def test_the_fields_of_every_message_are_right_and_fill_it(suite):
    for row in messages_of(runs.good(suite).calls, FULL):
        view = explored(row)
        outer = [item.field for item in view.items if not item.depth]
        assert [field.start for field in outer] == [0, *(field.end for field in outer[:-1])]
        assert outer[-1].end == len(row.data)
        assert not [item for item in view.items if item.field.problem]
        assert not [item.path for item in view.items if item.note is None]


def test_paths_are_unique_so_that_each_field_can_be_picked():
    for row in messages_of(runs.good().calls, FULL):
        for at, item in enumerate(explored(row).items):
            assert explored(row, item.path).picked == at


def test_client_key_exchange_is_read_as_the_suite_means_it():
    ecdhe = explore(runs.good().calls, "client_key_exchange", "ecdh_Yc")
    assert "Nothing is encrypted" in ecdhe.text()
    rsa = explore(runs.good(runs.RSA).calls, "client_key_exchange", "encrypted_pre_master_secret")
    assert len(picked(rsa).field.value) == 256
    assert "RFC 5246 §7.4.7.1" in rsa.text()


def test_a_certificate_says_whose_it_is_by_whom_and_until_when():
    view = explore(runs.good().calls, "certificate", "certificate_list[0]")
    meaning = picked(view).field.meaning
    assert "CN=signal.course.example, issued by CN=tlskit course intermediate" in meaning
    assert "2020-01-01 to 2100-01-01" in meaning


def test_the_downgrade_mark_in_a_server_random_is_told():
    marked = runs.with_another_server_random(bytes(24) + b"DOWNGRD\x01")
    plain = explore(runs.good().calls, "server_hello", "random")
    assert "the server knows TLS 1.3" in explore(marked, "server_hello", "random").text()
    assert picked(plain).field.meaning == ""


def test_a_corrupted_step_changes_what_is_shown():
    wrong = explore(runs.with_wrong_verify_data(), "finished", "verify_data", "client")
    right = explore(runs.good().calls, "finished", "verify_data", "client")
    assert picked(wrong).field.value == bytes(12) != picked(right).field.value
    assert "00 00 00 00 00 00 00 00 00 00 00 00" in visible(wrong.html())
    assert wrong.html() != right.html()


def test_what_is_left_over_in_a_message_is_pointed_at():
    view = explore(runs.with_long_server_hello_done(), "server_hello_done")
    item = picked(view)
    assert (item.field.name, item.field.start, item.field.end) == ("left_over", 4, 7)
    assert "Wrong here: 3 bytes left over" in view.text()
    assert "Wrong here: 3 bytes left over" in visible(view.html())


def test_a_broken_message_is_shown_up_to_its_first_wrong_byte():
    hello = messages_of(runs.good().calls, FULL)[0].data
    cut = hello[:1] + (60).to_bytes(3, "big") + hello[4:64]
    view = show.explore_bytes(cut)
    item = picked(view)
    assert item.path == "extensions"
    assert "length 85, but only" in item.field.problem
    assert {"random", "cipher_suites"} <= {one.field.name for one in view.items}
    assert "wavy" in view.html()


def test_of_wrong_fields_in_one_another_the_innermost_is_picked():
    hello = bytearray(messages_of(runs.good().calls, FULL)[0].data)
    at = bytes(hello).index(b"signal") - 2
    hello[at : at + 2] = b"\xff\xff"
    item = picked(show.explore_bytes(bytes(hello)))
    assert item.field.name == "host_name"
    assert item.field.problem.startswith("length 65535")


@pytest.mark.parametrize(
    "data", [b"", b"\x01", b"\x01\x00\x00\x00", b"\x0b\x00\x00\x03\x00\x00\x00"]
)
def test_hardly_any_bytes_are_no_error(data):
    view = show.explore_bytes(data)
    assert view.html() and view.text()


@pytest.mark.parametrize("length", range(0, 126, 7))
def test_every_cut_of_a_hello_has_one_place_that_is_wrong(length):
    view = show.explore_bytes(messages_of(runs.good().calls, FULL)[0].data[:length])
    assert picked(view).field.problem
    assert view.html()


def test_every_byte_is_shown_and_only_the_picked_ones_are_marked():
    view = explore(runs.good().calls, "client_hello", "random")
    page = view.hex_view()
    shown = "".join(re.findall(r"^ *\d+ [ |](.{47})", re.sub("<[^>]+>", "", page), re.MULTILINE))
    assert bytes.fromhex(re.sub(r"[^0-9a-f]", "", shown)) == view.data
    spans = re.findall(r'<span style="[^"]*bold[^"]*">([^<]*)</span>', page)
    hexes = [text for text in spans if re.fullmatch(r"[0-9a-f]{2}([ |][0-9a-f]{2})*", text)]
    assert bytes.fromhex("".join(hexes).replace(" ", "")) == picked(view).field.value
    assert 'aria-label="bytes 6 to 37 are marked' in page


def test_a_bar_stands_between_fields_so_that_colour_is_not_needed():
    page = re.sub("<[^>]+>", "", explore(runs.good().calls, "client_hello").hex_view())
    assert "01|00 00 80|03 03|da" in page


def test_a_long_message_is_shown_around_the_picked_field():
    view = explore(runs.good().calls, "certificate", "certificate_list[1]")
    page = view.hex_view()
    assert "bytes before" in page and "more bytes" in page
    assert page.count("\n") < 20


def test_the_record_around_a_plain_message_is_told():
    view = explore(runs.good().calls, "client_hello")
    assert [(part.name, part.size) for part in view.record] == [
        ("type", 1),
        ("version", 2),
        ("length", 2),
        ("fragment", 132),
    ]
    assert "5 bytes of header, 137 bytes on the wire" in visible(view.html())


@pytest.mark.parametrize(
    ("suite", "parts"),
    [
        (runs.ECDHE, {"nonce_explicit": 8, "ciphertext": 16, "tag": 16}),
        (runs.CHACHA, {"ciphertext": 16, "tag": 16}),
        (runs.CBC, {"IV": 16, "block_ciphered": 32, "MAC": 20}),
    ],
)
def test_a_protected_message_shows_its_plaintext_and_what_went_over_the_wire(suite, parts):
    view = explore(runs.good(suite).calls, "finished", sender="client")
    assert len(view.data) == 4 + 12
    assert {part.name: part.size for part in view.record[3:]} == parts
    header = {part.name: part.value for part in view.record[:3]}
    assert header["type"] == "16 handshake"
    assert header["version"] == "0303 TLS_1_2"
    assert "before protection" in view.text()


def test_a_cbc_record_without_encrypt_then_mac_has_its_mac_inside():
    told = client_settings(suites=(suite_named(runs.CBC),), encrypt_then_mac=False)
    calls = runs.calls_of(tls12.client(), tls12.server(), told)
    parts = explore(calls, "finished", sender="client").record[3:]
    assert {part.name: part.size for part in parts} == {"IV": 16, "block_ciphered": 48}


def test_the_tag_is_the_end_of_what_protect_returned():
    calls = runs.good().calls
    sealed = next(call.result for call in calls if call.name == "protect")
    view = explore(calls, "finished", sender="client")
    assert view.record[-1].value == sealed[-16:].hex(" ")
    assert view.record[3].value == sealed[:8].hex(" ")


def test_what_is_no_handshake_message_has_fields_too():
    change = explore(runs.good().calls, "change_cipher_spec", "type")
    assert picked(change).field.value == 1
    alert = explore(runs.with_wrong_verify_data(), "alert", "description")
    assert picked(alert).field.meaning == "decrypt_error"
    data = explore(runs.good().calls, "application_data")
    assert data.record[0].value == "17 application_data"


def test_a_foreign_peers_message_can_be_read_but_promises_no_size():
    view = explore(runs.with_openssl(), "server_hello", "cipher_suite")
    assert picked(view).field.meaning.startswith("TLS_ECDHE_")
    assert "record on the wire" not in view.text()
    assert view.title == "ServerHello, sent by the server"


def test_names_from_a_peer_stay_text():
    calls = runs.with_script()
    for message, field in (("client_hello", "host_name"), ("client_hello", "protocol_name_list")):
        html = explore(calls, message, field).html()
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    element = explore(calls, "client_hello", "protocol_name_list").items
    names = [item.path for item in element if "protocol_name_list[0]" in item.path]
    assert "<script" not in explore(calls, "client_hello", names[0]).html()


def test_a_message_or_field_that_is_not_there_is_named_with_what_is():
    with pytest.raises(ValueError, match="no message 'certificate_verify'; it has client_hello"):
        explore(runs.good().calls, "certificate_verify")
    with pytest.raises(ValueError, match="no field 'randon'; it has msg_type"):
        explore(runs.good().calls, "client_hello", "randon")


def test_the_same_calls_give_the_same_bytes():
    views = [explore(runs.anew().calls, "server_key_exchange", "signature") for _ in range(2)]
    assert views[0]._repr_mimebundle_() == views[1]._repr_mimebundle_()
    assert set(views[0]._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_a_path_lies_within_itself_and_its_parents_only():
    assert is_within("extensions[1].extension_data", "extensions")
    assert is_within("extensions[1].extension_data", "extensions[1]")
    assert not is_within("extensions[10]", "extensions[1]")


# ------------------------------------------------------------ the widget


def test_the_widget_follows_its_two_lists():
    widget = show.byte_explorer(runs.good().calls, FULL)
    assert 'class="tlskit tlskit-explorer"' in widget.view.value
    titles = [name for name, _ in widget.message.options]
    widget.message.value = next(at for at, name in enumerate(titles) if "Certificate" in name)
    assert "Certificate, sent by the server" in widget.view.value
    paths = [name.strip() for name, _ in widget.field.options]
    widget.field.value = paths.index("certificate_list[0]")
    assert "▶ certificate_list[0]: bytes 7.." in visible(widget.view.value)


def test_the_widgets_lists_have_names_for_who_does_not_see_them():
    widget = show.byte_explorer(runs.good().calls, FULL)
    assert (widget.message.description, widget.field.description) == ("Message", "Field")


def test_a_pick_changes_the_view_once():
    widget = show.byte_explorer(runs.good().calls, FULL)
    views: list[str] = []
    widget.view.observe(lambda change: views.append(change["new"]), names="value")
    widget.message.value = 2
    widget.field.value = 1
    assert len(views) == 2


def test_another_run_is_shown_at_the_same_message():
    widget = show.byte_explorer(runs.good().calls, FULL)
    titles = [name for name, _ in widget.message.options]
    widget.message.value = next(at for at, name in enumerate(titles) if "ClientKey" in name)
    widget.follow(runs.good(runs.RSA).calls, FULL)
    assert "ClientKeyExchange" in widget.message.label
    assert "encrypted_pre_master_secret" in widget.view.value


def test_an_error_in_the_widget_is_shown_in_the_page(monkeypatch):
    widget = show.byte_explorer(runs.good().calls, FULL)

    def broken(row):
        raise RuntimeError("a <b>bad</b> day")

    monkeypatch.setattr("tlskit.show.explorer_widget.explored", broken)
    widget.message.value = 1
    assert "tlskit-error" in widget.view.value
    assert 'role="alert"' in widget.view.value
    assert "a &lt;b&gt;bad&lt;/b&gt; day" in widget.view.value
