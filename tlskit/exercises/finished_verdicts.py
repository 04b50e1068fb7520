"""Exercise 08: the verdict on the peer's Finished; the right one, and the usual wrong ones."""

from collections.abc import Callable
from typing import Any

from tlskit.exercises.finished_mistakes import (
    ASKS,
    FINISHED,
    Finish,
    Messages,
    Prf,
    asking,
    finished,
    other,
)
from tlskit.messages import HEADER_SIZE
from tlskit.tls12.key_schedule import VERIFY_DATA_LENGTH

OK, DECODE, DECRYPT = "", "decode_error", "decrypt_error"
UNEXPECTED = "unexpected_message"
Verdict = Callable[[Prf, str, bytes, str, Messages], Any]


def judging(
    finish: Finish = finished,
    same: Callable[[bytes, bytes], bool] = lambda mine, came: mine == came,
    unexpected: str | None = UNEXPECTED,
    length: str | None = DECODE,
    differs: str = DECRYPT,
    size: int = HEADER_SIZE + VERIFY_DATA_LENGTH,
) -> Verdict:
    """Return how the peer's Finished is judged; None leaves a check out.

    Args:
        same: the verify_data that is due, and the one that came -> whether they agree.
        size: how long a Finished has to be, in bytes.
    """

    def verdict(
        prf: Prf, hash_name: str, master_secret: bytes, role: str, messages: Messages
    ) -> str:
        *before, last = messages
        if unexpected is not None and last[0] != FINISHED:
            return unexpected
        if length is not None and len(last) != size:
            return length
        due = finish(prf, hash_name, master_secret, other(role), before)
        return OK if same(due[HEADER_SIZE:], last[HEADER_SIZE:]) else differs

    return verdict


verdict = judging()


def refusing(lengths: Callable[[int], bool]) -> Verdict:
    """Return how the peer's Finished is judged if only some wrong lengths get decode_error."""

    def wrong(prf: Prf, hash_name: str, master_secret: bytes, role: str, messages: Messages) -> Any:
        judge = verdict if lengths(len(messages[-1])) else judging(length=None)
        return judge(prf, hash_name, master_secret, role, messages)

    return wrong


SIZE = HEADER_SIZE + VERIFY_DATA_LENGTH


def longer_taken(
    prf: Prf, hash_name: str, master_secret: bytes, role: str, messages: Messages
) -> Any:
    """Compare the first bytes of whatever is long enough."""
    prefix = judging(same=lambda mine, came: came.startswith(mine), length=None)
    judge = verdict if len(messages[-1]) < SIZE else prefix
    return judge(prf, hash_name, master_secret, role, messages)


def first_judged(
    prf: Prf, hash_name: str, master_secret: bytes, role: str, messages: Messages
) -> Any:
    """Judge the first Finished that went by."""
    chosen = next((one for one in messages if one[0] == FINISHED), messages[-1])
    return verdict(prf, hash_name, master_secret, role, [*messages[:-1], chosen])


LENGTH_REFUSED = (
    "Every Finished that is right gets decode_error. How long is the message, with its header?"
)
VERDICTS: dict[str, Verdict] = {
    sentence: judging(asking(one)) for sentence, one in ASKS.items()
} | {
    "Your verify_data is never compared, or what comes of it is not returned: every Finished of "
    "the right length is taken.": judging(same=lambda mine, came: True),
    "You compare only as many bytes as came; less than all of them proves less.": judging(
        same=lambda mine, came: mine.startswith(came), length=None
    ),
    "You compare only the first bytes of what came, and ignore what stands behind.": judging(
        same=lambda mine, came: came.startswith(mine), length=None
    ),
    "A verify_data of a wrong length is no failed check: the message can't be decoded. RFC 5246 "
    "§7.2.2 has an alert for that.": judging(length=None),
    "Only a verify_data that is too short gets decode_error; there is another way to be of a wrong "
    "length.": refusing(lambda length: length < SIZE),
    "Only a verify_data that is too long gets decode_error; there is another way to be of a wrong "
    "length.": refusing(lambda length: length > SIZE),
    "A verify_data that is too long is taken if it begins right; there is one length only.": (
        longer_taken
    ),
    "You look at the length before the type: a message that is no Finished may have any length.": (
        lambda *given: DECODE if len(given[-1][-1]) != SIZE else verdict(*given)
    ),
    "You judge the first Finished of the list; the one that has just come is the last.": (
        first_judged
    ),
    "The alerts' names stand in capitals; the task and the RFC write them small.": (
        lambda *given: verdict(*given).upper()
    ),
    "You don't look at the message's type: another message with the right 12 bytes is taken.": (
        judging(unexpected=None)
    ),
    "A message that is no Finished gets decrypt_error. Nothing failed to verify: it is not its "
    "turn (RFC 5246 §7.2.2).": judging(unexpected=DECRYPT),
    "A message that is no Finished gets decode_error. It may be well made; it is not its turn "
    "(RFC 5246 §7.2.2).": judging(unexpected=DECODE),
    "You look at verify_data only: a message of another type or length is never told from a "
    "Finished that is wrong.": judging(unexpected=None, length=None),
    "Whatever does not agree gets decrypt_error; another type and a wrong length have alerts of "
    "their own (RFC 5246 §7.2.2).": judging(unexpected=DECRYPT, length=None),
    "A verify_data that differs gets bad_record_mac. But the record did open (RFC 5246 §7.2.2).": (
        judging(differs="bad_record_mac")
    ),
    "A verify_data that differs gets handshake_failure; RFC 5246 §7.2.2 names an alert for a "
    "Finished that can't be validated.": judging(differs="handshake_failure"),
    "A verify_data that differs gets illegal_parameter; RFC 5246 §7.2.2 names an alert for a "
    "Finished that can't be validated.": judging(differs="illegal_parameter"),
    "A verify_data that differs gets decode_error; it could be decoded, and was wrong.": (
        judging(differs=DECODE)
    ),
    "Every message is unexpected to you, a Finished too. Its type is 20, in decimal.": (
        lambda *given: UNEXPECTED
    ),
    LENGTH_REFUSED: judging(length=DECODE, size=-1),
    "The verdicts are turned round: what agrees is refused, what differs is taken.": judging(
        same=lambda mine, came: mine != came
    ),
}
OWN_IN_TRANSCRIPT = (
    "The Finished that you check is in the hash itself. Its sender could not hash it: it covers "
    "what went by before."
)
"""Found by what the PRF was asked: no Finished can be made that such a check takes."""
