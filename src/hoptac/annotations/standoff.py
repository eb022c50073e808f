"""Stand-off records: an article's marks without its text, for texts that may not be passed on.

A record is a JSON file with one mark a line, so that a change to one mark is a change to one line::

    {
     "id": "real-001",
     "path": "data/train_tokenized/026420.txt.seg",
     "sha256": "e930…",
     "words": 876,
     "furniture": [
      [0, 14]
     ],
     "entities": [
      [25, 40, "PERSON"]
     ],
     "evidence": []
    }

Offsets count Python characters of the text, half-open. The hash is that of the text's UTF-8 bytes.
``path`` (where the public data set holds the text) is left out where there is none, ``outer_entities``
(see :class:`hoptac.article.Article`) and ``furniture`` where they are empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from hoptac.annotations.files import text_hash, word_count
from hoptac.annotations.marks import structure_errors
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import AnnotationError

_T = TypeVar("_T")

_REQUIRED = ("id", "sha256", "words", "entities", "evidence")
_OPTIONAL = ("path", "furniture", "outer_entities")


@dataclass(frozen=True, slots=True)
class StandoffRecord:
    """``article`` holds the marks with an empty text; ``sha256`` and ``words`` are those of the true text.

    ``path`` is the text's place in the public data set, or None.
    """

    article: Article
    sha256: str
    words: int
    path: str | None = None

    @property
    def id(self) -> str:
        return self.article.id

    def with_text(self, text: str) -> Article:
        """The article with its text.

        Raises :class:`AnnotationError` where ``text`` is not the one that was marked, or a mark leaves it.
        """
        if text_hash(text) != self.sha256:
            raise AnnotationError("the text is not the one that was marked (its SHA-256 differs)", self.id)
        for _, message in structure_errors(self.article, len(text)):
            raise AnnotationError(message, self.id)
        return replace(self.article, text=text)


def to_standoff(article: Article, path: str | None = None) -> StandoffRecord:
    """The record of an article whose text the public data set holds at ``path``."""
    return StandoffRecord(
        replace(
            article,
            text="",
            entities=tuple(sorted(article.entities)),
            evidence=tuple(sorted(article.evidence)),
            furniture=tuple(sorted(article.furniture)),
            outer_entities=tuple(sorted(article.outer_entities)),
        ),
        text_hash(article.text),
        word_count(article.text),
        path,
    )


def write_standoff(record: StandoffRecord) -> str:
    """The record as JSON; equal records give equal characters."""
    article = record.article
    fields = [f' "id": {_dump(article.id)}']
    if record.path is not None:
        fields.append(f' "path": {_dump(record.path)}')
    fields += [f' "sha256": {_dump(record.sha256)}', f' "words": {record.words}']
    if article.furniture:
        fields.append(_list("furniture", ([span.start, span.end] for span in article.furniture)))
    fields.append(_list("entities", ([mark.start, mark.end, mark.label] for mark in article.entities)))
    fields.append(_list("evidence", ([mark.start, mark.end, mark.area] for mark in article.evidence)))
    if article.outer_entities:
        fields.append(_list("outer_entities", ([span.start, span.end] for span in article.outer_entities)))
    return "{\n" + ",\n".join(fields) + "\n}\n"


def read_standoff(text: str, path: Path | str | None = None) -> StandoffRecord:
    """The record that a JSON file holds; ``path`` is for messages only.

    Raises :class:`AnnotationError` with the line where the file is not such a record. Whether the marks
    overlap is seen when they meet their text (:meth:`StandoffRecord.with_text`) and by the checks.
    """
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise AnnotationError(f"not JSON: {error.msg}", path, error.lineno, error.colno) from error
    if not isinstance(raw, dict):
        raise AnnotationError("a stand-off record is a JSON object", path, 1, 1)
    for key in _REQUIRED:
        if key not in raw:
            raise AnnotationError(f"the record lacks {key!r}", path, 1, 1)
    for key in raw:
        if key not in _REQUIRED + _OPTIONAL:
            raise AnnotationError(f"unknown key {key!r}", path, *find(text, _dump(key)))
    reader = _Reader(raw, text, path)
    article = Article(
        id=reader.string("id"),
        text="",
        entities=reader.rows("entities", Entity, 3),
        evidence=reader.rows("evidence", AreaEvidence, 3),
        furniture=reader.rows("furniture", Span, 2),
        outer_entities=reader.rows("outer_entities", Span, 2),
    )
    sha256 = reader.string("sha256")
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise reader.error("sha256", "64 lower-case hexadecimal digits")
    if type(raw["words"]) is not int or raw["words"] < 0:
        raise reader.error("words", "a number of words")
    return StandoffRecord(article, sha256, raw["words"], reader.string("path") if "path" in raw else None)


def find(text: str, part: str) -> tuple[int, int]:
    """Line and column (from 1) of the first place of ``part`` in ``text``; 1, 1 where there is none."""
    at = max(text.find(part), 0)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


@dataclass(frozen=True, slots=True)
class _Reader:
    """Typed access to a record's fields."""

    raw: dict[str, Any]
    text: str
    path: Path | str | None

    def string(self, key: str) -> str:
        value = self.raw[key]
        if not isinstance(value, str) or not value or "\n" in value:
            raise self.error(key, "a text of one line")
        return value

    def rows(self, key: str, make: Callable[..., _T], width: int) -> tuple[_T, ...]:
        rows = self.raw.get(key, [])
        shape = "[start, end, label]" if width == 3 else "[start, end]"
        if not isinstance(rows, list):
            raise self.error(key, f"a list of {shape}")
        for row in rows:
            is_row = isinstance(row, list) and len(row) == width and type(row[0]) is type(row[1]) is int
            if not is_row or (width == 3 and not isinstance(row[2], str)):
                message = f"{_dump(row)} among {key!r} is not {shape}"
                raise AnnotationError(message, self.path, *find(self.text, _dump(row)))
        return tuple(make(*row) for row in rows)

    def error(self, key: str, wanted: str) -> AnnotationError:
        return AnnotationError(f"{key!r} must be {wanted}", self.path, *find(self.text, f'"{key}"'))


def _list(key: str, rows: Iterable[list[Any]]) -> str:
    lines = [f"  {_dump(row)}" for row in rows]
    return f' "{key}": [\n' + ",\n".join(lines) + "\n ]" if lines else f' "{key}": []'


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
