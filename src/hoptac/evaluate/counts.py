"""Precision, recall and F1 from counts of hits, false alarms and misses.

A count array has a last axis of three: hits (true positives), false alarms (false positives), misses
(false negatives). A score that is 0/0 is shown as 0, as in conlleval and seqeval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1, with the number of gold items and of predicted ones."""

    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int

    @classmethod
    def of(cls, credit: float, gold: int, predicted: int) -> Score:
        """From the credit earned (hits, or parts of them) by ``predicted`` items against ``gold`` items."""
        return cls(
            precision=credit / predicted if predicted else 0.0,
            recall=credit / gold if gold else 0.0,
            f1=2 * credit / (gold + predicted) if gold + predicted else 0.0,
            gold=gold,
            predicted=predicted,
        )

    def to_dict(self) -> dict[str, float | int]:
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "gold": self.gold,
            "predicted": self.predicted,
        }


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A score for each label, over all items (micro), and the mean over labels (macro).

    The macro mean leaves out labels with neither gold nor predicted items.
    """

    labels: dict[str, Score]
    micro: Score
    macro: Score

    @classmethod
    def of(cls, labels: Sequence[str], counts: Counts) -> ScoreTable:
        """From ``counts`` (articles, labels, 3)."""
        totals = counts.sum(axis=0)
        scores = {label: _score(row) for label, row in zip(labels, totals, strict=True)}
        used = [score for score in scores.values() if score.gold + score.predicted]
        micro = _score(totals.sum(axis=0))
        macro = Score(
            precision=_mean([score.precision for score in used]),
            recall=_mean([score.recall for score in used]),
            f1=_mean([score.f1 for score in used]),
            gold=micro.gold,
            predicted=micro.predicted,
        )
        return cls(scores, micro, macro)

    def to_dict(self) -> dict[str, object]:
        return {
            "labels": {label: score.to_dict() for label, score in self.labels.items()},
            "micro": self.micro.to_dict(),
            "macro": self.macro.to_dict(),
        }


def f1(counts: Counts | Floats) -> Floats:
    """F1 of each row of ``counts`` (..., 3); NaN, not 0, for a row without any item."""
    hits = 2.0 * counts[..., 0]
    total = np.asarray(hits + counts[..., 1] + counts[..., 2])
    return np.asarray(np.divide(hits, total, out=np.full_like(total, np.nan), where=total > 0))


def micro_f1(counts: Counts | Floats) -> Floats:
    """Micro F1 of ``counts`` (..., labels, 3); NaN where there is no item."""
    return f1(counts.sum(axis=-2))


def macro_f1(counts: Counts | Floats) -> Floats:
    """Macro F1 of ``counts`` (..., labels, 3) over the labels with any item; NaN where there is none."""
    each = f1(counts)
    number = np.asarray((~np.isnan(each)).sum(axis=-1))
    total = np.asarray(np.nansum(each, axis=-1))
    return np.asarray(np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0))


def _score(row: Counts) -> Score:
    hits, false_alarms, misses = (int(value) for value in row)
    return Score.of(hits, hits + misses, hits + false_alarms)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
