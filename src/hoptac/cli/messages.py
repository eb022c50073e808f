"""What the command line says on standard error."""

from __future__ import annotations

import os
import sys

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
    line = f"hoptac: {kind}: {shown}"
    coloured = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    # To sys.stderr as it is now: a progress bar puts itself there to keep messages above the bar.
    print(typer.style(line, fg=colour) if coloured else line, file=sys.stderr)
