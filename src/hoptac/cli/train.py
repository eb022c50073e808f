"""``hoptac train``: from a configuration and annotated articles to a model folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hoptac.errors import ConfigError

app = typer.Typer(add_completion=False)


@app.command()
def train(
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings, as in configs/*.yaml.")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FOLDER", help="Where the run goes.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(metavar="NAME", help="PhoBERT-format folder or hub id.")
    ] = None,
    articles: Annotated[
        list[str] | None,
        typer.Option(metavar="FOLDER", help="Your own articles in the inline markup, beside the corpus."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the articles.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
) -> None:
    """Train a model; the best epoch on the development articles ends in OUTPUT/model.

    Options win over the configuration. Alone it uses one process; for several, run scripts/train.py
    under `accelerate launch`.
    """
    from accelerate import PartialState

    from hoptac.train.config import load_config
    from hoptac.train.run import MODEL, train

    if not config.is_file():
        raise ConfigError(f"{config}: there is no such configuration; see configs/ for some.")
    settings = load_config(config, output=output, encoder=encoder, seed=seed, epochs=epochs)
    if articles:
        settings = replace(settings, data=replace(settings.data, articles=tuple(articles)))
    report = train(settings, resume=resume)
    if not PartialState().is_main_process:
        return
    best = report["best"]
    areas = "" if best["areas_micro"] is None else f", areas {best['areas_micro']:.4f}"
    typer.echo(
        f"Best epoch {best['epoch']}: development entities {best['entities']:.4f}{areas}. "
        f"The model is in {Path(settings.output) / MODEL}."
    )
