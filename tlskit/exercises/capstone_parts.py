"""The parts of a learner's capstone, each beside a recorded handshake: which of them agree?"""

from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tlskit.exercises.calling import StillRunning, ending
from tlskit.exercises.capstone_broken import first_flight
from tlskit.exercises.capstone_captures import SUITES
from tlskit.exercises.capstone_flight import HANDSHAKE, record
from tlskit.exercises.capstone_peers import NOW, ROOTS
from tlskit.labs.breaks import CBC, CLIENT, SERVER, sound
from tlskit.lesson import HOST
from tlskit.messages import HEADER_SIZE
from tlskit.tls12 import key_schedule
from tlskit.tls12.record_protection import protect

AGREES, DIFFERS, NOT_YET = "agrees", "differs", "not written yet"
Mine = Callable[..., Any]
Part = Callable[[Mine], bool]


@cache
def recorded() -> dict[str, Any]:
    """Return what both sides of a sound handshake had: ECDHE, AES-256-GCM, SHA-384."""
    suite = SUITES[1]
    setup = sound("parts of the capstone").told(CLIENT, suites=(suite, CBC))
    state = setup.told(SERVER, suites=(suite,)).talk().ends[CLIENT].state
    *messages, finished, _ = state.handshake_messages
    keys = [(one.key, one.iv) for one in (state.client_keys, state.server_keys)]
    return {
        "suite": int(suite.code),
        "hash": suite.hash_name,
        "bodies": {one[0]: one[HEADER_SIZE:] for one in messages},
        "messages": messages,
        "randoms": state.client_random + state.server_random,
        "pre": state.pre_master_secret,
        "master": state.master_secret,
        "keys": keys,
        "finished": finished,
        "fragment": protect(state.client_keys, 0, HANDSHAKE, finished, bytes),
        "key": state.peer_certificate.public_key(),
    }


def written(key: Any) -> bytes:
    """Return a public key as bytes."""
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def is_prf(mine: Mine) -> bool:
    """Compare 60 bytes."""
    it = recorded()
    arguments = it["hash"], it["pre"], b"a label", it["randoms"], 60
    return bool(mine(*arguments) == key_schedule.prf(*arguments))


def takes_server_hello(mine: Mine) -> bool:
    """Compare random, suite, and whether extended master secret was agreed on."""
    it = recorded()
    return list(mine(it["bodies"][2])) == [it["randoms"][32:], it["suite"], True]


def takes_certificate(mine: Mine) -> bool:
    """Compare the public key."""
    it = recorded()
    return written(mine(it["bodies"][11], list(ROOTS), HOST, NOW)) == written(it["key"])


def takes_key_exchange(mine: Mine) -> bool:
    """Compare the parameters that were signed."""
    it = recorded()
    body = it["bodies"][12]
    return bool(mine(body, it["randoms"], it["key"]) == body[: 4 + body[3]])


def is_master_secret(mine: Mine) -> bool:
    """Compare the extended master secret, and the plain one."""
    it = recorded()
    given = it["hash"], it["pre"], it["randoms"], list(it["messages"])
    randoms = it["randoms"][:32], it["randoms"][32:]
    plain = key_schedule.master_secret(key_schedule.prf_sha384, it["pre"], *randoms)
    return [mine(*given, True), mine(*given, False)] == [it["master"], plain]


def are_keys(mine: Mine) -> bool:
    """Compare key and IV of either side."""
    it = recorded()
    made = [tuple(one) for one in mine(it["suite"], it["master"], it["randoms"])]
    return bool(made == it["keys"])


def is_protected(mine: Mine) -> bool:
    """Compare the fragment that holds the client's Finished."""
    it = recorded()
    return bool(mine(it["keys"][0], 0, HANDSHAKE, it["finished"]) == it["fragment"])


def is_opened(mine: Mine) -> bool:
    """Compare what is in that fragment."""
    it = recorded()
    return bool(mine(it["keys"][0], 0, HANDSHAKE, it["fragment"]) == it["finished"])


def is_finished(mine: Mine) -> bool:
    """Compare the client's Finished."""
    it = recorded()
    made = mine(it["hash"], it["master"], b"client finished", list(it["messages"]))
    return bool(made == it["finished"])


def is_hello(mine: Mine) -> bool:
    """Tell whether it can be read."""
    return not first_flight(record(HANDSHAKE, mine(bytes(range(32)), HOST)))


PARTS: dict[str, Part] = {
    "client_hello": is_hello,
    "read_server_hello": takes_server_hello,
    "believed_key": takes_certificate,
    "signed_params": takes_key_exchange,
    "prf": is_prf,
    "master_secret": is_master_secret,
    "cut_keys": are_keys,
    "protect": is_protected,
    "unprotect": is_opened,
    "finished": is_finished,
}


def compared(**mine: Mine) -> list[tuple[str, str]]:
    """Return a row for each part: its name, and whether it agrees with a recorded handshake.

    Args:
        mine: parts by their names in PARTS, with the arguments that the notebook gives them.

    Raises: ValueError for another name.
    """
    if unknown := sorted(set(mine) - set(PARTS)):
        raise ValueError(f"{', '.join(unknown)}: the parts are {', '.join(PARTS)}")
    return [(name, how(PARTS[name], one)) for name, one in mine.items()]


def how(part: Part, mine: Mine) -> str:
    """Return in a word how a part compares; what it raises is named."""
    try:
        with ending(5):
            return AGREES if part(mine) else DIFFERS
    except NotImplementedError:
        return NOT_YET
    except StillRunning:
        return "does not end"
    except Exception as error:
        return f"raises {type(error).__name__}"
