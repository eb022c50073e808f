"""What a worker does: a chunk of records in, the bytes of its results out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hoptac.archive.records import Document, record, replaced_keys, tag, to_json
from hoptac.archive.source import Chunk, JsonLines, ParquetRows
from hoptac.errors import InputError
from hoptac.result import Result

if TYPE_CHECKING:
    from hoptac.tagger import Tagger


class Form(StrEnum):
    """The format of an archive of results."""

    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs to know; picklable.

    ``model`` and ``engine`` are `hoptac.tagger.load`'s, ``batch_size`` counts texts.
    """

    source: JsonLines | ParquetRows
    form: Form
    model: str | Path | None = None
    engine: str = "auto"
    keep_furniture: bool = False
    batch_size: int = 64

    def load(self) -> Tagger:
        """The tagger that reads; raises `hoptac.errors.ModelError` where it cannot be loaded."""
        from hoptac import tagger as taggers

        return taggers.load(self.model, engine=self.engine)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a chunk: its results as ``data``, counts, and what to tell the user, in order.

    ``replaced`` names the input's keys that gave way to the result's, ``engine`` what the texts were read
    with.
    """

    data: bytes
    done: int
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    replaced: tuple[str, ...]
    words: int
    engine: str


class Worker:
    """Reads chunks with one tagger, which is loaded for the first."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @cached_property
    def tagger(self) -> Tagger:
        return self.job.load()

    def load(self) -> None:
        """Load the tagger now. Raises as the first chunk would."""
        self.tagger  # noqa: B018

    def __call__(self, chunk: Chunk) -> Outcome:
        """Raises `hoptac.errors.ModelError` where the model cannot be loaded."""
        job = self.job
        items = job.source.documents(chunk)
        documents = [item for item in items if isinstance(item, Document)]
        found = iter(tag(self.tagger, documents, job.keep_furniture))
        kept: list[tuple[int, Document, Result]] = []
        errors: list[str] = []
        for row, item in enumerate(items):
            if isinstance(item, InputError):
                errors.append(str(item))
            elif isinstance(result := next(found), InputError):
                errors.append(str(result))
            else:
                kept.append((row, item, result))
        return Outcome(
            data=self._bytes(chunk, kept),
            done=len(kept),
            errors=tuple(errors),
            warnings=tuple(f"{item.name}: {text}" for _, item, result in kept for text in result.warnings),
            replaced=tuple(sorted(frozenset().union(*(replaced_keys(item) for _, item, _ in kept)))),
            words=sum(len(result.text.split()) for *_, result in kept),
            engine=self.tagger.engine if documents else "",
        )

    def _bytes(self, chunk: Chunk, kept: list[tuple[int, Document, Result]]) -> bytes:
        if not kept:
            return b""
        if self.job.form is Form.JSONL:
            lines = (to_json(record(document, result)) + "\n" for _, document, result in kept)
            return "".join(lines).encode("utf-8")
        from hoptac.archive.tables import to_bytes, with_columns, with_records

        results = [result for *_, result in kept]
        if isinstance(self.job.source, ParquetRows):
            others = self.job.source.others(chunk).take([row for row, *_ in kept])
            return to_bytes(with_columns(others, results))
        return to_bytes(with_records([dict(document.extra) for _, document, _ in kept], results))
