"""What the command line shows without an argument: one handshake, as text."""

from tlskit.cipher_suites import suite_named
from tlskit.key_exchange import group_named
from tlskit.ladder_rows import ladder_rows, text_ladder
from tlskit.lesson import ANSWER, REQUEST, Choice, Run, run

RESUMPTIONS = {"": "no", "id": "by session ID", "ticket": "by ticket"}
"""What `--resume` may say, and what it means for a run."""


def handshake_as_text(
    suite: str,
    group: str,
    extended_master_secret: bool,
    resume: str = "",
    client_certificate: bool = False,
) -> str:
    """Run one handshake of our two ends and return its ladder and secrets as text.

    Raises: ValueError for a name that is not known.
    """
    choice = Choice(
        suite_named(suite),
        group_named(group),
        extended_master_secret,
        RESUMPTIONS[resume],
        "shown" if client_certificate else "not asked",
    )
    result = run(choice, client_says=REQUEST, server_says=ANSWER)
    ladder = text_ladder(ladder_rows(result.calls, result.order))
    return f"{heading(choice)}\n\n{ladder}\n\n{secrets(result)}"


def heading(choice: Choice) -> str:
    """Return in two lines what was agreed on; a third tells of a full handshake before."""
    group = f", {choice.group.name}" if choice.suite.ephemeral else ""
    lines = [
        "A browser opens wss://signal.course.example/ (TLS 1.2)",
        f"{choice.suite.name}{group}",
    ]
    if choice.resumption != "no":
        shown = ", in which the client showed its certificate"
        shown = shown if choice.client_certificate == "shown" else ""
        lines.append(f"resumed {choice.resumption}, after a full handshake{shown}")
    return "\n".join(lines)


def secrets(result: Run) -> str:
    """Return the derived secrets, and whether both sides have the same."""
    state = result.client.state
    same = state.master_secret == result.server.state.master_secret
    names = ("pre_master_secret", "master_secret", "key_block")
    listed = [
        f"{name:<18} {len(value):>3} bytes  {value.hex()[:32]}..."
        for name in names
        if (value := getattr(state, name))
    ]
    how = "extended master secret" if state.extended_master_secret else "from the two randoms"
    if state.resumed:
        how = "that of the session"
    verdict = "both sides derived the same" if same else "the two sides derived different ones"
    return "\n".join([*listed, f"{verdict}; master secret: {how}"])
