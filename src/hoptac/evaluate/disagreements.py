"""Where two annotators of one text differ, mark by mark, each in its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hoptac.article import Article, Entity
from hoptac.evaluate.errors_by_cause import find_errors
from hoptac.evaluate.prediction import Prediction, ScoredEntity
from hoptac.text.sentences import sentence_spans

LAYERS = ("entity", "evidence", "furniture")
KINDS = {"missed": "only A", "spurious": "only B", "boundary": "edges", "label": "label"}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Marks of a ``layer`` that share characters and are not the same.

    ``kind`` is ``only A``, ``only B``, ``edges`` or ``label``; ``a`` and ``b`` hold the two sides' marks, of
    which one may be empty. ``start`` and ``end`` are the sentences they stand in.
    """

    article_id: str
    layer: str
    kind: str
    a: tuple[Entity, ...]
    b: tuple[Entity, ...]
    start: int
    end: int

    def to_dict(self, text: str) -> dict[str, Any]:
        """For JSON, with the words of ``text``, the article's."""
        return {
            "article": self.article_id,
            "layer": self.layer,
            "kind": self.kind,
            "a": [_mark(mark, text) for mark in self.a],
            "b": [_mark(mark, text) for mark in self.b],
            "sentence": {"start": self.start, "end": self.end, "text": text[self.start : self.end]},
        }

    def excerpt(self, text: str) -> str:
        """The sentences on one line, with ``«»`` around what one of the two marked."""
        marks = (*self.a, *self.b)
        start, end = min(mark.start for mark in marks), max(mark.end for mark in marks)
        parts = (text[self.start : start], "«", text[start:end], "»", text[end : self.end])
        return " ".join("".join(parts).split())


def find_disagreements(pairs: Sequence[tuple[Article, Article]]) -> list[Disagreement]:
    """All disagreements of pairs on one text each, by article, layer and place."""
    return [found for first, second in pairs for layer in LAYERS for found in _of_layer(first, second, layer)]


def _of_layer(first: Article, second: Article, layer: str) -> Iterator[Disagreement]:
    a, b = _marks(first, layer), _marks(second, layer)
    if set(a) == set(b):
        return
    sentences = sentence_spans(first.text)
    said = tuple(ScoredEntity(mark.start, mark.end, mark.label, 1.0) for mark in b)
    for error in find_errors([(replace(first, entities=a), Prediction(first.id, said))]):
        touched = [span for span in sentences if span[0] < error.end and error.start < span[1]]
        yield Disagreement(
            first.id,
            layer,
            KINDS[error.kind],
            error.gold,
            tuple(said.entity for said in error.predicted),
            min([error.start, *(span[0] for span in touched)]),
            max([error.end, *(span[1] for span in touched)]),
        )


def _marks(article: Article, layer: str) -> tuple[Entity, ...]:
    """The marks of a layer, all as entities, so that they are compared in one way."""
    if layer == "entity":
        return article.entities
    if layer == "evidence":
        return tuple(Entity(mark.start, mark.end, mark.area) for mark in article.evidence)
    lines = (line for line in article.furniture if article.text[line.start : line.end].strip())
    return tuple(Entity(line.start, line.end, "FURNITURE") for line in lines)


def _mark(mark: Entity, text: str) -> dict[str, Any]:
    return {"start": mark.start, "end": mark.end, "label": mark.label, "text": text[mark.start : mark.end]}
