"""Moments of a recorded handshake: what a side knew before a step, and what it then got or sent.

A lesson starts from one, so a reader may begin anywhere. The recording is a run of our own two
ends with the lessons' randomness: the same bytes in every run.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from tlskit.cipher_suites import suite_named
from tlskit.lesson import ANSWER, REQUEST, Choice, Run, run
from tlskit.tls12.state import State

USUAL = Choice(suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))


@dataclass(frozen=True)
class Checkpoint:
    """One step of a recorded handshake.

    Args:
        step: the step function's name, as "receive_server_key_exchange".
        by: "client" or "server".
        state: what that side knew before the step.
        message: the handshake message that the step took or made, with its 4-byte header;
            b"" for a step that each side does alone.
        after: what the side knew after it.
        run: the whole handshake.
    """

    step: str
    by: str
    state: State = field(repr=False)
    message: bytes = field(repr=False)
    after: State = field(repr=False)
    run: Run = field(repr=False)


@lru_cache(maxsize=16)
def recording(choice: Choice = USUAL) -> Run:
    """Return the recorded handshake that a choice leads to, the same one each time."""
    return run(choice, REQUEST, ANSWER)


def checkpoint(step: str, by: str = "client", choice: Choice = USUAL) -> Checkpoint:
    """Return the moment of a step in the recorded handshake.

    Raises: ValueError with the steps that there are, if that side takes no such step.

    >>> now = checkpoint("receive_server_hello_done")
    >>> now.message.hex(), now.state.suite.name
    ('0e000000', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
    """
    recorded = recording(choice)
    calls = [call for call in recorded.calls if call.by == by and "state" in call.arguments]
    for call in calls:
        if call.name != step:
            continue
        received = call.arguments.get("message")
        after, made = call.result if isinstance(call.result, tuple) else (call.result, b"")
        message = made if received is None else received
        return Checkpoint(step, by, call.arguments["state"], message, after, recorded)
    known = ", ".join(call.name for call in calls) or "no step"
    raise ValueError(f"the {by} takes no step {step!r} in this handshake; it takes {known}")
