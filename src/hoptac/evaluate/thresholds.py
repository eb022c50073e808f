"""The score from which on something is predicted, chosen on development scores.

What is predicted is what scores at least the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoptac.evaluate.areas import Bools
from hoptac.evaluate.calibration import apply_platt, fit_platt
from hoptac.evaluate.counts import Floats, macro_f1, micro_f1

UNFITTED = 0.5  # where scores say nothing, or there is nothing to find


@dataclass(frozen=True, slots=True)
class CrossFit:
    """F1 of areas whose threshold was fitted on other articles than those scored."""

    micro_f1: float
    macro_f1: float


def fit_threshold(scores: Floats, right: Bools, gold: int | None = None) -> float:
    """The threshold with the best expected micro F1.

    ``scores`` and ``right``, of any one shape, are of the development items; ``gold`` counts those that
    should have been found, where some have no score (by default all right ones). F1 is what calibrated
    scores lead to expect (Lipton, Elkan and Naryanaswamy 2014, Optimal thresholding of classifiers to
    maximize F1 measure), not what these very items give: that one is ragged, and its peak chance.
    """
    if scores.shape != right.shape:
        raise ValueError(f"scores {scores.shape} and outcomes {right.shape} must have one shape")
    scores, right = scores.ravel(), right.ravel()
    if not right.any():
        return UNFITTED
    slope, intercept = fit_platt(scores, right)
    if slope <= 0:
        return UNFITTED
    falling = np.sort(scores)[::-1]
    hits = apply_platt(falling, slope, intercept).cumsum()
    f1 = 2 * hits / (np.arange(1, len(falling) + 1) + (right.sum() if gold is None else gold))
    last = int(f1.argmax())
    # items of one score come and go together: the cut lies below the last of them
    below = falling[falling < falling[last]]
    return float((falling[last] + below[0]) / 2) if len(below) else float(falling[last])


def cross_fit(scores: Floats, gold: Bools) -> CrossFit:
    """What `fit_threshold` brings on an article that it was not fitted on, each left out in turn.

    ``scores`` and ``gold`` are of shape (articles, areas).
    """
    if len(scores) < 2:
        raise ValueError("cross-fitting needs at least two articles")
    said = np.zeros_like(gold)
    for article in range(len(scores)):
        others = np.arange(len(scores)) != article
        said[article] = scores[article] >= fit_threshold(scores[others], gold[others])
    counts = np.stack([gold & said, ~gold & said, gold & ~said], axis=-1).sum(axis=0)
    return CrossFit(*(float(np.nan_to_num(figure(counts))) for figure in (micro_f1, macro_f1)))
