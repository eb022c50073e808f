"""Areas that were missed or falsely found, with the phrases that should have shown or seemed to show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hoptac.article import AreaEvidence
from hoptac.evaluate.prediction import Pair, ScoredEvidence


@dataclass(frozen=True, slots=True)
class AreaError:
    """An area on one side only: ``kind`` is ``area missed`` or ``area spurious``.

    ``score`` is the area's predicted score, None where there is none. ``gold`` and ``predicted`` hold all
    phrases of this area, in text order.
    """

    article_id: str
    source: str
    kind: str
    area: str
    score: float | None
    gold: tuple[AreaEvidence, ...]
    predicted: tuple[ScoredEvidence, ...]


def find_area_errors(pairs: Sequence[Pair]) -> list[AreaError]:
    """The area errors of ``pairs``, in their order, areas by name."""
    return [
        AreaError(
            article.id,
            article.source,
            "area missed" if area in article.areas else "area spurious",
            area,
            prediction.area_scores.get(area),
            tuple(sorted(mark for mark in article.evidence if mark.area == area)),
            tuple(sorted(mark for mark in prediction.evidence if mark.area == area)),
        )
        for article, prediction in pairs
        for area in sorted(article.areas ^ prediction.areas)
    ]
