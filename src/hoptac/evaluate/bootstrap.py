"""Bootstrap over articles: how far a figure would move with other articles of the same kind.

The percentile method (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13). A resample
draws as many articles as there are, with replacement; as every figure is a function of summed
counts, a resample is a row of article weights and all resamples are one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hoptac.evaluate.counts import Counts, Floats

Statistic = Callable[[Floats], Floats]
"""From counts (resamples, labels, 3) to figures (resamples,) or (resamples, labels)."""

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95 % of a figure's resamples."""

    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much better one system is than another on the same articles.

    ``p_value`` is two-sided: twice the share of resamples, the data themselves counted as one, on the other
    side of zero, at most 1.
    """

    difference: float
    interval: Interval
    p_value: float

    def to_dict(self) -> dict[str, object]:
        return {
            "difference": self.difference,
            "interval": self.interval.to_dict(),
            "p_value": self.p_value,
        }


def resample(counts: Counts, samples: int, seed: int) -> Floats:
    """Each resample's summed counts, (samples, labels, 3), from ``counts`` (articles, labels, 3)."""
    articles = len(counts)
    if not articles:
        raise ValueError("a bootstrap needs at least one article")
    weights = np.random.default_rng(seed).multinomial(articles, np.full(articles, 1 / articles), size=samples)
    return (weights.astype(np.float64) @ counts.reshape(articles, -1)).reshape(samples, *counts.shape[1:])


def intervals(
    counts: Counts, statistic: Statistic, samples: int = 2000, seed: int = 0
) -> tuple[Interval, ...]:
    """95 % intervals of each figure ``statistic`` gives on ``counts`` (articles, labels, 3).

    Resamples in which a figure is not defined (NaN) are left out; one that is never defined has 0 to 0.
    """
    figures = statistic(resample(counts, samples, seed))
    return tuple(_interval(column[~np.isnan(column)]) for column in figures.reshape(samples, -1).T)


def compare(
    first: Counts, second: Counts, statistic: Statistic, samples: int = 2000, seed: int = 0
) -> Comparison:
    """Paired bootstrap of two systems' counts on the same articles, both of shape (articles, labels, 3).

    Both are resampled with the same articles (Koehn 2004, Statistical significance tests for machine
    translation evaluation). ``statistic`` gives one figure.
    """
    if first.shape != second.shape:
        raise ValueError(
            f"counts of two systems on the same articles differ in shape: {first.shape}, {second.shape}"
        )
    differences = statistic(resample(first, samples, seed)) - statistic(resample(second, samples, seed))
    observed = statistic(_all_articles(first)) - statistic(_all_articles(second))
    differences = differences[~np.isnan(differences)]
    tail = (min((differences <= 0).sum(), (differences >= 0).sum()) + 1) / (len(differences) + 1)
    return Comparison(float(observed[0]), _interval(differences), min(1.0, 2 * float(tail)))


def _all_articles(counts: Counts) -> Floats:
    return np.asarray(counts.sum(axis=0, keepdims=True), dtype=np.float64)


def _interval(figures: Floats) -> Interval:
    if not len(figures):
        return Interval(0.0, 0.0)
    low, high = np.quantile(figures, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
