"""What the command line shows without an argument: one handshake, as text."""

from tlskit.cipher_suites import suite_named
from tlskit.key_exchange import group_named
from tlskit.ladder_rows import ladder_rows, text_ladder
from tlskit.lesson import ANSWER, REQUEST, Choice, Run, run


def handshake_as_text(suite: str, group: str, extended_master_secret: bool) -> str:
    """Run one handshake of our two ends and return its ladder and secrets as text.

    Raises: ValueError for a name that is not known.
    """
    choice = Choice(suite_named(suite), group_named(group), extended_master_secret)
    result = run(choice, client_says=REQUEST, server_says=ANSWER)
    ladder = text_ladder(ladder_rows(result.calls, result.order))
    return f"{heading(choice)}\n\n{ladder}\n\n{secrets(result)}"


def heading(choice: Choice) -> str:
    """Return two lines that say what was agreed on."""
    group = f", {choice.group.name}" if choice.suite.ephemeral else ""
    return f"A browser opens wss://signal.course.example/ (TLS 1.2)\n{choice.suite.name}{group}"


def secrets(result: Run) -> str:
    """Return the derived secrets, and whether both sides have the same."""
    state = result.client.state
    same = state.master_secret == result.server.state.master_secret
    names = ("pre_master_secret", "master_secret", "key_block")
    lines = [f"{name:<18} {len(getattr(state, name)):>3} bytes  " for name in names]
    values = [f"{getattr(state, name).hex()[:32]}..." for name in names]
    listed = [line + value for line, value in zip(lines, values, strict=True)]
    how = "extended master secret" if state.extended_master_secret else "from the two randoms"
    verdict = "both sides derived the same" if same else "the two sides derived different ones"
    return "\n".join([*listed, f"{verdict}; master secret: {how}"])
