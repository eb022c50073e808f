"""``hoptac predict``: texts, pages and archives in; tables, JSON, Parquet, CoNLL lines or HTML out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.archive.records import TEXT, Document, replaced_keys, tag
from hoptac.archive.source import STANDARD_INPUT, JsonLines, ParquetRows
from hoptac.archive.work import Form as ArchiveForm
from hoptac.archive.work import Job
from hoptac.cli.formats import Format, format_of, make_writer
from hoptac.cli.lazy import FAILED
from hoptac.cli.messages import complain, warn
from hoptac.cli.output import is_special, open_output
from hoptac.cli.read import read_files, read_records
from hoptac.errors import InputError

if TYPE_CHECKING:
    from hoptac.result import Result

SOME_FAILED = 1  # exit status: a part of the inputs could not be read
TEXTS, TEXTS_OF_ARCHIVE = 16, 64  # read at once: a person waits for the first results, an archive does not

app = typer.Typer(add_completion=False)


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
        typer.Option(
            metavar="FILE", help='JSON lines instead, each with a "text"; also .gz, .xz, .zst; - as above.'
        ),
    ] = None,
    parquet: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Parquet instead: a file, or a folder of files, with a column text."
        ),
    ] = None,
    text_column: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="Key or column of the texts; all others come back with the results."
        ),
    ] = TEXT,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            "-f",
            help="What to write; without it, what the name of the output says, or a table.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that read an archive, each with its share of the cores.")
    ] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an archive where an earlier run was stopped.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Model folder or hub id; without it, the shipped model."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(metavar="NAME", help="openvino, torch, or auto: what fits this machine."),
    ] = "auto",
    show_engine: Annotated[
        bool,
        typer.Option("--show-engine", help="Say on standard error which engine and number format read."),
    ] = False,
    keep_furniture: Annotated[
        bool,
        typer.Option("--keep-furniture", help="Read menus, share buttons and teasers as article text too."),
    ] = False,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help=f"Texts read at once: {TEXTS}, of an archive {TEXTS_OF_ARCHIVE}."),
    ] = None,
) -> None:
    """Find people, ranks, organizations, dates, documents and areas of cooperation.

    From --jsonl or --parquet to -o OUT.jsonl or OUT.parquet, an archive of any size is read in flat memory.
    OUT appears when all is done; until then OUT.partial holds what is finished, for --resume.

    Exit status: 0 when all was read, 1 when a part of the input was bad, 2 when nothing could be done.
    """
    if sum((bool(files), jsonl is not None, parquet is not None)) != 1:
        raise typer.BadParameter(
            "give FILE... (- for standard input), --jsonl FILE or --parquet FILE, one of the three"
        )
    if files and files.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input (-) can be read once only")
    source: JsonLines | ParquetRows | None = None
    if jsonl is not None:
        source = JsonLines(jsonl, text_column)
    elif parquet is not None:
        source = ParquetRows(parquet, text_column)
    elif text_column != TEXT:
        raise typer.BadParameter("--text-column goes with --jsonl or --parquet")
    form = form or format_of(output)
    # A bar on the terminal that the results go to would be torn apart by them.
    bar = sys.stderr.isatty() and (output is not None or not sys.stdout.isatty())
    if source and output and form in (Format.JSONL, Format.PARQUET) and not is_special(output):
        size = batch_size or TEXTS_OF_ARCHIVE
        job = Job(source, ArchiveForm(form.value), model, engine, keep_furniture, size)
        _archive(job, output, workers, resume, bar)
        return
    if workers > 1 or resume or form is Format.PARQUET:
        raise typer.BadParameter(
            "--workers, --resume and Parquet go with --jsonl or --parquet and -o OUT.jsonl or OUT.parquet"
        )
    inputs = read_files(files or []) if source is None else read_records(source)
    many = source is not None or len(files or []) > 1
    total = len(files or []) if source is None else source.total
    run = _Run(model, engine, keep_furniture, batch_size or TEXTS, show_engine)
    with open_output(output) as stream, _progress(bar and many, total) as advance:
        writer = make_writer(form, stream, many)
        for document, result in run.results(inputs, advance):
            writer.write(document, result)
        if not run.done:
            raise typer.Exit(FAILED)
        writer.close()
    if run.failed:
        raise typer.Exit(SOME_FAILED)


def _archive(job: Job, output: Path, workers: int, resume: bool, bar: bool) -> None:
    """Read an archive and say at the end what was done, how fast, and with which engine."""
    from hoptac.archive.run import tag_archive

    say = {"error": complain, "warning": warn}
    with _progress(bar, job.source.total) as advance:
        totals = tag_archive(
            job,
            output,
            workers=workers,
            resume=resume,
            say=lambda kind, text: say[kind](text),
            advance=advance,
        )
    new = totals.done - totals.kept
    parts = [f"{totals.done:,} articles in {output}" if totals.done else "no article could be read"]
    if totals.failed:
        parts.append(f"{totals.failed:,} records could not be read")
    if totals.kept:
        parts.append(f"{totals.kept:,} articles were finished before")
    if new and totals.seconds:
        rate = f"{new / totals.seconds:.1f} articles and {totals.words / totals.seconds:,.0f} words a second"
        parts.append(f"{rate} with {totals.engine}")
    typer.echo(f"hoptac: {'; '.join(parts)}.", err=True)
    if not totals.done:
        raise typer.Exit(FAILED)
    if totals.failed:
        raise typer.Exit(SOME_FAILED)


@dataclass
class _Run:
    """One run over the inputs; counts what was done and what failed."""

    model: str | None
    engine: str
    keep_furniture: bool
    batch_size: int
    show_engine: bool = False
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

                tagger = taggers.load(self.model, engine=self.engine)
                if self.show_engine:
                    typer.echo(f"hoptac: engine: {tagger.engine}", err=True)
            found = tag(tagger, documents, self.keep_furniture) if tagger else iter(())
            for document, result in zip(documents, found, strict=True):
                if isinstance(result, InputError):
                    self._fail(result)
                    continue
                self.done += 1
                self._warn(document, result)
                yield document, result
            advance(len(batch))

    def _fail(self, error: object) -> None:
        self.failed += 1
        complain(error)

    def _warn(self, document: Document, result: Result) -> None:
        for text in result.warnings:
            warn(f"{document.name}: {text}")
        taken = replaced_keys(document) - self.replaced
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
