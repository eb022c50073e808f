"""``hoptac annotations suggest``: new pages marked by a model, the most informative first."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.annotations.formats.catalogue import Format
from hoptac.cli.lazy import FAILED
from hoptac.cli.messages import complain, warn
from hoptac.cli.read import STANDARD_INPUT, Document, read_files, read_jsonl
from hoptac.errors import InputError

if TYPE_CHECKING:
    from hoptac.active.resemblance import Texts
    from hoptac.active.suggestion import NewPage, Suggestion
    from hoptac.active.suggestion_files import Numbered
    from hoptac.annotations.formats.losses import Losses

SOME_FAILED = 1  # exit status: a part of the pages could not be read
JSON_LINES = ".jsonl"
_PAGES = {".html", ".htm", ".xhtml", ".txt", JSON_LINES}
_SHOWN, _NAMED = 20, 3  # articles in the table, doubts of each


def suggest(
    pages: Annotated[
        list[str],
        typer.Argument(
            metavar="PAGES",
            help='Text or HTML files, folders of them, or .jsonl files with a "text" a line; - is standard '
            "input.",
        ),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FOLDER", help="A new folder for the files.")],
    form: Annotated[
        Format, typer.Option("--format", "-f", help="The format of the files to correct.")
    ] = Format.INLINE,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Model folder or hub id; without it, the shipped model."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Write only the first so many articles.")] = None,
    done: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="Articles corrected before: pages that repeat one are left out; repeatable."
        ),
    ] = None,
) -> None:
    """Mark new pages for correction, most informative first.

    The files are numbered in the order in which correcting teaches most: many doubtful names and areas for
    their length, and others than in the articles before. FOLDER/order.csv says why each stands where it does,
    FOLDER/doubts.csv lists every doubtful mark, and what was nearly marked, with its sentence.

    Exit status: 0 when all was read, 1 when a part of the pages was bad, 2 when nothing could be done.
    """
    from hoptac.active.order import rank
    from hoptac.active.suggestion_files import in_order, refuse_full, write_suggestions
    from hoptac.annotations.formats import spacy
    from hoptac.annotations.formats.losses import Losses

    if pages.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input (-) can be read once only")
    refuse_full(out)
    if form is Format.SPACY:
        spacy.render((), out, Losses())  # before the work, not after it: is spaCy there?
    known = _known(done or [])
    losses = Losses()
    suggestions, failed = _read(pages, model, known, losses)
    if not suggestions:
        complain("there is no page left to write.")
        raise typer.Exit(FAILED)
    order = rank({each.article.id: each.state for each in suggestions}, None, limit)
    rows = in_order(suggestions, order)
    write_suggestions(out, rows, form, losses)
    for sentence in losses.sentences():
        warn(f"not written: {sentence}")
    _print(rows)
    typer.echo(f"{len(rows)} of {len(suggestions)} articles in {out}; order.csv says why in this order.")
    if failed:
        raise typer.Exit(SOME_FAILED)


def _known(paths: Sequence[Path]) -> Texts:
    from hoptac.active.resemblance import Texts, body
    from hoptac.annotations.formats.catalogue import read_articles

    known = Texts()
    for path in paths:
        for article in read_articles(path):
            known.add(article.id, body(article))
    return known


def _read(
    names: Sequence[str], model: str | None, known: Texts, losses: Losses
) -> tuple[list[Suggestion], int]:
    """The suggestions for all pages that can be read and are new, and how many could not be read."""
    from hoptac.active.model import load_reader
    from hoptac.active.suggestion import suggest as suggest_marks

    failed = 0
    new: list[NewPage] = []
    for page in _pages(names):
        if isinstance(page, InputError):
            failed += 1
            complain(page)
        else:
            new.append(page)
    suggestions: list[Suggestion] = []
    repeated: list[str] = []
    reader = load_reader(model) if new else None
    found = suggest_marks(reader, _with_progress(new), losses) if reader else iter(())
    for item in found:
        if isinstance(item, InputError):
            failed += 1
            complain(item)
        elif likeness := known.repeated(item.state.body):
            repeated.append(f"{item.page.name} ({likeness.share:.0%} of {likeness.id})")
        else:
            suggestions.append(item)
    if repeated:
        shown = ", ".join(repeated[:_NAMED]) + (" …" if len(repeated) > _NAMED else "")
        warn(f"{len(repeated)} pages repeat articles that are done and were left out: {shown}")
    return suggestions, failed


def _pages(names: Sequence[str]) -> Iterator[NewPage | InputError]:
    """The pages of all files; each gets an id of its own."""
    from hoptac.active.suggestion import NewPage
    from hoptac.annotations.formats.labelled import Intake

    taken: dict[str, int] = {}
    for name in names:
        for document in _documents(name):
            if isinstance(document, InputError):
                yield document
                continue
            if document.text.startswith("---\nid: "):
                message = "is inline markup, not a page; correct it as it is, or name the plain text."
                yield InputError(f"{document.name}: {message}")
                continue
            article_id = Intake().id(_own_id(document), "page")
            taken[article_id] = taken.get(article_id, 0) + 1
            if taken[article_id] > 1:
                article_id = f"{article_id}-{taken[article_id]}"
                taken[article_id] = 1
            yield NewPage(article_id, document.name, document.text)


def _documents(name: str) -> Iterator[Document | InputError]:
    path = Path(name)
    if name != STANDARD_INPUT and path.is_dir():
        files = sorted(
            file
            for file in path.rglob("*")
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
        chosen = [file for file in files if file.suffix.lower() in _PAGES]
        if others := len(files) - len(chosen):
            warn(f"{name}: {others} files that are neither .html nor .txt nor .jsonl were passed over")
        if not chosen:
            yield InputError(f"{name}: the folder holds no .html, .txt or .jsonl file.")
        for file in chosen:
            yield from _documents(str(file))
    elif path.suffix.lower() == JSON_LINES:
        yield from read_jsonl(name)
    else:
        yield from read_files([name])


def _own_id(document: Document) -> str:
    own = document.extra.get("id")
    if isinstance(own, str | int) and str(own).strip():
        return str(own)
    file = document.extra.get("file")
    if isinstance(file, str):
        return "stdin" if file == STANDARD_INPUT else Path(file).stem
    return Path(document.name.replace(", line ", "-")).name.replace(JSON_LINES, "")


def _with_progress(pages: Sequence[NewPage]) -> Iterator[NewPage]:
    from rich.console import Console
    from rich.progress import track

    bar = len(pages) > 1 and sys.stderr.isatty()
    yield from track(pages, "Reading", console=Console(stderr=True), transient=True, disable=not bar)


def _print(rows: Sequence[Numbered]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from hoptac.active.suggestion_files import DOUBTFUL, describe
    from hoptac.active.uncertainty import Layer

    table = Table(title="Most informative first", title_justify="left")
    for column in ("article", "words", "gain", "wrong names", "wrong areas", "most doubtful"):
        table.add_column(column, justify="left" if column in ("article", "most doubtful") else "right")
    for row in rows[:_SHOWN]:
        state = row.suggestion.state
        doubts = state.doubtful(DOUBTFUL)[:_NAMED]
        repeats = row.ranked.repeats
        about = (
            f"repeats {repeats.id}" if repeats else "\n".join(describe(d, state.surface(d)) for d in doubts)
        )
        table.add_row(
            escape(row.article.id),
            str(state.words),
            f"{row.ranked.gain:.2f}",
            f"{state.expected(Layer.ENTITY):.1f}",
            f"{state.expected(Layer.AREA):.1f}",
            escape(about),
        )
    Console().print(table)
    if len(rows) > _SHOWN:
        typer.echo(f"… and {len(rows) - _SHOWN} more")
