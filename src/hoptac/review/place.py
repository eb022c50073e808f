"""Cases with what a reader needs: split, file and line, and the text around."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoptac.annotations.files import read_text
from hoptac.annotations.inline import HEADER_LINES
from hoptac.annotations.standoff import find
from hoptac.article import Article, Entity
from hoptac.review.case import Case, Marks
from hoptac.review.lines import layer_marks
from hoptac.text.sentences import sentence_spans

CONTEXT = 400  # characters of its paragraph that are shown on either side of a case


@dataclass(frozen=True, slots=True)
class PlacedCase:
    """A case in its article.

    ``path`` and ``line`` (from 1) are those of the annotation file: of an inline file's line of text, of a
    stand-off file's mark, or the next one where nothing is marked. ``sentence`` are the characters of the
    sentences it stands in, ``context`` those of the paragraph. ``new_areas`` says that the article would
    have other areas.
    """

    case: Case
    article: Article
    split: str
    path: Path
    line: int
    sentence: tuple[int, int]
    context: tuple[int, int]
    new_areas: bool

    def to_dict(self) -> dict[str, Any]:
        """For JSON; with a ``decision`` it is what `hoptac.review.apply` takes."""
        case, text = self.case, self.article.text
        return {
            "id": case.key,
            "article": case.article_id,
            "split": self.split,
            "file": self.path.as_posix(),
            "line": self.line,
            "layer": case.layer,
            "kind": case.kind,
            "gold": _rows(case.gold, text),
            "proposed": _rows(case.proposed, text),
            "confidence": round(case.confidence, 4),
            "basis": list(case.basis),
            "statistics": dict(case.statistics),
            "changes_areas": self.new_areas,
            "sentence": {
                "start": self.sentence[0],
                "end": self.sentence[1],
                "text": text[slice(*self.sentence)],
            },
        }

    def excerpt(self) -> str:
        """The sentence on one line, with ``«»`` around what the case is about."""
        text, (start, end) = self.article.text, self.sentence
        case = self.case
        parts = (text[start : case.start], "«", text[case.start : case.end], "»", text[case.end : end])
        return " ".join("".join(parts).split())


def place_cases(
    cases: Iterable[Case],
    articles: Mapping[str, tuple[str, Article]],
    files: Mapping[str, Path],
) -> list[PlacedCase]:
    """The cases, in their order, in their articles, which are given with their split by id."""
    sentences: dict[str, list[tuple[int, int]]] = {}
    sources: dict[str, str] = {}
    placed = []
    for case in cases:
        split, article = articles[case.article_id]
        path = files[case.article_id]
        if case.article_id not in sentences:
            sentences[case.article_id] = sentence_spans(article.text)
            sources[case.article_id] = read_text(path)
        touched = [span for span in sentences[case.article_id] if span[0] < case.end and case.start < span[1]]
        placed.append(
            PlacedCase(
                case,
                article,
                split,
                path,
                _line(case, article, path, sources[case.article_id]),
                (
                    min([case.start, *(start for start, _ in touched)]),
                    max([case.end, *(end for _, end in touched)]),
                ),
                _context(article.text, case.start, case.end),
                _changes_areas(case, article),
            )
        )
    return placed


def _line(case: Case, article: Article, path: Path, source: str) -> int:
    if path.suffix == ".md":
        return HEADER_LINES + 1 + article.text.count("\n", 0, case.start)
    if case.gold:
        mark = case.gold[0]
        return find(source, json.dumps([mark.start, mark.end, mark.label], ensure_ascii=False))[0]
    later = next((mark for mark in layer_marks(article, case.layer) if mark.start >= case.end), None)
    if later is None:
        return find(source, '"entities"' if case.layer == "entity" else '"evidence"')[0]
    return find(source, json.dumps([later.start, later.end, later.label], ensure_ascii=False))[0]


def _context(text: str, start: int, end: int) -> tuple[int, int]:
    begin = max(text.rfind("\n", 0, start) + 1, start - CONTEXT)
    line_end = text.find("\n", end)
    return begin, min(len(text) if line_end < 0 else line_end, end + CONTEXT)


def _changes_areas(case: Case, article: Article) -> bool:
    if case.layer == "entity":
        return False
    after = {mark.label for mark in layer_marks(article, "evidence") if mark not in case.gold}
    return after | {mark.label for mark in case.proposed} != article.areas


def _rows(marks: Marks, text: str) -> list[dict[str, Any]]:
    return [
        {"start": mark.start, "end": mark.end, "label": mark.label, "text": text[mark.start : mark.end]}
        for mark in marks
    ]


def rows_to_marks(rows: Iterable[Mapping[str, Any]]) -> Marks:
    """Marks from the rows of `PlacedCase.to_dict`; raises `KeyError` or `TypeError` for others."""
    return tuple(Entity(int(row["start"]), int(row["end"]), str(row["label"])) for row in rows)
