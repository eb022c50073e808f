"""A mark, or its absence, that something speaks against, and what would stand there instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from hoptac.article import Entity

Layer = Literal["entity", "evidence"]
Kind = Literal["missed", "spurious", "label", "boundary"]

LAYERS: tuple[Layer, ...] = ("entity", "evidence")
KINDS: tuple[Kind, ...] = ("missed", "spurious", "label", "boundary")

Marks = tuple[Entity, ...]
"""Marks of one layer; an evidence phrase has its area for a label."""


@dataclass(frozen=True, slots=True)
class Case:
    """``gold`` marks of an article that should perhaps be the ``proposed`` ones; one of the two may be empty.

    ``confidence``, 0 to 1, tells how surely it is an error. ``basis`` names what speaks for it
    (``surface``, ``edge``, ``cue``, ``twin``, ``model``), ``statistics`` the figures of the first of them.
    """

    article_id: str
    layer: Layer
    gold: Marks
    proposed: Marks
    basis: tuple[str, ...]
    statistics: Mapping[str, float | int | str]
    confidence: float = 0.0

    @property
    def kind(self) -> Kind:
        """``missed``, ``spurious``, ``label`` (the same edges) or ``boundary``."""
        if not self.gold:
            return "missed"
        if not self.proposed:
            return "spurious"
        edges = [[(mark.start, mark.end) for mark in marks] for marks in (self.gold, self.proposed)]
        return "label" if edges[0] == edges[1] else "boundary"

    @property
    def start(self) -> int:
        return min(mark.start for mark in (*self.gold, *self.proposed))

    @property
    def end(self) -> int:
        return max(mark.end for mark in (*self.gold, *self.proposed))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels on either side, each once."""
        return tuple(dict.fromkeys(mark.label for mark in (*self.gold, *self.proposed)))

    @property
    def key(self) -> str:
        """A short name that stays the same from run to run while the marks do."""
        content = repr((self.article_id, self.layer, self.gold, self.proposed))
        return f"{self.article_id}-{sha256(content.encode()).hexdigest()[:8]}"


_ERRORS: Mapping[tuple[Layer, Kind], float] = {
    ("entity", "missed"): 0.03,
    ("entity", "spurious"): 0.005,
    ("entity", "label"): 0.02,
    ("entity", "boundary"): 0.02,
    ("evidence", "missed"): 0.01,
    ("evidence", "spurious"): 0.002,
    ("evidence", "label"): 0.01,
    ("evidence", "boundary"): 0.01,
}
"""How often careful annotators err at one place, roughly: what is marked on purpose is seldom wrong."""


def judged(case: Case, here: float, other: float) -> Case:
    """The case with the confidence that it is an error, by Bayes' rule.

    ``here`` and ``other`` say how likely what is marked and what is proposed are at such a place.
    """
    wrong = _ERRORS[case.layer, case.kind] * other
    right = (1 - _ERRORS[case.layer, case.kind]) * here
    return replace(case, confidence=wrong / (wrong + right))


def merged(cases: Iterable[Case]) -> list[Case]:
    """The surest case of each place, surest first; what others say of the same change adds to it."""
    by_change: dict[tuple[str, str, Marks, Marks], Case] = {}
    for case in sorted(cases, key=lambda case: (-case.confidence, case.article_id, case.start, case.layer)):
        change = (case.article_id, case.layer, case.gold, case.proposed)
        known = by_change.get(change)
        if known is None:
            by_change[change] = case
        elif not set(case.basis) <= set(known.basis):
            by_change[change] = replace(
                known,
                confidence=1 - (1 - known.confidence) * (1 - case.confidence),
                basis=(*known.basis, *(name for name in case.basis if name not in known.basis)),
            )
    kept: list[Case] = []
    taken: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for case in sorted(
        by_change.values(), key=lambda case: (-case.confidence, case.article_id, case.start, case.layer)
    ):
        places = taken.setdefault((case.article_id, case.layer), [])
        if not any(start < case.end and case.start < end for start, end in places):
            places.append((case.start, case.end))
            kept.append(case)
    return kept
