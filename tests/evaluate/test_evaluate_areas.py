"""Area figures and thresholds by hand-worked cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptac.article import AreaEvidence, Article
from hoptac.errors import InputError
from hoptac.evaluate.areas import average_precision, score_areas
from hoptac.evaluate.prediction import Prediction, ScoredEvidence
from hoptac.evaluate.thresholds import cross_fit, fit_threshold


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


def test_the_threshold_expects_the_best_f1() -> None:
    # calibrated scores: each is right as often as it says
    rng = np.random.default_rng(0)
    scores = rng.beta(0.4, 2, (4000, 5))
    gold = rng.random(scores.shape) < scores
    threshold = fit_threshold(scores, gold)
    said = scores >= threshold
    best = 2 * (said & gold).sum() / (said.sum() + gold.sum())
    assert threshold == pytest.approx(best / 2, abs=0.02)  # Lipton et al. 2014
    assert best > 2 * ((scores >= 0.5) & gold).sum() / ((scores >= 0.5).sum() + gold.sum())


def test_the_threshold_moves_less_than_the_peak() -> None:
    rng = np.random.default_rng(1)
    expected, peaks = [], []
    for _ in range(60):
        scores = rng.beta(0.3, 2, (40, 8))
        gold = rng.random(scores.shape) < scores
        expected.append(fit_threshold(scores, gold))
        grid = np.linspace(0.02, 0.98, 97)
        f1 = [2 * ((scores >= t) & gold).sum() / ((scores >= t).sum() + gold.sum()) for t in grid]
        peaks.append(grid[int(np.argmax(f1))])
    assert np.std(expected) < 0.6 * np.std(peaks)


def test_what_has_no_score_counts_as_missed() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(3000)
    right = rng.random(3000) < scores
    # with as many again that were never found, F1 is lower, and so is the threshold
    assert fit_threshold(scores, right, 2 * int(right.sum())) < fit_threshold(scores, right) - 0.05


@given(st.integers(0, 2**31), st.integers(1, 12), st.integers(1, 4))
def test_a_threshold_lies_between_scores(seed, articles, areas):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.random((articles, areas)), 1)
    gold = rng.random((articles, areas)) < 0.4
    threshold = fit_threshold(scores, gold)
    assert 0 <= threshold <= 1
    assert threshold in (0.5, scores.min()) or threshold not in scores


def test_scores_that_say_nothing_leave_the_threshold_alone() -> None:
    assert fit_threshold(np.array([0.1, 0.9]), np.array([False, False])) == 0.5
    assert fit_threshold(np.array([0.1, 0.2, 0.8, 0.9]), np.array([True, True, False, False])) == 0.5


def test_cross_fit_scores_each_article_by_the_others() -> None:
    rng = np.random.default_rng(3)
    gold = rng.random((60, 2)) < 0.5
    apart = np.where(gold, 0.9, 0.1) + rng.uniform(-0.05, 0.05, gold.shape)
    assert cross_fit(apart, gold).micro_f1 == 1
    # one article with scores of its own scale fits itself, but not the others
    apart[0] = np.where(gold[0], 0.2, 0.05)
    gold[0] = True
    assert cross_fit(apart, gold).micro_f1 < 1


def test_thresholds_refuse_unfit_arrays() -> None:
    with pytest.raises(ValueError, match="one shape"):
        fit_threshold(np.zeros((2, 3)), np.zeros((3, 2), dtype=bool))
    with pytest.raises(ValueError, match="at least two"):
        cross_fit(np.zeros((1, 3)), np.zeros((1, 3), dtype=bool))
