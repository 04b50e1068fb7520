"""Broken handshakes: each breaks as it says, and what one sees is enough to find out how."""

import re

import pytest

from tlskit.labs.breaks import BREAKS, CBC, CHACHA, CLIENT, GCM, SERVER, resuming, sound
from tlskit.labs.diagnosis import DECKS, case, deck, drawn, without_reason
from tlskit.labs.diagnosis_words import INSTEAD, SECTIONS, STEPS
from tlskit.labs.evidence import SAME, facts
from tlskit.ladder_rows import text_ladder

ENDS = {
    "name_not_asked_for": "client bad_certificate",
    "older_version_offered": "server protocol_version",
    "no_certificate_for_the_suites": "server handshake_failure",
    "no_common_group": "server handshake_failure",
    "suite_never_offered": "client illegal_parameter",
    "extension_never_asked_for": "client unsupported_extension",
    "expired": "client certificate_expired",
    "not_yet_valid": "client certificate_expired",
    "intermediate_left_out": "client unknown_ca",
    "unknown_root": "client unknown_ca",
    "other_hosts_certificate": "client bad_certificate",
    "randoms_not_signed": "client decrypt_error",
    "signed_with_another_key": "client decrypt_error",
    "public_key_changed": "client decrypt_error",
    "group_never_offered": "client illegal_parameter",
    "server_key_exchange_lost": "client unexpected_message",
    "server_hello_done_lost": "",
    "encrypted_secret_changed": "server bad_record_mac",
    "wrong_version_inside": "server bad_record_mac",
    "shared_secret_reversed": "server bad_record_mac",
    "point_off_the_curve": "server illegal_parameter",
    "randoms_swapped": "server bad_record_mac",
    "extended_master_secret_forgotten": "server bad_record_mac",
    "randoms_not_swapped": "server bad_record_mac",
    "servers_part_first": "server bad_record_mac",
    "counted_from_one": "server bad_record_mac",
    "header_not_authenticated_alike": "client bad_record_mac",
    "protected_record_changed": "server bad_record_mac",
    "change_cipher_spec_lost": "server unexpected_message",
    "others_label": "server decrypt_error",
    "first_finished_left_out": "client decrypt_error",
    "offer_changed": "server decrypt_error",
    "offer_changed_with_extended_master_secret": "server bad_record_mac",
    "request_replayed": "server bad_record_mac",
    "answer_lost": "client bad_record_mac",
    "ticket_lost": "client unexpected_message",
    "other_sessions_secret": "client bad_record_mac",
    "resumed_without_extended_master_secret": "server handshake_failure",
    "other_suite_than_the_sessions": "client illegal_parameter",
}
FIRST_APART = {
    "encrypted_secret_changed": "ClientKeyExchange",
    "wrong_version_inside": "pre-master secret",
    "shared_secret_reversed": "pre-master secret",
    "randoms_swapped": "master secret",
    "extended_master_secret_forgotten": "master secret",
    "randoms_not_swapped": "key block",
    "servers_part_first": "the client's keys",
    "offer_changed": "suites offered",
    "offer_changed_with_extended_master_secret": "suites offered",
    "other_sessions_secret": "master secret",
}
"""The first value that both sides have, and have differently."""
NOTHING_APART = (
    *("counted_from_one", "header_not_authenticated_alike", "protected_record_changed"),
    *("others_label", "first_finished_left_out"),
)
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def cases(request):
    return {name: case(one, request.param) for name, one in BREAKS.items()}


def apart(one) -> list[str]:
    """What both sides have, and have differently."""
    lone = ("the server's certificates", "the client's root, and its clock", "messages taken")
    return [
        what
        for what, ours, theirs in one.facts
        if theirs != SAME and "–" not in (ours, theirs) and what not in lone
    ]


@pytest.mark.parametrize("suite", [GCM, CHACHA, CBC])
def test_nothing_is_wrong_with_what_is_broken_later(suite):
    setup = sound("sound", (suite,))
    assert setup.talk().whole and setup.suite is suite
    assert setup.with_rsa_key_transport().talk().whole
    assert setup.without_extended_master_secret().talk().whole
    for how in ("by ticket", "by session ID"):
        again = resuming(setup, how).talk()
        assert again.whole and again.ends[CLIENT].state.resumed


def test_both_ends_of_a_sound_handshake_have_the_same():
    calls = []
    found = facts(sound("sound").talk(calls), calls)
    differ = [what for what, ours, theirs in found if ours and theirs and theirs != SAME]
    assert differ == ["messages taken", "application data read"]
    assert [row for row in found if row[0].endswith(("secret", "block", "keys"))] == [
        ("pre-master secret", "has one", SAME),
        ("master secret", "has one", SAME),
        ("key block", "has one", SAME),
        ("the client's keys", "has them", SAME),
        ("the server's keys", "has them", SAME),
    ]


def test_each_break_ends_as_it_should_whatever_the_seed(cases):
    ends = {
        name: re.sub(r"The (\w+) (sent the fatal alert|found) (\w+)[.;].*", r"\1 \3", one.alert)
        for name, one in cases.items()
    }
    assert ends.pop("server_hello_done_lost") == "Nobody sent an alert: both sides wait for bytes."
    assert ends == {name: end for name, end in ENDS.items() if end}
    assert len(BREAKS) >= 15


def test_the_ladder_and_the_sentence_agree_on_who_sent_which_alert(cases):
    for name, one in cases.items():
        sent = [(row.sender, row.title) for row in one.rows if "fatal" in row.title]
        said = re.fullmatch(r"The (\w+) sent the fatal alert (\w+)\.", one.alert)
        assert sent == ([(said[1], f"alert: fatal {said[2]}")] if said else []), name
    assert cases["answer_lost"].alert == (
        "The client found bad_record_mac; it had said goodbye before, and sent no alert."
    )


