"""Whether a score of 0.9 is right nine times in ten, and a map of scores that makes it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hoptac.evaluate.areas import Bools, area_matrix
from hoptac.evaluate.counts import Floats
from hoptac.evaluate.prediction import Pair

BINS = 10
_EDGE = 1e-6  # scores of exactly 0 and 1 have no finite logit


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from ``low`` to ``high``: how many, their mean, and the share that was right."""

    low: float
    high: float
    count: int
    mean_score: float
    share_right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Scores against outcomes in bins of equal width (Guo and others 2017).

    ``error`` is the expected calibration error: the mean distance between mean score and share right,
    weighted by the bins' counts.
    """

    count: int
    error: float
    bins: tuple[Bin, ...]

    def to_dict(self) -> dict[str, object]:
        return {
            "count": self.count,
            "expected_calibration_error": self.error,
            "bins": [
                {
                    "low": part.low,
                    "high": part.high,
                    "count": part.count,
                    "mean_score": part.mean_score,
                    "share_right": part.share_right,
                }
                for part in self.bins
            ],
        }


def reliability(scores: Floats, right: Bools, bins: int = BINS) -> Reliability:
    """Reliability of ``scores`` (0 to 1) against ``right``, both (items,); empty bins are left out."""
    _same_length(scores, right)
    place = np.minimum((scores * bins).astype(np.int64), bins - 1)
    parts = []
    for number in range(bins):
        inside = place == number
        count = int(inside.sum())
        if count:
            mean, share = float(scores[inside].mean()), float(right[inside].mean())
            parts.append(Bin(number / bins, (number + 1) / bins, count, mean, share))
    gaps = sum(part.count * abs(part.mean_score - part.share_right) for part in parts)
    return Reliability(len(scores), gaps / len(scores) if len(scores) else 0.0, tuple(parts))


def entity_outcomes(pairs: Sequence[Pair]) -> tuple[Floats, Bools]:
    """The score of each predicted entity, and whether it is exactly a gold one; both of shape (entities,)."""
    outcomes = [
        (entity.score, entity.entity in gold)
        for article, prediction in pairs
        for gold in (frozenset(article.entities),)
        for entity in prediction.entities
    ]
    return (
        np.array([score for score, _ in outcomes], dtype=np.float64),
        np.array([right for _, right in outcomes], dtype=np.bool_),
    )


def area_outcomes(pairs: Sequence[Pair], areas: Sequence[str]) -> tuple[Floats, Bools]:
    """The score of each area of each article, and whether it is gold; both of shape (articles x areas,)."""
    scores, gold = area_matrix(pairs, areas)
    return scores.ravel(), gold.ravel()


def fit_platt(scores: Floats, right: Bools) -> tuple[float, float]:
    """Slope and intercept that map a score's logit to the logit of being right.

    Fitted on development items, both arrays of shape (items,), by Newton's method with step halving,
    towards the smoothed targets of Platt 1999 (Lin, Lin and Weng 2007, A note on Platt's
    probabilistic outputs for support vector machines): a finite answer even where all items are right.
    """
    _same_length(scores, right)
    if not len(scores):
        raise ValueError("fitting a calibration needs at least one item")
    positive = int(right.sum())
    negative = len(right) - positive
    target = np.where(right, (positive + 1) / (positive + 2), 1 / (negative + 2))
    x = np.stack([_logit(scores), np.ones(len(scores))], axis=1)
    weights = np.array([1.0, 0.0])
    loss = _log_loss(x @ weights, target)
    for _ in range(100):
        probability = _sigmoid(x @ weights)
        gradient = x.T @ (probability - target)
        if np.abs(gradient).max() < 1e-8 * len(scores):
            break
        curvature = (x * (probability * (1 - probability))[:, None]).T @ x + 1e-10 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while size > 1e-10:
            trial = weights - size * step
            trial_loss = _log_loss(x @ trial, target)
            if trial_loss < loss:
                break
            size /= 2
        else:
            break
        weights, loss = trial, trial_loss
    return float(weights[0]), float(weights[1])


def apply_platt(scores: Floats, slope: float, intercept: float) -> Floats:
    """Calibrated scores, of the shape of ``scores``."""
    return _sigmoid(slope * _logit(scores) + intercept)


def _same_length(scores: Floats, right: Bools) -> None:
    if scores.shape != right.shape or scores.ndim != 1:
        raise ValueError(f"scores {scores.shape} and outcomes {right.shape} must have one shape (items,)")


def _logit(scores: Floats) -> Floats:
    clipped = np.clip(scores, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(clipped) - np.log1p(-clipped), dtype=np.float64)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(values / 2)), dtype=np.float64)


def _log_loss(logits: Floats, target: Floats) -> float:
    return float((np.logaddexp(0, logits) - target * logits).sum())
