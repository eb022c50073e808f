"""Exact spans: a predicted name counts when its first and last character and its label are right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hoptac.errors import InputError
from hoptac.evaluate.counts import Counts
from hoptac.evaluate.prediction import Pair


def span_labels(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """Every entity label of the gold articles and the predictions, sorted."""
    labels = {entity.label for article, _ in pairs for entity in article.entities}
    labels.update(entity.label for _, prediction in pairs for entity in prediction.entities)
    return tuple(sorted(labels))


def span_counts(pairs: Sequence[Pair], labels: Sequence[str]) -> Counts:
    """Hits, false alarms and misses of exact spans, of shape (articles, labels, 3).

    A span given twice counts once. Raises :class:`InputError` for a label that is not in ``labels``.
    """
    column = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(pairs), len(labels), 3), dtype=np.int64)
    for row, (article, prediction) in enumerate(pairs):
        gold = set(article.entities)
        predicted = {entity.entity for entity in prediction.entities}
        for which, group in enumerate((gold & predicted, predicted - gold, gold - predicted)):
            for entity in group:
                if entity.label not in column:
                    raise InputError(
                        f"Article {article.id} has an entity labelled {entity.label!r}, which is not among "
                        f"the labels scored ({', '.join(labels)}); score with the labels of its data set."
                    )
                counts[row, column[entity.label], which] += 1
    return counts
