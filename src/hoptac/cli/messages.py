"""What the command line says on standard error."""

from __future__ import annotations

import typer


def complain(message: object) -> None:
    """One error, in red where the terminal can."""
    _say("error", message, typer.colors.RED)


def warn(message: object) -> None:
    """One warning, in yellow where the terminal can."""
    _say("warning", message, typer.colors.YELLOW)


def _say(kind: str, message: object, colour: str) -> None:
    # A name or text in a message may hold what the terminal's encoding cannot show, or control characters.
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(message))
    typer.secho(f"hoptac: {kind}: {shown}", fg=colour, err=True)
