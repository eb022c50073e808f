"""A group of commands that imports a command's module only when that command runs.

So ``hoptac --help`` is fast, and a command whose packages are not installed does not break the others.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from hoptac.cli.messages import complain
from hoptac.errors import HoptacError

FAILED = 2  # exit status: nothing could be done
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
NO_READER = 141  # 128 + SIGPIPE, likewise


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command's name, the module whose ``app`` it is, and its line in the help."""

    name: str
    module: str
    help: str

    def load(self) -> Any:
        """The command itself; raises ``HoptacError`` where its module or a package it needs is missing."""
        try:
            return typer.main.get_command(import_module(self.module).app)
        except ModuleNotFoundError as error:
            if error.name == self.module:
                raise HoptacError(f"This installation has no command '{self.name}'.") from error
            raise


class LazyGroup(TyperGroup):
    """Turns every ``HoptacError`` of its commands into one sentence and an exit status, never a traceback."""

    lazy: ClassVar[tuple[LazyCommand, ...]] = ()

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for command in self.lazy:  # stand-ins, enough for the help
            self.add_command(TyperCommand(command.name, help=command.help), command.name)

    def list_commands(self, ctx: Any) -> list[str]:
        return [command.name for command in self.lazy]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, stand_in, rest = super().resolve_command(ctx, args)
        found = [command for command in self.lazy if command.name == name]
        return name, found[0].load() if found else stand_in, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            value = super().invoke(ctx)
            sys.stdout.flush()
            return value
        except HoptacError as error:
            if ctx.params.get("debug"):
                raise
            complain(error)
            raise typer.Exit(FAILED) from error
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if ctx.params.get("debug") or package == "hoptac":
                raise
            complain(f"The package '{package}' is missing: run  pip install '{_with_extra(package)}'")
            raise typer.Exit(FAILED) from error
        except KeyboardInterrupt as error:
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:
            _drop_output()
            raise typer.Exit(NO_READER) from error


def _with_extra(package: str) -> str:
    """``hoptac``, or ``hoptac[extra]`` for the extra that ``package`` belongs to."""
    for requirement in metadata.requires("hoptac") or []:
        match = re.match(r"([\w.-]+)[^;]*;.*extra == ['\"]([\w-]+)['\"]", requirement)
        if match and match[1].replace("-", "_").lower() == package.lower():
            return f"hoptac[{match[2]}]"
    return "hoptac"


def _drop_output() -> None:
    # Python flushes standard output once more when it ends, and would report the same broken pipe again.
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:  # standard output is no file
        return
