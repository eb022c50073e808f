"""Thresholds for areas, chosen on development scores: one for all, or one each, shrunk towards it.

An area is predicted where its score is at least its threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hoptac.evaluate.areas import Bools
from hoptac.evaluate.counts import Floats, macro_f1, micro_f1


@dataclass(frozen=True, slots=True)
class AreaThresholds:
    """The threshold best for all areas together, and one for each area, of shape (areas,)."""

    overall: float
    per_area: Floats


@dataclass(frozen=True, slots=True)
class CrossFit:
    """F1 of areas whose thresholds were fitted on other articles than those scored."""

    micro_f1: float
    macro_f1: float


def fit_thresholds(scores: Floats, gold: Bools, prior: float = math.inf) -> AreaThresholds:
    """Thresholds that give the best F1 on ``scores`` and ``gold``, both of shape (articles, areas).

    ``overall`` has the best micro F1. An area's own threshold has the best F1 of its counts plus
    the counts of all areas together, scaled down to ``prior`` gold articles: pseudo-counts that hold a
    rare area near the overall threshold. ``prior`` of 0 fits each area alone, infinity gives every
    area the overall threshold.
    """
    if scores.shape != gold.shape or scores.ndim != 2 or not scores.size:
        raise ValueError(f"scores {scores.shape} and gold {gold.shape} must have one shape (articles, areas)")
    candidates = _candidates(scores)
    hits, predicted = _sweep(scores, gold, candidates)
    positives = gold.sum(axis=0, dtype=np.float64)
    all_hits, all_predicted, all_positives = (
        hits.sum(axis=1),
        predicted.sum(axis=1),
        positives.sum(keepdims=True),
    )
    pooled = _f1(all_hits, all_predicted, all_positives)
    overall = _best(pooled, candidates, 0.5)
    if math.isinf(prior) or not all_positives[0]:
        return AreaThresholds(overall, np.full(scores.shape[1], overall))
    weight = prior / float(all_positives[0])
    shrunk = _f1(
        hits + weight * all_hits[:, None],
        predicted + weight * all_predicted[:, None],
        positives + weight * all_positives,
    )
    own = [_best(shrunk[:, area], candidates, overall) for area in range(scores.shape[1])]
    return AreaThresholds(overall, np.array(own))


def fit_score_threshold(scores: Floats, right: Bools, gold: int) -> float:
    """The score from which on keeping predicted items gives the best F1 on development items.

    ``scores`` and ``right`` are of shape (items,), ``gold`` counts the items that should have been found. For
    calibrated scores the best threshold is half of the F1 it reaches (Lipton, Elkan and Naryanaswamy 2014).
    """
    if scores.shape != right.shape or scores.ndim != 1 or not len(scores):
        raise ValueError(f"scores {scores.shape} and outcomes {right.shape} must have one shape (items,)")
    candidates = _candidates(scores)
    hits, predicted = _sweep(scores[:, None], right[:, None], candidates)
    return _best(_f1(hits[:, 0], predicted[:, 0], np.array(float(gold))), candidates, 0.5)


def cross_fit(
    scores: Floats, gold: Bools, prior: float = math.inf, folds: int | None = None, seed: int = 0
) -> CrossFit:
    """What thresholds fitted with ``prior`` bring on articles they were not fitted on.

    Each of ``folds`` parts (by default one for each article: leave one out) is scored with thresholds
    fitted on the others. Compare ``prior`` infinity with a finite one to see whether thresholds per area pay.
    """
    number = len(scores)
    folds = min(folds or number, number)
    if folds < 2:
        raise ValueError("cross-fitting needs at least two articles and two folds")
    fold_of = np.random.default_rng(seed).permutation(number) % folds
    said = np.zeros_like(gold)
    for fold in range(folds):
        held_out = fold_of == fold
        fitted = fit_thresholds(scores[~held_out], gold[~held_out], prior)
        said[held_out] = scores[held_out] >= fitted.per_area
    counts = np.stack([gold & said, ~gold & said, gold & ~said], axis=-1).sum(axis=0)
    return CrossFit(*(float(np.nan_to_num(figure(counts))) for figure in (micro_f1, macro_f1)))


def _candidates(scores: Floats) -> Floats:
    """A threshold below all scores, one between each two neighbours, one above all."""
    distinct = np.unique(scores)
    between = (distinct[:-1] + distinct[1:]) / 2
    return np.concatenate([distinct[:1], between, [np.nextafter(distinct[-1], math.inf)]])


def _sweep(scores: Floats, gold: Bools, thresholds: Floats) -> tuple[Floats, Floats]:
    """Hits and predicted articles at each threshold, both of shape (thresholds, areas)."""
    hits = np.zeros((len(thresholds), scores.shape[1]))
    predicted = np.zeros_like(hits)
    for area in range(scores.shape[1]):
        column = scores[:, area]
        predicted[:, area] = len(column) - np.searchsorted(np.sort(column), thresholds)
        relevant = np.sort(column[gold[:, area]])
        hits[:, area] = len(relevant) - np.searchsorted(relevant, thresholds)
    return hits, predicted


def _f1(hits: Floats, predicted: Floats, positives: Floats) -> Floats:
    total = predicted + positives
    return np.divide(2 * hits, total, out=np.zeros_like(total), where=total > 0)


def _best(f1: Floats, thresholds: Floats, near: float) -> float:
    """The threshold with the highest F1; of several the one nearest to ``near``."""
    best = thresholds[f1 >= f1.max() - 1e-12]
    return float(best[np.abs(best - near).argmin()])
