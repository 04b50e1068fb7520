"""Two people, one handshake: flights as text, damaged texts, the one in the middle, both roles."""

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlskit.checks.report import Verdict
from tlskit.faulty_pki import faulty
from tlskit.order import Role
from tlskit.pairs import Flight, PasteError, Person, Practice, read_flight


def handed(one, other):
    return other.take(str(one.flight()))


def pair(**settings):
    return Person("client", "blue", **settings), Person("server", "green")


def shaken():
    client, server = pair()
    reports = [
        handed(client, server),
        handed(server, client),
        handed(client, server),
        handed(server, client),
    ]
    assert {report.verdict for report in reports} == {Verdict.TAKEN}
    return client, server


# ---------------------------------------------------------------- flights as text


@given(st.integers(1, 99), st.sampled_from(["client", "server"]), st.binary(min_size=1))
def test_a_flight_survives_as_text(number, sender, data):
    flight = Flight(number, Role(sender), data)
    assert read_flight(str(flight)) == flight
    quoted = "hello!\r\n> " + str(flight).replace("\n", "  \r\n> ") + "\r\n-- sent by mail"
    assert read_flight(quoted) == flight


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: "", "there is no whole flight"),
        (lambda text: text[:-5], "there is no whole flight"),
        (lambda text: text.replace("\nend", "!\nend"), "some of it is not base64"),
        (lambda text: "\n".join(text.split("\n")[:1] + text.split("\n")[2:]), "lines are missing"),
        (lambda text: text.replace("FgMB", "FgMC"), "its check does not fit"),
        (lambda text: text.replace("from client", "from clients"), "there is no whole flight"),
    ],
)
def test_a_damaged_text_is_named_and_nothing_is_lost(damage, said):
    client, server = pair()
    text = str(client.flight())
    with pytest.raises(PasteError, match=said):
        read_flight(damage(text))
    report = server.take(damage(text))
    assert report.verdict is Verdict.REFUSED and said in report.findings[0]
    assert server.take(text).verdict is Verdict.TAKEN


# ---------------------------------------------------------------- the conversation


def test_four_flights_make_a_handshake_and_equal_codes():
    client, server = shaken()
    assert client.done and server.done
    assert client.code() == server.code() and len(client.code()) == 7
    client.say("wss, please")
    assert handed(client, server).findings == ("You read: application data.",)
    assert server.heard() == "wss, please"


def test_other_words_other_bytes_and_the_same_words_the_same():
    flights = [str(Person("client", words).flight()) for words in ("blue", "blue", "red")]
    assert flights[0] == flights[1] != flights[2]


def test_a_flight_stays_due_until_an_answer_came_and_is_taken_once():
    client, server = pair()
    assert client.flight() is client.flight()
    text = str(client.flight())
    server.take(text)
    assert "already" in server.take(text).findings[0]
    assert server.flight().number == 1


def test_who_pastes_the_wrong_flight_is_told_which():
    client, fresh = shaken()[0], Person("server", "late")
    client.say("second flight and third")
    assert "you are the client" in client.take(str(client.flight())).findings[0]
    assert "the client's flight 3, 1 is due" in fresh.take(str(client.flight())).findings[0]
    assert "it is the client's turn" in fresh.flight().findings[0]
    assert fresh.take(...).verdict is Verdict.NOTHING


def test_both_may_speak_at_once():
    client, server = shaken()
    client.say("one")
    server.say("two")
    crossing = str(client.flight()), str(server.flight())
    assert client.take(crossing[1]).verdict is server.take(crossing[0]).verdict is Verdict.TAKEN
    assert (client.heard(), server.heard()) == ("two", "one")


def test_words_before_the_end_are_refused():
    with pytest.raises(ValueError, match="not over"):
        pair()[0].say("now")
    assert pair()[0].code().startswith("no code")


def test_practice_plays_the_other_role_of_either():
    for role in ("client", "server"):
        me = Person(role, "mine")
        alone = Practice(me)
        for _ in range(3):
            me.take(alone.answer())
        assert me.done and me.code() == alone.other.code()


# ---------------------------------------------------------------- one in the middle


def test_a_changed_random_is_refused_by_the_client_that_sent_it():
    client, server = pair()
    changed = client.flight().but(20, 0)
    assert changed != client.flight()
    assert server.take(str(changed)).verdict is Verdict.TAKEN
    report = handed(server, client)
    assert report.verdict is Verdict.REFUSED and "decrypt_error" in report.findings[0]
    assert "alert decrypt_error" in handed(client, server).findings[0]


def test_a_certificate_of_ones_own_is_not_believed():
    client = pair()[0]
    middle = Person("server", "mine", credentials=(faulty("self_signed"),))
    handed(client, middle)
    assert "unknown_ca" in handed(middle, client).findings[0]


@pytest.mark.parametrize(("at", "value"), [(-1, 0), (179, 0), (0, 256)])
def test_only_bytes_that_are_there_can_be_changed(at, value):
    with pytest.raises(ValueError, match="bytes 0 to 178"):
        pair()[0].flight().but(at, value)


# ---------------------------------------------------------------- the notebook itself


def test_the_notebook_works_for_both_roles_at_once(root):
    """Its own cells, run by two people who paste each other's texts."""
    people = {role: {} for role in ("client", "server")}
    said: dict[str, list[str]] = {"client": [], "server": []}
    for cell in nbformat.read(root / "notebooks/two_people.ipynb", as_version=4).cells:
        if cell.cell_type != "code" or "who_notices" in cell.source:
            continue
        for role, page in people.items():
            source = cell.source.replace('role = "client"', f'role = "{role}"')
            other = people["server" if role == "client" else "client"]
            if "= ...  # " in source:
                name = source.split(" = ")[0]
                flight = other["me"].flight()
                page[name] = str(flight) if isinstance(flight, Flight) else ...
                continue
            page["print"] = lambda *words, role=role: said[role].append(" ".join(map(str, words)))
            exec(compile(source, "cell", "exec"), page)
    assert people["client"]["me"].done and people["server"]["me"].done
    assert people["client"]["me"].code() == people["server"]["me"].code()
    assert not [text for texts in said.values() for text in texts if text.startswith("✗")]
