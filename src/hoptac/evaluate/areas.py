"""Cooperation areas: which were found, how well the scores rank, and whether the evidence shown is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hoptac.errors import InputError
from hoptac.evaluate.counts import Counts, Floats, ScoreTable
from hoptac.evaluate.prediction import Pair

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AreaScores:
    """Scores of the areas of a set of articles.

    ``average_precision`` is None for an area that no gold article has; ``mean_average_precision`` is the
    mean over the others. ``evidence`` counts phrases that share a character with one of the same area:
    its recall is the share of gold phrases hit, its precision the share of predicted phrases that hit.
    """

    table: ScoreTable
    average_precision: dict[str, float | None]
    mean_average_precision: float | None
    evidence: dict[str, EvidenceOverlap]
    evidence_overall: EvidenceOverlap

    def to_dict(self) -> dict[str, object]:
        return {
            **self.table.to_dict(),
            "average_precision": dict(self.average_precision),
            "mean_average_precision": self.mean_average_precision,
            "evidence_overlap": {
                "labels": {area: overlap.to_dict() for area, overlap in self.evidence.items()},
                "overall": self.evidence_overall.to_dict(),
            },
        }


@dataclass(frozen=True, slots=True)
class EvidenceOverlap:
    """How many gold phrases a predicted one touches, and how many predicted phrases touch a gold one."""

    gold: int
    gold_hit: int
    predicted: int
    predicted_hit: int

    @property
    def recall(self) -> float:
        return self.gold_hit / self.gold if self.gold else 0.0

    @property
    def precision(self) -> float:
        return self.predicted_hit / self.predicted if self.predicted else 0.0

    def to_dict(self) -> dict[str, float | int]:
        return {
            "precision": self.precision,
            "recall": self.recall,
            "gold": self.gold,
            "predicted": self.predicted,
        }


def score_areas(pairs: Sequence[Pair], areas: Sequence[str]) -> AreaScores:
    """All area figures of ``pairs``; raises :class:`InputError` as :func:`area_matrix` does."""
    scores, gold = area_matrix(pairs, areas)
    precision: dict[str, float | None] = {
        area: average_precision(gold[:, column], scores[:, column]) if gold[:, column].any() else None
        for column, area in enumerate(areas)
    }
    known = [value for value in precision.values() if value is not None]
    overlaps = evidence_counts(pairs, areas)
    return AreaScores(
        table=ScoreTable.of(areas, area_counts(pairs, areas)),
        average_precision=precision,
        mean_average_precision=sum(known) / len(known) if known else None,
        evidence={area: EvidenceOverlap(*map(int, row)) for area, row in zip(areas, overlaps, strict=True)},
        evidence_overall=EvidenceOverlap(*map(int, overlaps.sum(axis=0))),
    )


def area_matrix(pairs: Sequence[Pair], areas: Sequence[str]) -> tuple[Floats, Bools]:
    """Scores and gold areas, each of shape (articles, areas).

    Raises :class:`InputError` when a prediction lacks an area's score, or an area is not in ``areas``.
    """
    scores = np.zeros((len(pairs), len(areas)))
    gold = np.zeros((len(pairs), len(areas)), dtype=np.bool_)
    for row, (article, prediction) in enumerate(pairs):
        strange = sorted((article.areas | prediction.areas) - set(areas))
        if strange:
            raise InputError(
                f"Article {article.id} has the area {strange[0]!r}, which is not among the areas scored; "
                "check its spelling or add it to the areas."
            )
        for column, area in enumerate(areas):
            if area not in prediction.area_scores:
                raise InputError(
                    f"The prediction for {article.id} has no score for {area!r}; give each area one."
                )
            scores[row, column] = prediction.area_scores[area]
            gold[row, column] = area in article.areas
    return scores, gold


def area_counts(pairs: Sequence[Pair], areas: Sequence[str]) -> Counts:
    """Hits, false alarms and misses of the predicted areas, of shape (articles, areas, 3)."""
    gold = np.array([[area in article.areas for area in areas] for article, _ in pairs], dtype=np.bool_)
    said = np.array([[area in prediction.areas for area in areas] for _, prediction in pairs], dtype=np.bool_)
    shape = (len(pairs), len(areas))
    gold, said = gold.reshape(shape), said.reshape(shape)
    return np.stack([gold & said, ~gold & said, gold & ~said], axis=-1).astype(np.int64)


def average_precision(relevant: Bools, scores: Floats) -> float:
    """Mean of the precision at each relevant item's rank; items of one score share a rank.

    ``relevant`` and ``scores`` have shape (items,), with at least one relevant item. The sum over
    distinct scores of (recall gained there) x (precision there), without interpolation
    (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 8.4).
    """
    if not relevant.any():
        raise ValueError("average precision needs at least one relevant item")
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(relevant[order])
    last_of_score = np.append(np.diff(scores[order]) != 0, True)
    hits_there = hits[last_of_score]
    seen_there = np.flatnonzero(last_of_score) + 1
    gained = np.diff(hits_there, prepend=0)
    return float((gained * hits_there / seen_there).sum() / hits[-1])


def evidence_counts(pairs: Sequence[Pair], areas: Sequence[str]) -> Counts:
    """For each area: gold phrases, those hit, predicted phrases, those that hit; shape (areas, 4)."""
    counts = np.zeros((len(areas), 4), dtype=np.int64)
    for row, area in enumerate(areas):
        for article, prediction in pairs:
            gold = [(mark.start, mark.end) for mark in article.evidence if mark.area == area]
            said = [(mark.start, mark.end) for mark in prediction.evidence if mark.area == area]
            counts[row] += (len(gold), _touching(gold, said), len(said), _touching(said, gold))
    return counts


def _touching(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> int:
    return sum(any(start < stop and begin < end for begin, stop in others) for start, end in spans)
