"""The tools in small: a letter opens for two, and for whoever has few numbers to try; tags."""

import pytest

from tlskit.labs import first_tools as tools


@pytest.mark.parametrize("secret", range(2, 22))
def test_both_sides_come_to_the_number_that_the_letter_is_sealed_under(secret):
    answer = tools.answer_to(pow(tools.BASE, secret, tools.PRIME))
    shared = pow(int.from_bytes(answer.public, "big"), secret, tools.PRIME)
    assert tools.opened(shared, answer.letter) == tools.LETTER
    others = [n for n in range(1, 23) if n != shared and tools.opened(n, answer.letter)]
    assert others == []


def test_who_tries_all_small_numbers_reads_the_letter_and_of_a_large_prime_not():
    answer = tools.answer_to(8)
    assert sum(tools.opened(n, answer.letter) is not None for n in range(1, 23)) == 1
    public = pow(tools.LARGE_BASE, 987654321, tools.LARGE_PRIME)
    large = tools.answer_to(public, tools.LARGE_PRIME, tools.LARGE_BASE)
    read = [tools.can_listener_read(one.letter) for one in (answer, large)]
    assert read == ["yes", "no"]
    assert len(large.public) == 16
    assert not any(tools.opened(n, large.letter) for n in range(1, 1001))
    shared = pow(int.from_bytes(large.public, "big"), 987654321, tools.LARGE_PRIME)
    assert tools.opened(shared, large.letter) == tools.LETTER


@pytest.mark.parametrize("public", [0, 23, -1])
def test_a_number_that_nobody_has_is_refused(public):
    with pytest.raises(ValueError, match="lies between 1 and 22"):
        tools.answer_to(public)


def test_the_base_reaches_every_number_below_the_prime():
    assert {pow(tools.BASE, n, tools.PRIME) for n in range(22)} == set(range(1, 23))


def test_of_four_deliveries_the_sent_one_and_its_copy_have_a_right_tag():
    right = [
        how
        for how, message, tag in tools.deliveries()
        if tools.accepts(b"only we two know", message, tag)
    ]
    assert right == ["as it was sent", "the first one once more"]
    assert tools.number_accepted() == 2


def test_a_letter_with_one_bit_changed_does_not_open():
    letter = tools.sealed(7, "camera on")
    assert len(letter) == 12 + len("camera on") + 16
    assert tools.opened(7, letter) == "camera on" and tools.opened(8, letter) is None
    for at in range(len(letter)):
        changed = letter[:at] + bytes([letter[at] ^ 1]) + letter[at + 1 :]
        assert tools.opened(7, changed) is None


def test_only_the_signed_message_fits_its_signature():
    signature = tools.signed(b"camera on")
    assert len(signature) == 256 and tools.signature_fits(b"camera on", signature)
    assert not tools.signature_fits(b"camera off", signature)
    assert tools.key_that_checks(b"camera on", signature) == "public"
    assert tools.key_that_checks(b"camera off", signature) == "neither"
    assert not tools.signature_fits(b"camera on", signature[:-1] + b"\0")


def test_bits_are_counted_and_the_header_is_that_of_a_first_record():
    assert tools.bits_that_differ(b"\x00\xff", b"\x01\x0f") == 5
    header = tools.first_header()
    assert header[:3] == b"\x16\x03\x01" and len(header) == 5
