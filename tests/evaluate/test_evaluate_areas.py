"""Area figures and thresholds by hand-worked cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptac.article import AreaEvidence, Article
from hoptac.errors import InputError
from hoptac.evaluate.areas import average_precision, score_areas
from hoptac.evaluate.prediction import Prediction, ScoredEvidence
from hoptac.evaluate.thresholds import cross_fit, fit_score_threshold, fit_thresholds


def ap(relevant: list[int], scores: list[float]) -> float:
    return average_precision(np.array(relevant, dtype=bool), np.array(scores))


def test_average_precision_by_hand():
    assert ap([1, 0, 1], [0.9, 0.8, 0.7]) == pytest.approx((1 + 2 / 3) / 2)
    assert ap([0, 1], [0.9, 0.1]) == pytest.approx(1 / 2)
    assert ap([1, 1, 0], [0.9, 0.8, 0.1]) == 1
    # items of one score share its last rank: the relevant one is found at 2 of 3, not at 1 or 3
    assert ap([1, 0, 0], [0.5, 0.5, 0.9]) == pytest.approx(1 / 3)
    assert ap([0, 1, 1, 0], [0.4, 0.4, 0.4, 0.4]) == pytest.approx(1 / 2)
    with pytest.raises(ValueError, match="relevant"):
        ap([0, 0], [0.1, 0.2])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=20), st.randoms())
def test_average_precision_does_not_depend_on_order_and_matches_its_definition(items, random):
    if not any(right for right, _ in items):
        return
    value = ap([int(right) for right, _ in items], [score / 5 for _, score in items])
    total = sum(right for right, _ in items)
    expected, recall = 0.0, 0.0
    for level in sorted({score for _, score in items}, reverse=True):
        above = [right for right, score in items if score >= level]
        expected += (sum(above) / total - recall) * sum(above) / len(above)
        recall = sum(above) / total
    assert value == pytest.approx(expected)
    shuffled = list(items)
    random.shuffle(shuffled)
    assert value == pytest.approx(ap([int(r) for r, _ in shuffled], [s / 5 for _, s in shuffled]))


def evidence(*spans: tuple[int, int, str]) -> tuple[AreaEvidence, ...]:
    return tuple(AreaEvidence(*span) for span in spans)


def test_area_scores_by_hand():
    phrases = ((0, 5, "border"), (10, 15, "border"), (20, 25, "training"))
    pairs = [
        (
            Article("x-1", "a" * 50, evidence=evidence(*phrases)),
            Prediction(
                "x-1",
                area_scores={"border": 0.9, "training": 0.2, "logistics": 0.1},
                areas=frozenset({"border"}),
                evidence=(ScoredEvidence(3, 8, "border", 0.9), ScoredEvidence(20, 25, "border", 0.6)),
            ),
        ),
        (
            Article("x-2", "a" * 50),
            Prediction(
                "x-2",
                area_scores={"border": 0.3, "training": 0.6, "logistics": 0.1},
                areas=frozenset({"training"}),
            ),
        ),
    ]
    scores = score_areas(pairs, ("border", "training", "logistics"))
    assert scores.table.labels["border"].f1 == 1
    assert scores.table.labels["training"].f1 == 0
    assert scores.table.micro.f1 == pytest.approx(1 / 2)
    assert scores.table.macro.f1 == pytest.approx(1 / 2)
    assert scores.average_precision == {"border": 1.0, "training": 0.5, "logistics": None}
    assert scores.mean_average_precision == 0.75
    # the phrase of training is touched only by one of border, and the phrase at 10 by none
    assert scores.evidence["border"].recall == 1 / 2
    assert scores.evidence["border"].precision == 1 / 2
    assert scores.evidence["training"].recall == 0
    assert (scores.evidence_overall.gold, scores.evidence_overall.gold_hit) == (3, 1)


def test_touching_edges_do_not_overlap():
    pair = (
        Article("x-1", "a" * 9, evidence=evidence((0, 5, "border"))),
        Prediction("x-1", area_scores={"border": 1.0}, evidence=(ScoredEvidence(5, 9, "border", 0.5),)),
    )
    assert score_areas([pair], ("border",)).evidence_overall.recall == 0


def test_missing_scores_and_unknown_areas_are_named():
    with pytest.raises(InputError, match="x-1 has no score for 'border'"):
        score_areas([(Article("x-1", "a"), Prediction("x-1"))], ("border",))
    strange = Article("x-1", "a", evidence=evidence((0, 1, "bordr")))
    with pytest.raises(InputError, match="x-1 has the area 'bordr'"):
        score_areas([(strange, Prediction("x-1", area_scores={"border": 0.0}))], ("border",))


def test_overall_threshold_has_the_best_micro_f1():
    scores = np.array([[0.9, 0.35], [0.6, 0.3], [0.2, 0.1]])
    gold = np.array([[True, True], [False, False], [False, False]])
    # at least 0.325: 0.9 and 0.35 right, 0.6 wrong: F1 0.8; above 0.6: one right, one missed: 2/3
    fitted = fit_thresholds(scores, gold)
    assert 0.3 < fitted.overall <= 0.35
    assert fitted.per_area.tolist() == [fitted.overall] * 2
    alone = fit_thresholds(scores, gold, prior=0)
    assert 0.6 < alone.per_area[0] <= 0.9
    assert 0.3 < alone.per_area[1] <= 0.35


def test_prior_holds_a_rare_area_near_the_others():
    rng = np.random.default_rng(0)
    gold = rng.random((60, 4)) < 0.4
    gold[:, 3] = False
    gold[0, 3] = True
    scores = np.where(gold, 0.75, 0.25) + rng.uniform(-0.2, 0.2, gold.shape)
    scores[:, 3] = np.where(gold[:, 3], 0.97, rng.uniform(0, 0.45, 60))
    scores[1, 3] = 0.96  # one false alarm, which a threshold of its own would cut off
    loose = fit_thresholds(scores, gold, prior=0)
    firm = fit_thresholds(scores, gold, prior=50)
    assert loose.per_area[3] > 0.96
    assert 0.4 < firm.overall < 0.6
    assert abs(firm.per_area[3] - firm.overall) < 0.1


@given(st.integers(0, 2**31), st.integers(1, 12), st.integers(1, 4))
def test_no_other_threshold_is_better(seed, articles, areas):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random((articles, areas)), 1)
    gold = rng.random((articles, areas)) < 0.4

    def f1(said: np.ndarray, right: np.ndarray) -> float:
        total = said.sum() + right.sum()
        return 2 * (said & right).sum() / total if total else 0.0

    fitted = fit_thresholds(scores, gold, prior=0)
    grid = np.arange(-0.05, 1.1, 0.05)
    assert f1(scores >= fitted.overall, gold) == pytest.approx(max(f1(scores >= t, gold) for t in grid))
    for area in range(areas):
        column, right = scores[:, area], gold[:, area]
        if gold.any():
            assert f1(column >= fitted.per_area[area], right) == pytest.approx(
                max(f1(column >= t, right) for t in grid)
            )


def test_cross_fit_sees_through_overfitted_thresholds():
    # scores without any information about the gold areas: own thresholds cannot pay on new articles
    rng = np.random.default_rng(3)
    gold = rng.random((40, 19)) < 0.08
    scores = rng.random((40, 19))
    own = fit_thresholds(scores, gold, prior=0)
    said = scores >= own.per_area
    in_sample = 2 * (said & gold).sum() / (said.sum() + gold.sum())
    assert cross_fit(scores, gold, prior=0).micro_f1 < in_sample - 0.1
    # and where two areas lie apart, they do
    gold = rng.random((60, 2)) < 0.5
    scores = np.where(gold, [0.95, 0.3], [0.6, 0.05]) + rng.uniform(-0.02, 0.02, gold.shape)
    assert cross_fit(scores, gold, prior=0).micro_f1 == 1
    assert cross_fit(scores, gold, prior=math.inf, folds=5).micro_f1 < 0.9


def test_thresholds_refuse_unfit_arrays():
    with pytest.raises(ValueError, match="one shape"):
        fit_thresholds(np.zeros((2, 3)), np.zeros((3, 2), dtype=bool))
    with pytest.raises(ValueError, match="at least two"):
        cross_fit(np.zeros((1, 3)), np.zeros((1, 3), dtype=bool))


def test_the_score_threshold_weighs_false_alarms_against_misses() -> None:
    scores = np.array([0.9, 0.8, 0.3, 0.2])
    # the two false ones cost more than they bring; with one of them right, the other is worth its company
    assert 0.3 < fit_score_threshold(scores, np.array([True, True, False, False]), 2) <= 0.8
    assert fit_score_threshold(scores, np.array([True, True, False, True]), 3) <= 0.2
    with pytest.raises(ValueError, match="one shape"):
        fit_score_threshold(scores, np.array([True]), 3)
