"""``hoptac annotations``: the annotated corpus, and the ways into it and out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.cli.annotations_agree import agree
from hoptac.cli.annotations_convert import export, import_
from hoptac.cli.annotations_learn import learn
from hoptac.cli.annotations_mark import mark
from hoptac.cli.annotations_review import review
from hoptac.cli.annotations_suggest import suggest
from hoptac.errors import HoptacError

if TYPE_CHECKING:
    from hoptac.annotations.stats import CorpusStats

app = typer.Typer(help="Check, count, mark, compare and convert annotated articles.", no_args_is_help=True)
app.command()(mark)
app.command()(suggest)
app.command()(learn)
app.command()(agree)
app.command()(review)
app.command("import")(import_)
app.command()(export)

_Root = Annotated[
    Path | None,
    typer.Argument(help="Folder with splits.json and folders of articles.", show_default="annotations/"),
]
_Texts = Annotated[
    Path | None,
    typer.Option("--texts", help="Folder of stand-off records' texts ID.txt.", show_default="ROOT/texts"),
]


@app.command()
def check(root: _Root = None, texts: _Texts = None) -> None:
    """Validate every file of the corpus; exit status 1 where there is a problem."""
    from hoptac.annotations.check import check_corpus
    from hoptac.annotations.corpus import default_root

    try:
        report = check_corpus(default_root() if root is None else root, texts)
    except HoptacError as error:
        typer.echo(f"hoptac: {error}", err=True)
        raise typer.Exit(1) from error
    for problem in report.problems:
        typer.echo(str(problem))
    summary = f"{report.files} files checked, {len(report.problems)} problems"
    if report.without_text:
        summary += (
            f"; hashes and phrases of {len(report.without_text)} stand-off records were not checked, as their"
            " texts are absent (scripts/fetch_texts.py gets them)"
        )
    typer.echo(summary, err=bool(report.problems))
    if report.problems:
        raise typer.Exit(1)


@app.command()
def stats(
    root: _Root = None,
    texts: _Texts = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of tables.")] = False,
) -> None:
    """Count articles, words, labels and areas by split and source."""
    from hoptac.annotations.corpus import default_root
    from hoptac.annotations.stats import corpus_stats

    try:
        counted = corpus_stats(default_root() if root is None else root, texts)
    except HoptacError as error:
        typer.echo(f"hoptac: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(counted.to_dict(), ensure_ascii=False, indent=1))
    else:
        _print_tables(counted)


def _print_tables(counted: CorpusStats) -> None:
    from rich.console import Console
    from rich.table import Table

    from hoptac.schema import load_schema

    schema = load_schema()
    total = counted.total
    rows = [(split, *group) for split, sources in counted.groups.items() for group in sources.items()]
    articles = Table(title="Articles", title_justify="left")
    columns = ("split", "source", "articles", "words", "entities", "area phrases", "text absent")
    for column in columns:
        articles.add_column(column, justify="left" if column in ("split", "source") else "right")
    for split, source, counts in [*rows, ("all", "", total)]:
        figures = (counts.articles, counts.words, counts.entities.total(), counts.phrases.total())
        articles.add_row(split, source, *(f"{figure:,}" for figure in (*figures, counts.without_text)))

    by_split = {**{split: counted.split(split) for split in counted.groups}, "all": total}
    entities = Table("entity", title="Entities", title_justify="left")
    areas = Table("area", title="Area phrases (articles that have the area)", title_justify="left")
    for split in by_split:
        entities.add_column(split, justify="right")
        areas.add_column(split, justify="right")
    for label in dict.fromkeys([*schema.entity_labels, *total.entities]):
        entities.add_row(label, *(f"{counts.entities[label]:,}" for counts in by_split.values()))
    for area in dict.fromkeys([*schema.area_labels, *total.phrases]):
        figures_of_area = (
            (counts.phrases[area], counts.articles_by_area[area]) for counts in by_split.values()
        )
        areas.add_row(
            area, *(f"{phrases:,} ({articles_with:,})" for phrases, articles_with in figures_of_area)
        )
    console = Console()
    for table in (articles, entities, areas):
        console.print(table)
