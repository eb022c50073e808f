"""Words at the edge of a mark that belong to it elsewhere and not here, or here and not elsewhere.

"báo" stands before the name of a newspaper, "ngày" is part of the date: for each label and each one to three
words at an edge it is counted how often they are inside and how often right outside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hoptac.review.case import Case, Layer, judged
from hoptac.review.lines import EDGE, Line, WordMark

LONGEST = 3  # words at an edge
LEAST = 0.8
FEWEST = 4  # places with these words that decide
BOTH = 2  # places with these words and the word inside beside them, before they are taken in
REST = 3  # marks that begin, or end, with the word that would then be at the edge
_WEIGHT = 2.0  # how many places with the same neighbour weigh as much as all of the words' places

_INSIDE, _OUTSIDE = 0, 1


@dataclass(frozen=True, slots=True)
class _Edge:
    """Words at an edge: ``inner`` is the mark's word beside them, ``outer`` that on their other side."""

    line: int
    mark: WordMark
    side: str
    words: tuple[str, ...]
    inner: str
    outer: str
    state: int

    @property
    def key(self) -> tuple[str, ...]:
        """What is counted together: side, label and words."""
        return (self.side, self.mark[2], *self.words)


def edge_cases(lines: Sequence[Line], layer: Layer) -> Iterator[Case]:
    """Cases of one layer, in no order; one mark may come in several."""
    edges = [edge for number, line in enumerate(lines) for edge in _edges(number, line, layer)]
    alone, inner, outer = (defaultdict[tuple[str, ...], Counter[int]](Counter) for _ in range(3))
    articles: defaultdict[tuple[tuple[str, ...], int], set[str]] = defaultdict(set)
    for edge in edges:
        alone[edge.key][edge.state] += 1
        inner[*edge.key, edge.inner][edge.state] += 1
        outer[*edge.key, edge.outer][edge.state] += 1
        articles[edge.key, edge.state].add(lines[edge.line].article_id)
    at_edge = Counter((edge.side, edge.mark[2], edge.inner) for edge in edges if edge.state == _OUTSIDE)
    for edge in edges:
        other, counts = 1 - edge.state, alone[edge.key]
        if counts[other] < FEWEST:
            continue
        beside = (inner[*edge.key, edge.inner], outer[*edge.key, edge.outer])
        line = lines[edge.line]
        if other == _INSIDE and (beside[0][other] < BOTH or not _free(line.marks(layer), edge)):
            continue
        if other == _OUTSIDE and at_edge[edge.side, edge.mark[2], edge.inner] < REST:
            continue
        base = (counts[other] + 0.5) / counts.total()
        likely = min((near[other] + _WEIGHT * base) / (near.total() - 1 + _WEIGHT) for near in beside)
        if likely < LEAST:
            continue
        first, last, label = edge.mark
        by = len(edge.words) if other == _OUTSIDE else -len(edge.words)
        moved = (first + by, last) if edge.side == "left" else (first, last - by)
        case = Case(
            line.article_id,
            layer,
            (line.mark(first, last, label),),
            (line.mark(*moved, label),),
            ("edge",),
            {
                "surface": " ".join(edge.words),
                "side": edge.side,
                "as_proposed": counts[other],
                "as_here": counts[edge.state] - 1,
                "places": counts.total() - 1,
                "articles": len(articles[edge.key, other]),
            },
        )
        yield judged(case, 1 - likely, likely)


def _edges(number: int, line: Line, layer: Layer) -> Iterator[_Edge]:
    keys = line.keys(layer)

    def word(at: int) -> str:
        return keys[at] if 0 <= at < len(keys) else EDGE

    for mark in line.marks(layer):
        first, last, _ = mark
        for length in range(1, LONGEST + 1):
            if last - first > length:
                left, right = keys[first : first + length], keys[last - length : last]
                yield _Edge(number, mark, "left", left, word(first + length), word(first - 1), _INSIDE)
                yield _Edge(number, mark, "right", right, word(last - length - 1), word(last), _INSIDE)
            left, right = keys[max(first - length, 0) : first], keys[last : last + length]
            if len(left) == length and left[0][0].isalnum():
                yield _Edge(number, mark, "left", left, word(first), word(first - length - 1), _OUTSIDE)
            if len(right) == length and right[-1][0].isalnum():
                yield _Edge(number, mark, "right", right, word(last - 1), word(last + length), _OUTSIDE)


def _free(marks: Sequence[WordMark], edge: _Edge) -> bool:
    """Whether no other mark is on the words that would be taken in."""
    first, last, _ = edge.mark
    length = len(edge.words)
    start, end = (first - length, first) if edge.side == "left" else (last, last + length)
    return not any(a < end and start < b for a, b, _ in marks)
