"""The command line: ``hoptac COMMAND``. Each command is a module here, imported when it is used."""

from __future__ import annotations

from typing import Annotated

import typer

from hoptac import __version__
from hoptac.cli.lazy import LazyCommand, LazyGroup


class _Commands(LazyGroup):
    lazy = (
        LazyCommand(
            "predict", "hoptac.cli.predict", "Find people, ranks, bodies, dates, documents and areas."
        ),
        LazyCommand("annotations", "hoptac.cli.annotations", "Mark, check, review and compare articles."),
        LazyCommand("train", "hoptac.cli.train", "Train a model on annotated articles."),
        LazyCommand("evaluate", "hoptac.cli.evaluate", "Score a model on annotated articles."),
        LazyCommand("export", "hoptac.cli.export", "Write a model in the form that runs fastest."),
        LazyCommand("serve", "hoptac.cli.serve", "Read and correct articles in the browser."),
    )


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hoptac {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
) -> None:
    """Read Vietnamese news on defence diplomacy: who, which body, when, which paper, which cooperation."""


def main() -> None:
    """The ``hoptac`` program."""
    app(prog_name="hoptac")
