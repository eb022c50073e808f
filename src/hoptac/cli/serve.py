"""``hoptac serve``: the workbench, a web page and a JSON API on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hoptac.cli.messages import warn

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(metavar="NAME", help="Listen here; other machines reach 0.0.0.0.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8010,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Model folder or hub id; without it, the shipped model."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Save annotations here; without it, the page offers downloads."),
    ] = None,
) -> None:
    """Read, look at and correct articles in the browser, and save them as annotations.

    The page needs no network. /openapi.json describes the API.
    """
    from hoptac.serve.server import address_of, is_loopback, listen, run, settings_for

    settings = settings_for(host, save)
    # Bound before the model is loaded: a port that is taken is said at once.
    listener = listen(host, port)
    if not is_loopback(host):
        warn(f"{host} is open to other machines: whoever reaches it can use the model and save annotations.")
    from hoptac import tagger as taggers

    with listener:
        typer.echo("Loading the model …", err=True)
        loaded = taggers.load(model)
        typer.echo(f"hoptac is at {address_of(listener)} (Ctrl+C ends it).")
        run(loaded, settings, listener)
