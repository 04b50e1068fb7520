"""The ladder tells what was in the calls: who, what, how large, what went wrong."""

import base64
import re
from xml.etree import ElementTree

import pytest
import runs

from tlskit import show, tls12
from tlskit.cipher_suites import SUITES, suite_named
from tlskit.ladder_rows import ladder_rows
from tlskit.lesson import ANSWER, REQUEST, Choice, run
from tlskit.show.ladder_drawing import WORDS, wrapped

SVG = "{http://www.w3.org/2000/svg}"
NINE = [1, 2, 3, 0, 4, 5, 6, 7, 8, 7, 8, 9, 9]


def drawn(calls) -> ElementTree.Element:
    return ElementTree.fromstring(show.ladder_svg(ladder_rows(calls, tls12.FULL)))


def words(element: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def bundle(calls) -> dict[str, str]:
    return show.ladder(calls, tls12.FULL)._repr_mimebundle_()


def test_the_steps_of_an_ecdhe_run_are_numbered_as_write_ups_do():
    rows = ladder_rows(runs.good().calls, tls12.FULL)
    assert [row.number for row in rows] == NINE
    said = words(drawn(runs.good().calls))
    assert [int(word) for word in said if word.isdigit()] == [n for n in NINE if n]
    assert sum("not in the nine" in word for word in said) == 1


ABBREVIATED_STEPS = [
    (1, "client_hello", "client"),
    (2, "server_hello", "server"),
    (6, "generate_keys", "both"),
    (7, "change_cipher_spec", "server"),
    (8, "finished", "server"),
    (7, "change_cipher_spec", "client"),
    (8, "finished", "client"),
]


@pytest.mark.parametrize("how", ["by session ID", "by ticket"])
def test_an_abbreviated_handshake_has_fewer_rows_and_the_servers_finished_first(how):
    resumed = run(Choice(suite_named(runs.ECDHE), resumption=how))
    rows = ladder_rows(resumed.calls, resumed.order)
    assert [(row.number, row.message, row.sender) for row in rows] == ABBREVIATED_STEPS
    shown = show.ladder(resumed.calls, resumed.order)
    picture = ElementTree.fromstring(show.ladder_svg(shown.rows))
    heads = [float(one.get("points").split(",")[0]) for one in picture.iter(f"{SVG}polygon")]
    assert [head > 300 for head in heads] == [True, False, False, False, True, True]
    assert "key block 40 bytes, from the session's master secret" in words(picture)
    text = shown._repr_mimebundle_()["text/plain"]
    assert "not in the nine" not in text
    server, client = "<===== Finished =====", "===== Finished =====>"
    assert 0 < text.index(server) < text.index(client)


def test_what_write_ups_leave_out_is_marked_in_drawing_text_and_table():
    choice = Choice(suite_named(runs.ECDHE), resumption="by ticket", client_certificate="shown")
    first = run(choice, REQUEST, ANSWER).before
    rows = ladder_rows(first, tls12.FULL)
    beyond = [(row.title, row.sender) for row in rows if row.beyond_nine]
    assert beyond == [
        ("ServerKeyExchange", "server"),
        ("CertificateRequest", "server"),
        ("Certificate", "client"),
        ("CertificateVerify", "client"),
        ("NewSessionTicket", "server"),
    ]
    said = bundle(first)
    assert sum("not in the nine" in word for word in words(drawn(first))) == len(beyond)
    assert said["text/plain"].count("not in the nine") == len(beyond)
    assert said["text/html"].count("<td>not in the nine</td>") == len(beyond)


def test_an_rsa_run_lacks_server_key_exchange_and_encrypts_the_secret():
    rsa, ecdhe = (" ".join(words(drawn(runs.good(one).calls))) for one in (runs.RSA, runs.ECDHE))
    assert "ServerKeyExchange" in ecdhe
    assert "a public key; nothing is encrypted" in ecdhe
    assert "ServerKeyExchange" not in rsa
    assert "encrypted with the certificate's key" in rsa


def test_details_are_read_from_the_bytes():
    said = " ".join(words(drawn(runs.good().calls)))
    for fact in (
        "asks for signal.course.example",
        runs.ECDHE,
        "2 certificates, CN=signal.course.example, RSA key",
        "x25519 public key, signed with rsa_pkcs1_sha256",
        "key block 40 bytes",
        "GET /room/42 HTTP/1.1",
    ):
        assert fact in said


def test_the_same_calls_give_the_same_bytes():
    first, second = (bundle(runs.anew().calls) for _ in range(2))
    assert first == second


def test_protected_messages_have_two_lines_and_the_word():
    picture = drawn(runs.good().calls)
    arrows = [
        line for line in picture.iter(f"{SVG}line") if "var(--tk-line)" not in line.attrib.values()
    ]
    rows = ladder_rows(runs.good().calls, tls12.FULL)
    protected = [row for row in rows if row.protected]
    assert len(protected) == 4
    messages = [row for row in rows if row.sender != "both"]
    assert len(arrows) == len(messages) + len(protected)
    assert sum("protected: " in word for word in words(picture)) == len(protected)


def test_key_generation_is_a_box_on_each_line_of_life():
    picture = drawn(runs.good().calls)
    boxes = [box for box in picture.iter(f"{SVG}rect") if box.get("stroke")]
    assert {box.get("stroke") for box in boxes} == {"var(--tk-client)", "var(--tk-server)"}


def test_a_refused_message_has_a_cross_and_the_reason():
    calls = runs.with_wrong_verify_data()
    picture = drawn(calls)
    assert len(list(picture.iter(f"{SVG}path"))) == 1
    assert not list(drawn(runs.good().calls).iter(f"{SVG}path"))
    said = " ".join(words(picture))
    assert "refused by server: decrypt_error" in said
    assert "alert: fatal decrypt_error" in said
    assert "refused by server: decrypt_error" in bundle(calls)["text/plain"]


def test_a_step_that_raises_went_wrong_at_its_own_side():
    def mine(state):
        raise NotImplementedError

    calls = runs.with_step("send_certificate", mine)
    text = bundle(calls)["text/plain"]
    assert "went wrong at server: mine is not written yet" in text
    assert "0 bytes" in text.partition(" Certificate ")[2].splitlines()[0]


def test_every_arrow_stays_in_the_picture_when_reasons_are_long():
    picture = drawn(runs.with_long_server_hello_done())
    height = int(picture.get("height", 0))
    assert max(float(text.get("y", 0)) for text in picture.iter(f"{SVG}text")) < height
    assert max(len(word) for word in words(picture)) <= 64


def test_what_is_beside_the_arrows_fits_also_in_capitals():
    longest = max((suite.name for suite in SUITES), key=len)
    resumed = run(Choice(suite_named(longest), resumption="by ticket"))
    said = words(drawn(resumed.calls))
    assert longest in " ".join(said)
    capitals = [(len(word), sum(map(str.isupper, word))) for word in said]
    assert all(size + upper / 4 <= WORDS for size, upper in capitals)
    assert wrapped("A" * 58) == ["A" * 46, "A" * 12]
    assert wrapped("a" * 58) == ["a" * 58] and wrapped("") == []


def test_of_a_foreign_peer_no_size_is_shown():
    rows = {row.message: row for row in ladder_rows(runs.with_openssl(), tls12.FULL)}
    text = bundle(runs.with_openssl())["text/plain"]
    lines = [line for line in text.splitlines() if "<" in line]
    assert {"ServerHello", "Certificate", "ServerKeyExchange"} <= {
        word for line in lines for word in line.split()
    }
    assert not [line for line in lines if re.search(r"\d+ (bytes|on the wire)", line)]
    assert "not in the nine" in text
    assert not rows["certificate"].own


def test_names_from_a_peer_stay_text():
    made = bundle(runs.with_script())["text/html"]
    assert "<script" not in made
    assert "&lt;script&gt;" in made
    assert runs.SCRIPT in " ".join(words(drawn(runs.with_script())))


def test_the_page_has_picture_words_and_table():
    made = bundle(runs.good().calls)
    html = made["text/html"]
    assert 'class="tlskit tlskit-ladder"' in html
    alt = re.search(r'alt="([^"]+)"', html)
    assert alt and "8: client sends Finished, protected" in alt[1]
    picture = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    assert ElementTree.fromstring(picture).get("role") == "img"
    assert html.count("<tr>") == 1 + len(NINE)
    assert '<th scope="col">message</th>' in html
    assert "ServerKeyExchange" in made["text/plain"]


@pytest.mark.parametrize("suite", [runs.RSA, runs.CBC, runs.CHACHA])
def test_every_suite_is_drawn(suite):
    picture = drawn(runs.good(suite).calls)
    assert suite in " ".join(words(picture))


def test_a_run_of_one_message_and_a_run_of_none_are_drawn():
    calls = runs.good().calls
    assert "ClientHello" in words(drawn(calls[:1]))
    assert words(drawn([])) == ["client", "server"]
    for text in bundle([]).values():
        assert "no ladder yet" in text and "<img" not in text


def test_the_mark_of_today_holds_all_lines_of_its_row():
    again = run(Choice(suite_named(runs.ECDHE), resumption="by session ID"), REQUEST, ANSWER)
    rows = ladder_rows(again.calls, again.order, ("server_hello", "finished"))
    picture = ElementTree.fromstring(show.ladder_svg(rows))
    bands = [box for box in picture.iter(f"{SVG}rect") if box.get("stroke") == "#8a6d00"]
    heights = [float(band.get("height")) for band in bands]
    assert len(bands) == 3 and heights[0] > heights[1] == heights[2]
    (last,) = (text for text in picture.iter(f"{SVG}text") if text.text == "goes on")
    assert float(last.get("y")) < float(bands[0].get("y")) + heights[0]
