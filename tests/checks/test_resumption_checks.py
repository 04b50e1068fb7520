"""Each usual mistake of lesson 10 is met with its own sentence; what is right is praised."""

import pytest

from tlskit.checks import lesson_10
from tlskit.checks.report import Verdict


def unwritten(*_):
    raise NotImplementedError


TASKS = [
    (lesson_10.find, lesson_10.right_find, lesson_10.FIND_MISTAKES),
    (lesson_10.ticket_in, lesson_10.right_ticket_in, lesson_10.TICKET_IN_MISTAKES),
    (lesson_10.master_secret, lesson_10.right_master_secret, lesson_10.MASTER_SECRET_MISTAKES),
    (lesson_10.forgery, lesson_10.right_ticket, lesson_10.FORGERY_MISTAKES),
]


@pytest.mark.parametrize(("check", "right", "mistakes"), TASKS)
def test_right_wrong_and_unwritten(check, right, mistakes):
    assert check(right).right
    assert check(unwritten).verdict is Verdict.NOT_WRITTEN
    for sentence, wrong in mistakes.items():
        report = check(wrong)
        assert report.findings == (sentence,) and not report.right, sentence


def test_a_lookup_that_raises_is_named():
    report = lesson_10.find(lambda sessions, session_id, now: sessions[session_id])
    assert not report.right and "raises KeyError" in report.findings[0]


def test_a_ticket_that_does_not_open_is_named():
    def no_name(ticket, key):
        return lesson_10.AESGCM(key).decrypt(ticket[16:28], ticket[28:], None)

    report = lesson_10.master_secret(no_name)
    assert not report.right and report.findings[0].startswith("The ticket does not open.")


def test_the_forged_ticket_is_judged_by_our_server():
    report = lesson_10.forgery(lesson_10.right_ticket)
    assert report.findings == (
        "The server took up a session that never was: abbreviated handshake.",
    )
