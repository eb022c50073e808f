"""``hoptac annotations agree``: how far two annotators of the same articles agree, and where they do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.cli.messages import warn

if TYPE_CHECKING:
    from hoptac.article import Article

_SHOWN = 5  # ids of articles without a partner


def agree(
    a: Annotated[Path, typer.Argument(metavar="A", help="One annotator's file or folder, in any format.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The other's, in the same format or another.")],
    texts: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The texts ID.txt of stand-off records.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of tables.")] = False,
) -> None:
    """Compare two annotators' marks on the same articles.

    Names by exact F1; areas by Cohen's kappa and Krippendorff's alpha, overall, by area and by article; and
    every disagreement in its sentence. Articles are paired by id.
    """
    from hoptac.evaluate.agree import agree as compare

    first, second = _read(a, "A", texts), _read(b, "B", texts)
    comparison = compare(first, second)
    for name, articles in (("A", first), ("B", second)):
        alone = [article.id for article in articles if article.id not in comparison.texts]
        if alone:
            shown = ", ".join(alone[:_SHOWN]) + (" …" if len(alone) > _SHOWN else "")
            warn(f"{len(alone)} articles are in {name} only and are not compared: {shown}")
    if as_json:
        typer.echo(json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1))
    else:
        comparison.print()


def _read(path: Path, name: str, texts: Path | None) -> list[Article]:
    from hoptac.annotations.formats.catalogue import read_articles
    from hoptac.annotations.formats.labelled import Intake

    intake = Intake()
    articles = read_articles(path, None, intake, texts=texts)
    for sentence in intake.losses.sentences():
        warn(f"{name}: {sentence}")
    return articles
