"""Articles as lines of words that can be compared across the corpus, with their marks on words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hoptac.article import Article, Entity
from hoptac.review.case import Layer, Marks
from hoptac.scoring import article_lines
from hoptac.text.normalize import normalize

# "Li-băng" is one word, "24-10" and "T-6" are not
_TOKEN = re.compile(r"\w+(?:(?<=[^\W\d_])[-’'](?=[^\W\d_])\w+)*|[^\w\s]")
_DIGITS = re.compile(r"\d+")
EDGE = "\n"  # what stands before the first and after the last word of a line

WordMark = tuple[int, int, str]
"""First word, past the last word, label."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an article: words and marks of both kinds.

    ``words`` are in normalized spelling, ``shapes`` the same with numbers made alike (``0`` for up to three
    digits, ``0000`` for more), ``starts`` and ``ends`` their characters in the article's text. A mark whose
    edge is inside a word takes in the whole word.
    """

    article_id: str
    words: tuple[str, ...]
    shapes: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    entities: tuple[WordMark, ...]
    evidence: tuple[WordMark, ...]

    def marks(self, layer: Layer) -> tuple[WordMark, ...]:
        return self.entities if layer == "entity" else self.evidence

    def keys(self, layer: Layer) -> tuple[str, ...]:
        """The words as surfaces are compared by: names with their case, phrases without."""
        return self.shapes if layer == "entity" else tuple(word.casefold() for word in self.shapes)

    def mark(self, first: int, last: int, label: str) -> Entity:
        """Words ``first`` up to ``last`` as a mark on the text."""
        return Entity(self.starts[first], self.ends[last - 1], label)


def layer_marks(article: Article, layer: Layer) -> Marks:
    """The article's marks of one layer, evidence with its area as label."""
    if layer == "entity":
        return article.entities
    return tuple(Entity(mark.start, mark.end, mark.area) for mark in article.evidence)


def read_lines(article: Article) -> Iterator[Line]:
    """The lines of the article itself, without furniture and empty lines."""
    entities, evidence = layer_marks(article, "entity"), layer_marks(article, "evidence")
    for region in article_lines(article):
        start = region.start
        for raw in article.text[region.start : region.end].split("\n"):
            if raw.strip():
                yield _line(article.id, raw, start, entities, evidence)
            start += len(raw) + 1


def _line(article_id: str, raw: str, offset: int, entities: Marks, evidence: Marks) -> Line:
    clean = normalize(raw)
    tokens = list(_TOKEN.finditer(clean.text))
    starts = [int(clean.starts[token.start()]) + offset for token in tokens]
    ends = [int(clean.ends[token.end() - 1]) + offset for token in tokens]
    words = tuple(token.group() for token in tokens)
    end = offset + len(raw)
    return Line(
        article_id,
        words,
        tuple(_DIGITS.sub(_shape, word) for word in words),
        tuple(starts),
        tuple(ends),
        _on_words(entities, offset, end, starts, ends),
        _on_words(evidence, offset, end, starts, ends),
    )


def _shape(digits: re.Match[str]) -> str:
    return "0000" if len(digits.group()) > 3 else "0"


def _on_words(
    marks: Marks, start: int, end: int, starts: Sequence[int], ends: Sequence[int]
) -> tuple[WordMark, ...]:
    found = []
    for mark in marks:
        if start <= mark.start and mark.end <= end:
            first = int(np.searchsorted(ends, mark.start, side="right"))
            last = int(np.searchsorted(starts, mark.end, side="left"))
            if first < last:
                found.append((first, last, mark.label))
    return tuple(found)
