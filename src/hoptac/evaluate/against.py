"""Two models on the same articles: is one better, or is it chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

from hoptac.article import Article
from hoptac.evaluate.areas import area_counts
from hoptac.evaluate.bootstrap import Comparison, compare
from hoptac.evaluate.counts import macro_f1, micro_f1
from hoptac.evaluate.prediction import Prediction, pair_up
from hoptac.evaluate.spans import span_counts
from hoptac.evaluate.tables import figure_table


@dataclass(frozen=True, slots=True)
class Against:
    """F1 of one model less that of ``other``, with paired 95 % bootstrap intervals over articles, by name."""

    other: str
    figures: dict[str, Comparison]

    def to_dict(self) -> dict[str, object]:
        return {"other": self.other, **{name: figure.to_dict() for name, figure in self.figures.items()}}

    def table(self) -> Table:
        """The differences, as a table."""
        shown = figure_table(f"F1 against {self.other}", ("figure",), ("difference", "95 %", "p"))
        for name, figure in self.figures.items():
            interval = f"{figure.interval.low:+.3f} to {figure.interval.high:+.3f}"
            shown.add_row(name, f"{figure.difference:+.3f}", interval, f"{figure.p_value:.3f}")
        return shown


def compare_predictions(
    gold: Sequence[Article],
    predictions: Sequence[Prediction],
    others: Sequence[Prediction],
    other: str,
    entity_labels: Sequence[str],
    area_labels: Sequence[str] = (),
) -> Against:
    """Compare two models' predictions for the same articles, paired by id; ``other`` names the second.

    Raises :class:`InputError` when ids do not pair, or a label is unknown.
    """
    ours, theirs = pair_up(gold, predictions), pair_up(gold, others)
    spans = span_counts(ours, entity_labels), span_counts(theirs, entity_labels)
    figures = {"entities, micro": compare(*spans, micro_f1)}
    if area_labels:
        areas = area_counts(ours, area_labels), area_counts(theirs, area_labels)
        figures |= {"areas, micro": compare(*areas, micro_f1), "areas, macro": compare(*areas, macro_f1)}
    return Against(other, figures)
