"""Bootstrap intervals and calibration against what theory says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hoptac.article import AreaEvidence, Article, Entity
from hoptac.evaluate.bootstrap import compare, intervals, resample
from hoptac.evaluate.calibration import apply_platt, area_outcomes, entity_outcomes, fit_platt, reliability
from hoptac.evaluate.counts import f1, macro_f1, micro_f1
from hoptac.evaluate.prediction import Prediction, ScoredEntity


def test_articles_that_agree_leave_no_doubt():
    counts = np.tile(np.array([[[8, 1, 3], [2, 2, 2]]]), (30, 1, 1))
    (interval,) = intervals(counts, micro_f1)
    assert interval.low == pytest.approx(interval.high) == pytest.approx(20 / 28)


def test_interval_of_a_share_is_as_wide_as_the_binomial_says():
    # each article is one entity, found or missed; recall-like F1 of hits/(hits + misses/2)
    counts = np.zeros((400, 1, 3), dtype=np.int64)
    counts[:300, 0, 0] = 1
    counts[300:, 0, 1:] = 1  # a miss and a false alarm: F1 is then the share of hits
    (interval,) = intervals(counts, micro_f1, samples=4000)
    deviation = math.sqrt(0.75 * 0.25 / 400)
    assert interval.low == pytest.approx(0.75 - 1.96 * deviation, abs=0.006)
    assert interval.high == pytest.approx(0.75 + 1.96 * deviation, abs=0.006)


def test_interval_is_reproducible_and_each_label_has_one():
    counts = np.random.default_rng(0).integers(0, 5, size=(20, 3, 3))
    assert intervals(counts, f1, seed=7) == intervals(counts, f1, seed=7)
    assert intervals(counts, macro_f1, seed=7) != intervals(counts, macro_f1, seed=8)
    found = intervals(counts, f1)
    exact = f1(counts.sum(axis=0))
    assert all(part.low < value < part.high for part, value in zip(found, exact, strict=True))


def test_resamples_keep_the_number_of_articles():
    counts = np.ones((13, 2, 3), dtype=np.int64)
    assert (resample(counts, 50, seed=0) == 13).all()
    with pytest.raises(ValueError, match="at least one article"):
        resample(np.zeros((0, 2, 3), dtype=np.int64), 10, seed=0)


def test_label_of_one_article_is_judged_by_the_resamples_that_hold_it():
    counts = np.zeros((10, 2, 3), dtype=np.int64)
    counts[:, 0, 0] = 1
    counts[0, 1, 0] = 1
    assert [part.low for part in intervals(counts, f1)] == [1, 1]
    counts[0, 1, 0] = 0
    never = intervals(counts, f1)[1]
    assert (never.low, never.high) == (0, 0)


def test_comparison_of_two_systems():
    rng = np.random.default_rng(1)
    hits = rng.integers(5, 20, size=60)
    worse = np.stack([hits, np.full(60, 2), np.full(60, 3)], axis=-1)[:, None, :]
    better = worse + np.array([1, -1, -1])
    found = compare(better, worse, micro_f1)
    assert found.difference == pytest.approx(
        float(micro_f1(better.sum(axis=0)) - micro_f1(worse.sum(axis=0)))
    )
    assert 0 < found.interval.low < found.difference < found.interval.high
    assert found.p_value == pytest.approx(2 / 2001)
    assert compare(worse, worse, micro_f1).p_value == 1
    back = compare(worse, better, micro_f1)
    assert back.difference == pytest.approx(-found.difference) and back.interval.high < 0
    with pytest.raises(ValueError, match="differ in shape"):
        compare(better[:5], worse, micro_f1)


def test_calibration_error_by_hand():
    scores = np.array([0.95, 0.95, 0.95, 0.95, 0.25, 0.25, 1.0])
    right = np.array([True, True, True, False, False, True, True])
    found = reliability(scores, right)
    # the bin from 0.9 holds five scores of mean 0.96 with four right, that from 0.2 two of 0.25 with one
    assert [(part.low, part.count) for part in found.bins] == [(0.2, 2), (0.9, 5)]
    assert found.error == pytest.approx((2 * abs(0.25 - 0.5) + 5 * abs(0.96 - 0.8)) / 7)
    assert reliability(np.array([]), np.array([], dtype=bool)).error == 0
    with pytest.raises(ValueError, match="one shape"):
        reliability(scores, right[:2])


def test_outcomes_of_entities_and_areas():
    article = Article("x-1", "a" * 9, (Entity(0, 2, "A"),), (AreaEvidence(3, 4, "border"),))
    prediction = Prediction(
        "x-1",
        (ScoredEntity(0, 2, "A", 0.75), ScoredEntity(4, 5, "A", 0.5)),
        {"border": 0.25, "training": 0.125},
    )
    scores, right = entity_outcomes([(article, prediction)])
    assert (scores.tolist(), right.tolist()) == ([0.75, 0.5], [True, False])
    scores, right = area_outcomes([(article, prediction)], ("training", "border"))
    assert (scores.tolist(), right.tolist()) == ([0.125, 0.25], [False, True])


def test_platt_finds_the_distortion_of_overconfident_scores():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.02, 0.98, 20_000)
    right = rng.random(20_000) < truth
    logit = np.log(truth / (1 - truth))
    overconfident = 1 / (1 + np.exp(-(2 * logit + 1)))
    slope, intercept = fit_platt(overconfident, right)
    assert slope == pytest.approx(0.5, abs=0.03)
    assert intercept == pytest.approx(-0.5, abs=0.05)
    before = reliability(overconfident, right).error
    after = reliability(apply_platt(overconfident, slope, intercept), right).error
    assert before > 0.08 and after < 0.015


@pytest.mark.parametrize("outcome", [True, False])
def test_platt_stays_finite_where_all_outcomes_agree(outcome):
    scores = np.array([1.0, 0.0, 0.9, 0.99])
    slope, intercept = fit_platt(scores, np.full(4, outcome))
    fitted = apply_platt(scores, slope, intercept)
    assert np.isfinite([slope, intercept]).all()
    assert ((fitted > 0.5) == outcome).all() and ((fitted > 0) & (fitted < 1)).all()


def test_platt_handles_one_repeated_score_and_refuses_nothing():
    right = np.array([True] * 7 + [False] * 3)
    slope, intercept = fit_platt(np.full(10, 0.5), right)
    smoothed = (7 * 8 / 9 + 3 * 1 / 5) / 10
    assert apply_platt(np.array([0.5]), slope, intercept)[0] == pytest.approx(smoothed, abs=1e-4)
    with pytest.raises(ValueError, match="at least one"):
        fit_platt(np.array([]), np.array([], dtype=bool))
