"""P_hash in rounds, key blocks in parts, flipped bits: rows, words, and what a pick changes."""

import html
import re
from functools import partial

import pytest

from tlskit import show
from tlskit.labs import key_generation as lab
from tlskit.tls12.key_schedule import hmac

SEED = b"label and seed"
ROUNDS = lab.rounds(partial(hmac, "sha256"), b"secret", SEED, 160)
GCM = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
SCRIPT = "<script>alert(1)</script>"


def said(widget) -> str:
    bare = re.sub(r"<style>.*?</style>", "", widget.note.value, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare)).strip()


# ---- P_hash


@pytest.mark.parametrize(
    ("wanted", "done", "words"),
    [
        (80, 0, "Nothing yet"),
        (80, 1, "32 of 80 bytes are there: go on"),
        (80, 3, "enough for 80, the last 16 are thrown away"),
        (64, 2, "exactly as many as are wanted"),
        (32, 2, "It was not needed"),
        (80, 4, "It was not needed"),
    ],
)
def test_each_round_says_what_it_did(wanted, done, words):
    view = show.prf_rounds(SEED, ROUNDS, wanted, done)
    assert words in view.said()
    assert len(view.rows()) == done + 1


def test_the_rows_are_the_real_bytes():
    a, block = ROUNDS[1]
    row = show.prf_rounds(SEED, ROUNDS, 64, 2).rows()[2]
    assert row == ("2", f"{a[:8].hex(' ')} …", f"{block[:8].hex(' ')} …", "64 bytes")


@pytest.mark.parametrize(
    ("wanted", "done"), [(1, 1), (32, 1), (33, 2), (64, 2), (80, 3), (100, 4), (160, 5)]
)
def test_unless_told_it_makes_as_many_rounds_as_the_bytes_take(wanted, done):
    assert show.prf_rounds(SEED, ROUNDS, wanted) == show.prf_rounds(SEED, ROUNDS, wanted, done)


def test_rounds_and_bytes_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="done is 0 to 5, not 6"):
        show.prf_rounds(SEED, ROUNDS, 80, 6)
    with pytest.raises(ValueError, match="wanted is 1 to 160 bytes, not 161"):
        show.prf_rounds(SEED, ROUNDS, 161, 1)


def test_the_stepper_moves_by_button_and_by_slider_and_says_so():
    stepper = show.prf_stepper(SEED, ROUNDS, 80)
    first = stepper.view.value
    stepper.more.click()
    assert stepper.done.value == 2 and "64 of 80 bytes are there" in said(stepper)
    assert stepper.view.value != first
    stepper.wanted.value = 50
    assert "enough for 50, the last 14 are thrown away" in said(stepper)
    stepper.done.value = len(ROUNDS)
    assert stepper.more.disabled
    stepper.again.click()
    assert "Nothing yet" in said(stepper) and not stepper.more.disabled
    assert 'role="status"' in stepper.note.value


def test_the_stepper_can_be_read_as_text():
    bundle = show.prf_stepper(SEED, ROUNDS, 80)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Round 1: A(1) = HMAC(secret, A(0))")
    assert "application/vnd.jupyter.widget-view+json" in bundle


# ---- the key block


def test_parts_are_in_the_order_of_the_rfc_with_their_places():
    rows = show.key_parts(lab.cut(GCM)).rows()
    assert [row[2:5] for row in rows] == [
        ("client key", 16, 0),
        ("server key", 16, 16),
        ("client IV", 4, 32),
        ("server IV", 4, 36),
    ]


def test_the_drawing_has_words_for_each_suite():
    shown = show.key_parts(*map(lab.cut, lab.protections()))
    for name in lab.protections():
        assert name in shown.alt() and name in shown.text()
    assert "<img" in shown.html() and "<table" in shown.html()
    with pytest.raises(ValueError, match="at least one"):
        show.key_parts()


def test_names_are_escaped():
    cut = lab.Cut(SCRIPT, SCRIPT, {"client_write_key": b"1"})
    assert SCRIPT not in show.key_parts(cut).html()


def test_a_pick_draws_both_key_blocks_and_says_what_changed():
    widget = show.partition(lab.cut, lab.protections(), GCM)
    first = widget.view.value
    widget.suite.value = CBC
    assert widget.view.value != first
    assert [cut.suite for cut in widget.parts.cuts] == [GCM, CBC]
    assert said(widget) == (
        "MAC keys: new, 20 bytes each. IVs: none now. Key block: 40 → 72 bytes."
    )
    widget.suite.value = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
    assert "Hash in the PRF: SHA-256 → SHA-384." in said(widget)
    assert "Encryption keys: 16 → 32 bytes each." in said(widget)


def test_a_pick_that_fails_is_shown_in_the_page():
    def cut(name):
        if name == CBC:
            raise ValueError(SCRIPT)
        return lab.cut(name)

    widget = show.partition(cut, [GCM, CBC])
    widget.suite.value = CBC
    assert 'role="alert"' in widget.note.value and SCRIPT not in widget.note.value


def test_a_first_suite_that_is_not_listed_is_refused():
    with pytest.raises(ValueError, match="is not among the suites"):
        show.partition(lab.cut, [GCM], CBC)


# ---- one bit


def test_the_avalanche_says_what_the_flips_say():
    flips = [lab.Flip(0, (1, 2), 8), lab.Flip(1, (0, 1, 2, 3, 4, 5), 8)]
    shown = show.avalanche(flips, bit=1)
    assert shown.alt == (
        "Bit 1 of the random flipped: 6 of the key block's 8 bits change. Each of the 2 flips"
        " changes between 25% and 75%, 50% on average."
    )
    assert shown.rows[-1] == ("all 2: mean", "4.0", "8", "50%")
    assert shown.rows[-2] == ("1 (most)", "6", "8", "75%")
    assert shown.png.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="bit is one of 0 to 1, not 2"):
        show.avalanche(flips, bit=2)


def test_flips_without_effect_are_drawn_and_said():
    shown = show.avalanche([lab.Flip(0, (), 8)], bit=0)
    assert "0 of the key block's 8 bits change" in shown.alt
