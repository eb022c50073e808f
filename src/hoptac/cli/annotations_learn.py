"""``hoptac annotations learn``: a better model from corrected articles, in one command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.annotations.formats.catalogue import Format
from hoptac.cli.lazy import FAILED
from hoptac.cli.messages import complain, warn
from hoptac.errors import AnnotationError, ConfigError

if TYPE_CHECKING:
    from hoptac.active.corrected import Corrected
    from hoptac.active.learn import Outcome
    from hoptac.annotations.corpus import Corpus
    from hoptac.article import Article

WORSE = 1  # exit status: the new model is there, and worse than the old one
_NAMED = 5  # ids shown of a longer list


def learn(
    corrected: Annotated[
        list[Path],
        typer.Argument(metavar="CORRECTED", help="Files or folders of corrected articles, in any format."),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FOLDER", help="Where the run and its model go.")
    ] = Path("runs/learned"),
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Model to go on from; without it, the shipped one."),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="The articles' format.", show_default="told by the files"),
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The texts ID.txt of stand-off records.")
    ] = None,
    take_unchanged: Annotated[
        bool,
        typer.Option(
            "--take-unchanged", help="Learn from articles that are as they were suggested: all were read."
        ),
    ] = False,
    replay: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Articles of the corpus to mix in, so that nothing is forgotten.",
            show_default="4 for each corrected one",
        ),
    ] = None,
    held_out: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share of the corrected articles kept for the figures.")
    ] = 0.2,
    annotations: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The corpus, if not annotations/.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the articles.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
) -> None:
    """Train a model further with corrected articles, and say what that brought.

    The articles are checked first. A share of them is held out, with the corpus's development articles where
    their texts are there: these choose the best epoch, and the model is scored on them before and after.

    Exit status: 0 when the new model in FOLDER/model is as good or better, 1 when it is worse, 2 when nothing
    could be done.
    """
    from hoptac.active.learn import gather
    from hoptac.active.learn import learn as train_further

    corpus = _corpus(annotations)
    own = _articles(corrected, form, texts, take_unchanged, corpus)
    material = gather(own, corpus, held_out, replay, seed)
    typer.echo(
        f"{len(material.own)} corrected articles and {len(material.replayed)} of the corpus to learn from; "
        f"scored on {len(material.held_out)} corrected and {len(material.dev)} development articles."
    )
    outcome = train_further(material, out, model, epochs=epochs, seed=seed, resume=resume)
    _print(outcome)
    if outcome.worse:
        warn(
            f"the new model is worse on these articles than the one it went on from; keep that one. "
            f"(The new one is in {outcome.model}.)"
        )
        raise typer.Exit(WORSE)
    typer.echo(f"The model is in {outcome.model}.")


def _corpus(root: Path | None) -> Corpus | None:
    """The corpus with the articles whose text is there, or None where there is no corpus."""
    from hoptac.annotations.corpus import default_root, load_corpus

    if root is None:
        try:
            root = default_root()
        except AnnotationError:
            warn("there is no corpus here: nothing is mixed in, and only corrected articles are held out.")
            return None
    corpus = load_corpus(root)
    if missing := corpus.describe_missing():
        warn(missing)
    return corpus


def _articles(
    paths: Sequence[Path], form: Format | None, texts: Path | None, unchanged: bool, corpus: Corpus | None
) -> list[Article]:
    """The corrected articles that can be learned from; exits where one has a mistake."""
    from hoptac.active.corrected import mistakes, read_corrected, repeated
    from hoptac.annotations.formats.labelled import Intake

    intake = Intake()
    parts = [read_corrected(path, form, intake, texts, unchanged) for path in paths]
    for sentence in intake.losses.sentences():
        warn(f"not read: {sentence}")
    problems = [problem for part in parts for problem in mistakes(part)]
    for problem in problems:
        complain(problem)
    if problems:
        complain(f"{len(problems)} mistakes in the corrected articles; nothing was trained.")
        raise typer.Exit(FAILED)
    articles = _distinct(parts)
    if same := [name for part in parts for name in part.unchanged]:
        warn(
            f"{len(same)} articles are as they were suggested and are left out ({_some(same)}); if they were "
            "read and are right, --take-unchanged takes them."
        )
    splits = {split: corpus.split(split) for split in ("dev", "test")} if corpus else {}
    if repeating := repeated(articles, splits):
        told = [f"{name} repeats {other}" for name, other in repeating.items()]
        warn(f"{len(told)} articles of the corpus's held-out splits are left out: {_some(told)}")
    chosen = [article for article in articles if article.id not in repeating]
    if not chosen:
        raise ConfigError("there is no corrected article to learn from.")
    return chosen


def _distinct(parts: Sequence[Corrected]) -> list[Article]:
    places: dict[str, Path] = {}
    for part in parts:
        for article in part.articles:
            if article.id in places:
                other = places[article.id]
                raise AnnotationError(f"holds the article {article.id!r}, as does {other}", part.path)
            places[article.id] = part.path
    return [article for part in parts for article in part.articles]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _print(outcome: Outcome) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("articles", title="Development F1, before → after", title_justify="left")
    names: Mapping[str, str] = {
        "entities": "entities",
        "areas_micro": "areas (micro)",
        "areas_macro": "(macro)",
    }
    for name in names.values():
        table.add_column(name, justify="right")
    for group, before in outcome.before.items():
        cells = []
        for key in names:
            old, new = getattr(before, key), getattr(outcome.after[group], key)
            cells.append(f"{old:.3f} → {new:.3f} ({new - old:+.3f})")
        table.add_row(group, *cells)
    Console().print(table)