def test_a_record_that_does_not_open_is_the_one_that_came_not_the_one_that_was_lost(cases):
    refused = [row.title for row in cases["answer_lost"].rows if row.problem]
    assert refused == ["alert: warning close_notify"]
    refused = [row.title for row in cases["protected_record_changed"].rows if row.problem]
    assert refused == ["Finished"]
    refused = [row.title for row in cases["request_replayed"].rows if row.problem]
    assert refused == ["a record that does not open"]


def test_what_differs_first_is_where_the_diagnosis_points(cases):
    for name, first in FIRST_APART.items():
        assert apart(cases[name])[0] == first, name
    for name in NOTHING_APART:
        assert apart(cases[name]) == [], name


def test_what_one_sees_settles_the_diagnosis():
    """No two breaks look the same and have another answer."""
    seen = {}
    for name, one in BREAKS.items():
        calls = []
        talk = one.apply(sound("alike", (GCM, CHACHA))).talk(calls)
        shown = case(one, "alike")
        rows = [(row.title, row.sender, row.problem) for row in shown.rows]
        key = str((rows, shown.alert, facts(talk, calls)))
        step, section, other = seen.setdefault(key, (one.step, one.section, name))
        assert (step, section) == (one.step, one.section), f"{name} looks like {other}"


def test_no_case_names_its_cause(cases):
    for name, one in cases.items():
        shown = text_ladder(one.rows) + repr(one) + str(one.facts)
        assert one.broken.cause not in shown and not re.search(rf"\b{name}\b", shown)
        assert "RFC" not in shown
        for row in one.rows:
            assert re.fullmatch(r"|(refused by|went wrong at) \w+: [a-z_]+", row.problem), row


def test_the_reason_is_left_out_of_a_refusal():
    assert without_reason("") == ""
    assert without_reason("refused by server: x: y: z (RFC 5246 §1)") == "refused by server: x"


def test_each_diagnosis_can_be_picked_and_is_met_with_the_cause(cases):
    for one in cases.values():
        broken = one.broken
        assert broken.step in one.steps and broken.section in dict(one.sections)
        assert one.right(broken.step, broken.section)
        assert one.said(broken.step, broken.section) == (broken.cause, broken.seen)
        assert broken.cause in one.answer and broken.seen in one.longer
        assert broken.instead.keys() <= set(STEPS) - {broken.step}


def test_a_wrong_diagnosis_is_met_with_why_and_not_with_the_right_one(cases):
    for one in cases.values():
        broken = one.broken
        for step in set(STEPS) - {broken.step}:
            (said,) = one.said(step, broken.section)
            assert not one.right(step, broken.section)
            assert said.endswith(broken.instead.get(step, INSTEAD[step]))
            assert broken.cause not in said and broken.section not in said
        for section, about in one.sections:
            if section != broken.section:
                said = one.said(broken.step, section)
                assert not one.right(broken.step, section)
                assert said[0].startswith("The step is right") and about in said[1]
                assert broken.cause not in " ".join(said)


def test_every_section_is_the_answer_to_some_break_and_in_the_list_when_it_is():
    answers = {}
    for one in BREAKS.values():
        answers.setdefault(one.section, []).append(one.lesson)
    assert answers.keys() == SECTIONS.keys()
    for section, lessons in answers.items():
        first = next(upto for upto in DECKS if upto >= min(lessons))
        assert SECTIONS[section].lesson == first, section


def test_the_causes_and_what_is_said_cite_no_section_and_use_no_wrong_word():
    for one in BREAKS.values():
        text = " ".join((one.cause, one.seen, *one.instead.values()))
        assert "session key" not in text
        assert one.cause.endswith(".") and one.seen.endswith(".")


# ---- decks


@pytest.mark.parametrize("upto", DECKS)
def test_a_seed_gives_the_same_deck_and_another_seed_another_one(upto):
    names = [tuple(one.name for one in drawn(seed, upto, 3)) for seed in range(30)]
    assert names == [tuple(one.name for one in drawn(seed, upto, 3)) for seed in range(30)]
    assert len(set(names)) > 24 and len({name for one in names for name in one}) > 10
    assert [str(one.facts) for one in deck(7, upto)] == [str(one.facts) for one in deck(7, upto)]


@pytest.mark.parametrize("upto", DECKS)
def test_a_deck_asks_about_what_is_new_and_about_nothing_still_to_come(upto):
    for seed in range(30):
        breaks = drawn(seed, upto, 3)
        assert len({one.step for one in breaks}) == 3
        assert sum(one.lesson >= DECKS[upto] for one in breaks) >= 2
        assert all(one.lesson <= upto for one in breaks)
        assert all(SECTIONS[one.section].lesson <= upto for one in breaks)


def test_a_deck_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="there is a deck after 05, 08, 10, none after '04'"):
        deck(1, "04")
    with pytest.raises(ValueError, match="has 1 to 6 cases, not 9"):
        deck(1, "05", size=9)
    assert len(deck(1, "10", size=1)) == 1


def test_only_the_last_deck_speaks_of_resumption():
    assert not any("resumption" in step for step in deck(1, "08")[0].steps)
    assert any("resumption" in step for step in deck(1, "10")[0].steps)
    assert len(deck(1, "05")[0].sections) < len(deck(1, "08")[0].sections) < len(SECTIONS)


def test_the_servers_suites_change_with_the_seed():
    chosen = {
        dict((what, ours) for what, ours, _ in case(BREAKS["expired"], seed).facts)["suite chosen"]
        for seed in range(12)
    }
    assert len(chosen) == 3
    assert SERVER in sound("x").settings
