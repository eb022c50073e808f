"""Figures that give credit for nearly right spans, as in SemEval-2013 task 9 (Segura-Bedmar and others 2013).

Each strategy says what a predicted entity earns against a gold one. The two are matched one to one,
in text order, so that the credit is greatest; precision is the credit per predicted entity, recall
per gold entity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hoptac.article import Entity
from hoptac.evaluate.counts import Score
from hoptac.evaluate.prediction import Pair


class Strategy(Protocol):
    """What a predicted entity earns, 0 to 1, against a gold entity that shares a character with it."""

    name: str

    def credit(self, gold: Entity, predicted: Entity) -> float: ...


class Strict:
    """Both edges and the label are right."""

    name = "strict"

    def credit(self, gold: Entity, predicted: Entity) -> float:
        return float(gold == predicted)


class ExactBoundary:
    """Both edges are right, whatever the label."""

    name = "exact_boundary"

    def credit(self, gold: Entity, predicted: Entity) -> float:
        return float(_same_edges(gold, predicted))


class Partial:
    """Both edges are right, whatever the label; half the credit for any overlap."""

    name = "partial"

    def credit(self, gold: Entity, predicted: Entity) -> float:
        return 1.0 if _same_edges(gold, predicted) else 0.5


class TypeMatch:
    """Any overlap, with the right label."""

    name = "type"

    def credit(self, gold: Entity, predicted: Entity) -> float:
        return float(gold.label == predicted.label)


STRATEGIES: tuple[Strategy, ...] = (Strict(), ExactBoundary(), Partial(), TypeMatch())


def partial_scores(pairs: Sequence[Pair]) -> dict[str, Score]:
    """The score of each strategy over all labels, by its name."""
    both = [
        (sorted(set(article.entities)), sorted({entity.entity for entity in prediction.entities}))
        for article, prediction in pairs
    ]
    gold = sum(len(marks) for marks, _ in both)
    predicted = sum(len(said) for _, said in both)
    return {
        strategy.name: Score.of(sum(best_credit(strategy, *one) for one in both), gold, predicted)
        for strategy in STRATEGIES
    }


def best_credit(strategy: Strategy, gold: Sequence[Entity], predicted: Sequence[Entity]) -> float:
    """The most credit a one-to-one matching in text order can earn; both lists are sorted.

    Spans of one side that do not overlap each other meet those of the other side in text order, so an
    alignment table, as for longest common subsequences, holds every matching that earns anything.
    """
    above = [0.0] * (len(predicted) + 1)
    for mark in gold:
        row = [0.0]
        for column, said in enumerate(predicted):
            best = max(above[column + 1], row[column])
            if mark.start < said.end and said.start < mark.end:
                best = max(best, above[column] + strategy.credit(mark, said))
            row.append(best)
        above = row
    return above[-1]


def _same_edges(gold: Entity, predicted: Entity) -> bool:
    return (gold.start, gold.end) == (predicted.start, predicted.end)
