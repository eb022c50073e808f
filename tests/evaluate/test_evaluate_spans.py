"""Exact spans, partial credit and tags, by hand-worked cases and against seqeval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import classification_report

from hoptac.article import Article, Entity
from hoptac.errors import InputError
from hoptac.evaluate.conll import tags_to_bio
from hoptac.evaluate.counts import ScoreTable, f1, macro_f1, micro_f1
from hoptac.evaluate.partial import ExactBoundary, Partial, Strict, TypeMatch, best_credit, partial_scores
from hoptac.evaluate.prediction import Prediction, ScoredEntity, pair_up
from hoptac.evaluate.seqtags import tag_scores
from hoptac.evaluate.spans import span_counts, span_labels

TAGS = ("O", "B-A", "I-A", "B-B", "I-B")


def scored(*entities: Entity) -> tuple[ScoredEntity, ...]:
    return tuple(ScoredEntity(e.start, e.end, e.label, 0.9) for e in entities)


def pairs_of(*both: tuple[list[Entity], list[Entity]]):
    return [
        (Article(f"x-{number}", "a" * 100, tuple(gold)), Prediction(f"x-{number}", scored(*predicted)))
        for number, (gold, predicted) in enumerate(both)
    ]


def entities_of(tags: list[str]) -> list[Entity]:
    """Entities of one-character tokens, two characters apart."""
    found: list[Entity] = []
    for place, tag in enumerate(tags_to_bio(tags)):
        if tag.startswith("B-"):
            found.append(Entity(2 * place, 2 * place + 1, tag[2:]))
        elif tag.startswith("I-"):
            found[-1] = Entity(found[-1].start, 2 * place + 1, tag[2:])
    return found


def test_exact_spans_by_hand():
    pairs = pairs_of(
        ([Entity(0, 3, "PERSON"), Entity(5, 9, "RANK")], [Entity(0, 3, "PERSON"), Entity(5, 8, "RANK")]),
        ([Entity(0, 3, "PERSON")], [Entity(0, 3, "RANK"), Entity(4, 6, "PERSON")]),
    )
    labels = span_labels(pairs)
    assert labels == ("PERSON", "RANK")
    counts = span_counts(pairs, labels)
    assert counts.tolist() == [[[1, 0, 0], [0, 1, 1]], [[0, 1, 1], [0, 1, 0]]]
    table = ScoreTable.of(labels, counts)
    assert table.labels["PERSON"].precision == table.labels["PERSON"].recall == pytest.approx(1 / 2)
    assert (table.labels["RANK"].f1, table.labels["RANK"].predicted, table.labels["RANK"].gold) == (0, 2, 1)
    assert table.micro.precision == pytest.approx(1 / 4)
    assert table.micro.recall == pytest.approx(1 / 3)
    assert table.micro.f1 == pytest.approx(2 / 7)
    assert table.macro.f1 == pytest.approx(1 / 4)


def test_label_without_items_is_left_out_of_the_macro_mean():
    pairs = pairs_of(([Entity(0, 3, "A")], [Entity(0, 3, "A")]))
    counts = span_counts(pairs, ("A", "B"))
    assert ScoreTable.of(("A", "B"), counts).macro.f1 == 1
    totals = counts.sum(axis=0)
    assert macro_f1(totals) == micro_f1(totals) == 1
    assert np.isnan(f1(totals)[1])
    assert np.isnan([macro_f1(np.zeros((2, 3))), micro_f1(np.zeros((2, 3)))]).all()
    empty = ScoreTable.of(("A",), np.zeros((4, 1, 3), dtype=np.int64))
    assert empty.micro.f1 == empty.macro.f1 == empty.labels["A"].precision == 0


def test_unknown_label_is_named():
    with pytest.raises(InputError, match=r"x-0.*'A'"):
        span_counts(pairs_of(([Entity(0, 3, "A")], [])), ("B",))


def test_pairing_refuses_missing_extra_and_double_ids():
    article, prediction = Article("x-1", "a"), Prediction("x-1")
    with pytest.raises(InputError, match="No prediction for x-1"):
        pair_up([article], [])
    with pytest.raises(InputError, match="without a gold article: x-1"):
        pair_up([], [prediction])
    with pytest.raises(InputError, match="'x-1' more than once"):
        pair_up([article, article], [prediction])
    with pytest.raises(InputError, match="and 2 more"):
        pair_up([Article(f"x-{n}", "") for n in range(5)], [])
    others = [Article("x-2", "b"), article]
    assert pair_up(others, [prediction, Prediction("x-2")])[1] == (article, prediction)


sequences = st.lists(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(*[st.lists(st.sampled_from(TAGS), min_size=n, max_size=n)] * 2)
    ),
    min_size=1,
    max_size=6,
)


@given(sequences)
def test_spans_of_tags_score_as_seqeval_scores_the_tags(both):
    pairs = pairs_of(*((entities_of(gold), entities_of(said)) for gold, said in both))
    labels = span_labels(pairs)
    if not labels:
        return
    ours = ScoreTable.of(labels, span_counts(pairs, labels))
    theirs = classification_report(
        [gold for gold, _ in both], [said for _, said in both], output_dict=True, zero_division=0
    )
    for name, score in (*ours.labels.items(), ("micro avg", ours.micro), ("macro avg", ours.macro)):
        row = theirs[name]
        assert (score.precision, score.recall, score.f1, score.gold) == pytest.approx(
            (row["precision"], row["recall"], row["f1-score"], row["support"])
        )
    predictions = [
        Prediction(f"x-{n}", tags=((tuple(gold), tuple(said)),)) for n, (gold, said) in enumerate(both)
    ]
    tags = tag_scores(predictions)
    assert tags is not None
    assert tags["micro avg"].f1 == pytest.approx(ours.micro.f1)
    assert tags["micro avg"].predicted == ours.micro.predicted
    assert {label: tags[label].predicted for label in labels} == {
        label: score.predicted for label, score in ours.labels.items()
    }


def test_tag_scores_at_the_edges():
    assert tag_scores([Prediction("x-1")]) is None
    nothing = tag_scores([Prediction("x-1", tags=((("O",), ("O",)),))])
    assert nothing is not None and nothing["micro avg"].f1 == 0
    with pytest.raises(InputError, match="x-1 has 1 gold tags for 2"):
        tag_scores([Prediction("x-1", tags=((("O",), ("O", "O")),))])


def test_partial_credit_by_hand():
    # one exact, one with the wrong label, one cut short, one missed; one false alarm
    gold = [Entity(0, 3, "A"), Entity(5, 8, "A"), Entity(10, 15, "B"), Entity(20, 22, "B")]
    said = [Entity(0, 3, "A"), Entity(5, 8, "B"), Entity(10, 13, "B"), Entity(30, 32, "B")]
    scores = partial_scores(pairs_of((gold, said)))
    assert {name: score.f1 for name, score in scores.items()} == {
        "strict": 0.25,
        "exact_boundary": 0.5,
        "partial": 0.625,
        "type": 0.5,
    }


def test_one_gold_entity_pays_once():
    gold, halves = [Entity(0, 10, "A")], [Entity(0, 4, "A"), Entity(5, 10, "A")]
    assert best_credit(TypeMatch(), gold, halves) == 1
    assert best_credit(Partial(), gold, halves) == 0.5
    # the better of two partners is taken
    assert best_credit(TypeMatch(), gold, [Entity(0, 4, "B"), Entity(5, 10, "A")]) == 1


flat_spans = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2), st.sampled_from("AB")), max_size=6).map(
    lambda steps: _laid_out(steps)
)


def _laid_out(steps: list[tuple[int, int, str]]) -> list[Entity]:
    found, at = [], 0
    for length, gap, label in steps:
        found.append(Entity(at + gap, at + gap + length, label))
        at += gap + length
    return found


def _brute(strategy, gold: list[Entity], said: list[Entity]) -> float:
    """The best of all one-to-one matchings, tried one after another."""
    if not gold:
        return 0.0
    best = _brute(strategy, gold[1:], said)
    for place, other in enumerate(said):
        if gold[0].start < other.end and other.start < gold[0].end:
            rest = _brute(strategy, gold[1:], said[:place] + said[place + 1 :])
            best = max(best, strategy.credit(gold[0], other) + rest)
    return best


@given(flat_spans, flat_spans)
def test_matching_is_the_best_of_all(gold, said):
    for strategy in (Strict(), ExactBoundary(), Partial(), TypeMatch()):
        assert best_credit(strategy, gold, said) == pytest.approx(_brute(strategy, gold, said))
    assert best_credit(Strict(), gold, said) == len(set(gold) & set(said))
