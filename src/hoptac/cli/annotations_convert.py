"""``hoptac annotations import`` and ``export``: articles from and to the files of annotation tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.annotations.corpus import SPLITS
from hoptac.annotations.formats.catalogue import Format
from hoptac.cli.messages import warn
from hoptac.errors import ConfigError

if TYPE_CHECKING:
    from hoptac.annotations.formats.losses import Losses

_Texts = Annotated[Path | None, typer.Option(metavar="FOLDER", help="The texts ID.txt of stand-off records.")]
_Force = Annotated[bool, typer.Option("--force", help="Replace files that are there with other content.")]


def import_(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="The tool's export: a file or a folder.")],
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where ID.md files in inline markup go.")],
    form: Annotated[
        Format | None, typer.Option("--format", help="The source's format.", show_default="told by its files")
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(
            metavar="THEIRS=OURS", help="A label of the tool's project and ours for it; repeatable."
        ),
    ] = None,
    texts: _Texts = None,
    force: _Force = False,
) -> None:
    """Bring annotated articles in, as inline markup to read and edit.

    What our articles cannot hold (labels that are not in the schema, overlaps, relations, areas without a
    phrase) is said on standard error.
    """
    from hoptac.annotations.formats.catalogue import read_articles, write_articles
    from hoptac.annotations.formats.labelled import Intake
    from hoptac.text.sentences import sentence_spans

    intake = Intake(rename=_renamings(rename or []))
    articles = read_articles(source, form, intake, texts=texts)
    _say(intake.losses, "not held")
    write_articles(articles, out, Format.INLINE, intake.losses, sentences=sentence_spans, replace=force)
    typer.echo(f"{_articles(len(articles))} in {out}")


def export(
    source: Annotated[
        Path,
        typer.Argument(metavar="SOURCE", help="A corpus, or inline or stand-off articles: file or folder."),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file, or folder, to write.")],
    form: Annotated[Format, typer.Option("--format", help="The format to write.")],
    split: Annotated[
        list[str] | None, typer.Option(help="Only this split of a corpus; repeatable.", show_default="all")
    ] = None,
    texts: _Texts = None,
    force: _Force = False,
) -> None:
    """Write articles for an annotation tool, or as stand-off records.

    What the format cannot hold (areas and furniture in CoNLL, say) is said on standard error.
    """
    from hoptac.annotations.formats.catalogue import read_articles, write_articles
    from hoptac.annotations.formats.labelled import Intake
    from hoptac.annotations.formats.losses import Losses
    from hoptac.text.sentences import sentence_spans

    if split and not (source / "splits.json").is_file():
        raise ConfigError(f"{source} is no corpus with a splits.json, so that --split says nothing here.")
    intake = Intake()
    articles = read_articles(source, None, intake, texts=texts, splits=tuple(split or SPLITS))
    _say(intake.losses, "not read")
    losses = Losses()
    files = write_articles(articles, out, form, losses, sentences=sentence_spans, texts=texts, replace=force)
    _say(losses, f"{form} cannot hold")
    typer.echo(f"{_articles(len(articles))} in {out} ({len(files)} file{'s' if len(files) != 1 else ''})")


def _renamings(pairs: list[str]) -> dict[str, str]:
    from hoptac.annotations.formats.labelled import FURNITURE
    from hoptac.schema import load_schema

    schema = load_schema()
    known = (*schema.entity_labels, *schema.area_labels, FURNITURE)
    renamings = {}
    for pair in pairs:
        theirs, _, ours = pair.rpartition("=")
        if not theirs or ours not in known:
            raise ConfigError(f"--rename {pair}: give THEIRS=OURS, where OURS is one of {', '.join(known)}.")
        renamings[theirs] = ours
    return renamings


def _say(losses: Losses, what: str) -> None:
    for sentence in losses.sentences():
        warn(f"{what}: {sentence}")


def _articles(count: int) -> str:
    return f"{count:,} article{'s' if count != 1 else ''}"
