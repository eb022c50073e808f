"""What is fitted on the development split once the weights are trained: area thresholds and calibration.

All areas get one threshold: thresholds of their own lost when they were scored on articles that they were not
fitted on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hoptac.article import Article
from hoptac.evaluate.calibration import apply_platt, entity_outcomes, fit_platt
from hoptac.evaluate.counts import micro_f1
from hoptac.evaluate.prediction import Pair, Prediction
from hoptac.evaluate.spans import span_counts
from hoptac.evaluate.thresholds import cross_fit, fit_threshold
from hoptac.reader import Reader, Reading, area_scores


@dataclass(frozen=True, slots=True)
class DevScores:
    """Development figures: entity micro-F1, and area micro- and macro-F1 with leave-one-out thresholds.

    ``areas`` figures are ``None`` where the articles have no areas.
    """

    entities: float
    areas_micro: float | None
    areas_macro: float | None

    @property
    def overall(self) -> float:
        """What the best epoch is chosen by: the mean of the entity and the area micro-F1."""
        return self.entities if self.areas_micro is None else (self.entities + self.areas_micro) / 2


def dev_scores(reader: Reader, articles: Sequence[Article], readings: Sequence[Reading]) -> DevScores:
    """Score readings of the development articles."""
    pairs = _pairs(articles, readings)
    entities = float(micro_f1(span_counts(pairs, reader.settings.entity_labels).sum(axis=0)))
    if not reader.settings.area_labels:
        return DevScores(entities, None, None)
    scores, gold = _area_table(reader, articles, readings)
    crossed = cross_fit(scores, gold)
    return DevScores(entities, crossed.micro_f1, crossed.macro_f1)


def fit_settings(reader: Reader, articles: Sequence[Article], readings: Sequence[Reading]) -> None:
    """Set thresholds and calibrations in ``reader.settings`` from readings of the development articles."""
    settings = reader.settings
    scores, right = entity_outcomes(_pairs(articles, readings))
    if len(scores):
        slope, intercept = fit_platt(scores, right)
        settings.entity_calibration = [slope, intercept]
        settings.entity_threshold = fit_threshold(
            apply_platt(scores, slope, intercept), right, sum(len(article.entities) for article in articles)
        )
    if settings.area_labels:
        table, gold = _area_table(reader, articles, readings)
        settings.area_thresholds = dict.fromkeys(settings.area_labels, fit_threshold(table, gold))
        settings.area_calibration = list(fit_platt(table.ravel(), gold.ravel()))


def _pairs(articles: Sequence[Article], readings: Sequence[Reading]) -> list[Pair]:
    """The articles with the entities read in them, scores not calibrated."""
    return [(a, Prediction(a.id, entities=r.entities)) for a, r in zip(articles, readings, strict=True)]


def _area_table(
    reader: Reader, articles: Sequence[Article], readings: Sequence[Reading]
) -> tuple[np.ndarray, np.ndarray]:
    """Raw scores and gold areas, both ``(articles, areas)``."""
    areas = reader.settings.area_labels
    scores = [list(area_scores(reading, areas).values()) for reading in readings]
    gold = [[area in article.areas for area in areas] for article in articles]
    return np.array(scores, np.float64), np.array(gold, bool)
