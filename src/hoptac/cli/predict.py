"""``hoptac predict``: texts and pages in, a table, JSON, CoNLL lines or an HTML page out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.cli.formats import RESULT_KEYS, Format, make_writer
from hoptac.cli.lazy import FAILED
from hoptac.cli.messages import complain, warn
from hoptac.cli.output import open_output
from hoptac.cli.read import STANDARD_INPUT, Document, read_files, read_jsonl
from hoptac.errors import InputError

if TYPE_CHECKING:
    from hoptac.result import Result
    from hoptac.tagger import Tagger

SOME_FAILED = 1  # exit status: a part of the inputs could not be read

app = typer.Typer()


@app.command()
def predict(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE...", help="Plain text or HTML files; - is standard input.", show_default=False
        ),
    ] = None,
    jsonl: Annotated[
        str | None,
        typer.Option(metavar="FILE", help='JSON lines instead, each with a "text"; other keys come back.'),
    ] = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="What to print.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here.")] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Model folder or hub id; without it, the shipped model."),
    ] = None,
    keep_furniture: Annotated[
        bool,
        typer.Option("--keep-furniture", help="Read menus, share buttons and teasers as article text too."),
    ] = False,
    batch_size: Annotated[int, typer.Option(min=1, help="Texts read at once.")] = 16,
) -> None:
    """Find people, ranks, organizations, dates, documents and areas of cooperation.

    Exit status: 0 when all was read, 1 when a part of the input was bad, 2 when nothing could be done.
    """
    if bool(files) == (jsonl is not None):
        raise typer.BadParameter("give FILE... (- for standard input) or --jsonl FILE, one of the two")
    if files and files.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input (-) can be read once only")
    inputs = read_jsonl(jsonl) if jsonl is not None else read_files(files or [])
    many = jsonl is not None or len(files or []) > 1
    run = _Run(model, keep_furniture, batch_size)
    # A bar on the terminal that the results go to would be torn apart by them.
    bar = many and sys.stderr.isatty() and (output is not None or not sys.stdout.isatty())
    with open_output(output) as stream, _progress(bar, None if files is None else len(files)) as advance:
        writer = make_writer(form, stream, many)
        for document, result in run.results(inputs, advance):
            writer.write(document, result)
        if not run.done:
            raise typer.Exit(FAILED)
        writer.close()
    if run.failed:
        raise typer.Exit(SOME_FAILED)


@dataclass
class _Run:
    """One run over the inputs; counts what was done and what failed."""

    model: str | None
    keep_furniture: bool
    batch_size: int
    done: int = 0
    failed: int = 0
    replaced: set[str] = field(default_factory=set)

    def results(
        self, inputs: Iterable[Document | InputError], advance: Callable[[int], None]
    ) -> Iterator[tuple[Document, Result]]:
        """Results in the order of the inputs, a batch at a time, so that memory stays flat."""
        tagger = None
        inputs = iter(inputs)
        while batch := list(islice(inputs, self.batch_size)):
            documents = []
            for item in batch:
                if isinstance(item, InputError):
                    self._fail(item)
                else:
                    documents.append(item)
            if documents and tagger is None:
                from hoptac import tagger as taggers

                tagger = taggers.load(self.model)
            for document, result in self._predict(tagger, documents) if tagger else ():
                self.done += 1
                self._warn(document, result)
                yield document, result
            advance(len(batch))

    def _predict(self, tagger: Tagger, documents: list[Document]) -> Iterator[tuple[Document, Result]]:
        texts = [document.text for document in documents]
        try:
            results = tagger.predict(texts, keep_furniture=self.keep_furniture)
        except InputError:
            yield from self._predict_singly(tagger, documents)
        else:
            yield from zip(documents, results, strict=True)

    def _predict_singly(self, tagger: Tagger, documents: list[Document]) -> Iterator[tuple[Document, Result]]:
        """As `_predict`, for documents of which at least one cannot be read."""
        for document in documents:
            try:
                result = tagger.predict(document.text, keep_furniture=self.keep_furniture)
            except InputError as error:
                self._fail(f"{document.name}: {error}")
            else:
                yield document, result

    def _fail(self, error: object) -> None:
        self.failed += 1
        complain(error)

    def _warn(self, document: Document, result: Result) -> None:
        for text in result.warnings:
            warn(f"{document.name}: {text}")
        taken = {key for key in document.extra if key in RESULT_KEYS and key != "text"} - self.replaced
        if taken:
            self.replaced |= taken
            warn(f"{document.name}: the input's {', '.join(sorted(taken))} gave way to the result's.")


@contextmanager
def _progress(wanted: bool, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; ``total`` is ``None`` where the number of inputs is not known."""
    if not wanted:
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.advance(task, count)
