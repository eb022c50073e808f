"""The output formats of ``hoptac predict``: each writes results one by one to a stream."""

from __future__ import annotations

import io
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TextIO

from hoptac.archive.records import Document, record, to_json
from hoptac.result import AreaResult, Result, Surface


class Format(StrEnum):
    """What ``--format`` takes."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    HTML = "html"
    CONLL = "conll"
    PARQUET = "parquet"


_SUFFIXES = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".json": Format.JSON,
    ".html": Format.HTML,
    ".conll": Format.CONLL,
}


def format_of(output: Path | None) -> Format:
    """What the output's name asks for."""
    return _SUFFIXES.get(output.suffix.lower(), Format.TABLE) if output else Format.TABLE


class Writer(Protocol):
    """Writes results to a stream; ``close`` ends what is open, and leaves the stream open."""

    def write(self, document: Document, result: Result) -> None: ...

    def close(self) -> None: ...


def make_writer(form: Format, stream: TextIO, many: bool) -> Writer:
    """The writer for ``form``, which is not `Format.PARQUET`.

    ``many`` says that several results may come, so that each names its file.
    """
    kinds: dict[Format, Callable[[TextIO, bool], Writer]] = {
        Format.TABLE: _TableWriter,
        Format.JSON: _JsonWriter,
        Format.JSONL: _JsonLinesWriter,
        Format.HTML: _HtmlWriter,
        Format.CONLL: _ConllWriter,
    }
    return kinds[form](stream, many)


class _JsonLinesWriter:
    def __init__(self, stream: TextIO, many: bool) -> None:
        self._stream = stream

    def write(self, document: Document, result: Result) -> None:
        self._stream.write(to_json(record(document, result)) + "\n")
        self._stream.flush()

    def close(self) -> None:
        pass


class _JsonWriter:
    """One object for one input, a list of objects for several."""

    def __init__(self, stream: TextIO, many: bool) -> None:
        self._stream, self._many, self._count = stream, many, 0

    def write(self, document: Document, result: Result) -> None:
        if self._many:
            self._stream.write(",\n" if self._count else "[\n")
        self._stream.write(to_json(record(document, result), indent=2))
        self._count += 1

    def close(self) -> None:
        self._stream.write("\n]\n" if self._many else "\n")


class _HtmlWriter:
    """One page, with a section for each result."""

    def __init__(self, stream: TextIO, many: bool) -> None:
        self._stream, self._many, self._count = stream, many, 0

    def write(self, document: Document, result: Result) -> None:
        from hoptac.view import page_foot, page_head, page_section

        if not self._many:
            self._stream.write(result.to_html())
            return
        if self._count == 0:
            self._stream.write(page_head("hoptac"))
            self._foot = page_foot()
        self._count += 1
        self._stream.write(page_section(result, f"r{self._count}", document.name))

    def close(self) -> None:
        if self._many:
            self._stream.write(self._foot)


class _ConllWriter:
    """``-DOCSTART-`` stands before each document where several may come."""

    def __init__(self, stream: TextIO, many: bool) -> None:
        from hoptac.text.segment import get_segmenter

        self._stream, self._many = stream, many
        self._segmenter = get_segmenter("underthesea")

    def write(self, document: Document, result: Result) -> None:
        from hoptac.result_conll import write_conll

        if self._many:
            self._stream.write("-DOCSTART-\tO\n\n")
        self._stream.write(write_conll(result, self._segmenter))

    def close(self) -> None:
        pass


class _TableWriter:
    """Two tables for people: names by type with their counts, and areas with the phrases that show them."""

    def __init__(self, stream: TextIO, many: bool) -> None:
        from rich.console import Console

        self._stream, self._many = stream, many
        # It prints into memory: on a broken pipe rich would end the program with a status of its own.
        self._console = Console(
            file=io.StringIO(),
            highlight=False,
            force_terminal=stream.isatty(),
            width=None if stream.isatty() else 110,  # a file or a pipe has no width of its own
        )

    def write(self, document: Document, result: Result) -> None:
        from rich.rule import Rule

        with self._console.capture() as printed:
            if self._many:
                self._console.print(Rule(_plain(document.name), align="left"))
            if result.entities:
                self._console.print(self._names(result))
            if result.areas:
                self._console.print(self._areas(result.areas))
            if not result.entities and not result.areas:
                self._console.print("Nothing found.")
        self._stream.write(printed.get())

    def close(self) -> None:
        pass

    def _names(self, result: Result) -> Any:
        table = _table("Type", "Name", "Mentions", "Score")
        for label, surfaces in result.surfaces().items():
            for number, surface in enumerate(surfaces):
                first = label if number == 0 else ""
                row = (first, surface.text, str(len(surface.mentions)), f"{_best(surface):.2f}")
                table.add_row(*map(_plain, row), end_section=number == len(surfaces) - 1)
        return table

    def _areas(self, areas: tuple[AreaResult, ...]) -> Any:
        table = _table("Area", "Evidence", "Score")
        for area in areas:
            phrases = dict.fromkeys(" ".join(span.text.split()) for span in area.evidence)
            names = f"{area.name_vi}\n{area.name_en}"
            row = (names, "\n".join(phrases), f"{area.score:.2f}")
            table.add_row(*map(_plain, row), end_section=True)
        return table


def _table(first: str, second: str, *numbers: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, style="bold", overflow="fold")
    table.add_column(second, overflow="fold", ratio=1)
    for name in numbers:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _best(surface: Surface) -> float:
    return max(mention.score for mention in surface.mentions)


def _plain(text: str) -> Any:
    """``text`` as it is: no markup is read in it, and control characters cannot reach the terminal."""
    from rich.text import Text

    return Text("".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text))
