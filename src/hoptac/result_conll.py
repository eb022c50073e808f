"""A result as CoNLL lines: a word, a tab and its BIO tag; a blank line after each sentence."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from hoptac.article import Span
from hoptac.text.normalize import normalize
from hoptac.text.sentences import sentence_spans

if TYPE_CHECKING:
    from hoptac.result import Result
    from hoptac.text.segment import Segmenter

_SPACE = re.compile(r"\s+")


def write_conll(result: Result, segmenter: Segmenter) -> str:
    """The words of the article with the tags of its entities.

    A word is the text as given with ``_`` for the spaces between its syllables. Where an entity begins or
    ends within a word, the word is cut there, so that the tags say exactly what ``result.entities`` says.
    """
    edges = sorted({edge for entity in result.entities for edge in (entity.start, entity.end)})
    waiting = sorted(result.entities, key=lambda entity: entity.start, reverse=True)
    begun = None
    lines = []
    for sentence in _sentences(result, segmenter):
        for word in sentence:
            for start, end in _cut(result.text, word, edges):
                while waiting and waiting[-1].end <= start:
                    waiting.pop()
                tag = "O"
                if waiting and waiting[-1].start < end:
                    tag = f"{'I' if waiting[-1] is begun else 'B'}-{waiting[-1].label}"
                    begun = waiting[-1]
                lines.append(f"{_SPACE.sub('_', result.text[start:end])}\t{tag}\n")
        lines.append("\n")
    return "".join(lines)


def _sentences(result: Result, segmenter: Segmenter) -> Iterator[list[Span]]:
    for region in result.kept:
        normalized = normalize(result.text[region.start : region.end])
        for first, last in sentence_spans(normalized.text):
            words = []
            for start, end in segmenter(normalized.text[first:last]):
                raw_start, raw_end = normalized.to_raw(first + start, first + end)
                words.append(Span(region.start + raw_start, region.start + raw_end))
            if words:
                yield words


def _cut(text: str, word: Span, edges: list[int]) -> Iterator[tuple[int, int]]:
    """The pieces of a word between entity edges, without white space at their ends."""
    cuts = [word.start, *edges[bisect_right(edges, word.start) : bisect_left(edges, word.end)], word.end]
    for start, end in pairwise(cuts):
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        end -= len(piece) - len(piece.rstrip())
        if start < end:
            yield start, end
