"""Gold spans as one tag a subword, and tags as spans again.

Entities are tagged BIO (Ramshaw & Marcus 1995), areas by the bare area of the phrase a subword stands in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hoptac.article import AreaEvidence, Entity, Span
from hoptac.text.encode import TokenizedText

FORBIDDEN = -1e4  # a log-score that no path through it survives, yet finite so that sums stay so


def bio_tags(labels: Sequence[str]) -> tuple[str, ...]:
    """``O``, then ``B-X`` and ``I-X`` of each: tag ``2 k + 1`` begins label ``k``, ``2 k + 2`` is inside."""
    return ("O", *(f"{prefix}-{label}" for label in labels for prefix in "BI"))


def allowed_transitions(tags: int) -> NDArray[np.bool_]:
    """``(tags, tags)``: whether tag ``j`` may follow tag ``i``: ``I-X`` only ``B-X`` or ``I-X``."""
    allowed = np.ones((tags, tags), bool)
    for inside in range(2, tags, 2):
        allowed[:, inside] = False
        allowed[inside - 1, inside] = allowed[inside, inside] = True
    return allowed


def covered_tokens(tokens: TokenizedText, start: int, end: int) -> tuple[int, int]:
    """The subwords ``[first, last)`` of which ``start`` to ``end`` holds at least half of the characters."""
    first = int(np.searchsorted(tokens.ends, start, side="right"))
    last = int(np.searchsorted(tokens.starts, end, side="left"))
    while first < last and 2 * start > int(tokens.starts[first]) + int(tokens.ends[first]):
        first += 1
    while first < last and 2 * end < int(tokens.starts[last - 1]) + int(tokens.ends[last - 1]):
        last -= 1
    return first, last


def encode_entities(
    tokens: TokenizedText, entities: Sequence[Entity], labels: Sequence[str]
) -> NDArray[np.int64]:
    """BIO tag ids ``(tokens,)``; labels that are not in ``labels`` stay ``O``."""
    tags = np.zeros(len(tokens), np.int64)
    for entity in entities:
        first, last = covered_tokens(tokens, entity.start, entity.end)
        if entity.label in labels and first < last:
            tag = 2 * labels.index(entity.label) + 1
            tags[first] = tag
            tags[first + 1 : last] = tag + 1
    return tags


def encode_evidence(
    tokens: TokenizedText, evidence: Sequence[AreaEvidence], areas: Sequence[str]
) -> NDArray[np.int64]:
    """Area ids ``(tokens,)``: 0 is none, ``k + 1`` area ``k``."""
    ids = np.zeros(len(tokens), np.int64)
    for mark in evidence:
        first, last = covered_tokens(tokens, mark.start, mark.end)
        if mark.area in areas:
            ids[first:last] = areas.index(mark.area) + 1
    return ids


def token_runs(tags: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """``(first, last, label index)`` of each entity in BIO tag ids ``(tokens,)``, ``last`` past the end.

    An ``I-X`` that follows no ``B-X`` or ``I-X`` begins an entity, as in CoNLL's scorer.
    """
    runs: list[tuple[int, int, int]] = []
    previous = 0
    for index, tag in enumerate(tags.tolist()):
        label = (tag - 1) // 2
        if tag and tag % 2 == 0 and previous and (previous - 1) // 2 == label:
            runs[-1] = (runs[-1][0], index + 1, label)
        elif tag:
            runs.append((index, index + 1, label))
        previous = tag
    return runs


def characters(tokens: TokenizedText, first: int, last: int) -> Span:
    """The characters of subwords ``first`` up to ``last``."""
    return Span(int(tokens.starts[first]), int(tokens.ends[last - 1]))


def unreachable(tokens: TokenizedText, entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """The entities that no choice of tags gives back exactly: an edge is inside a subword or outside all."""
    lost = []
    for entity in entities:
        first, last = covered_tokens(tokens, entity.start, entity.end)
        if first >= last or characters(tokens, first, last) != Span(entity.start, entity.end):
            lost.append(entity)
    return tuple(lost)
