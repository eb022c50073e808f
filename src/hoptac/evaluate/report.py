"""The whole evaluation of a set of predictions: figures overall and per source, as table and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hoptac.article import Article
from hoptac.errors import InputError
from hoptac.evaluate.against import Against
from hoptac.evaluate.areas import AreaScores, area_counts, score_areas
from hoptac.evaluate.bootstrap import Interval, intervals
from hoptac.evaluate.calibration import Reliability, area_outcomes, entity_outcomes, reliability
from hoptac.evaluate.counts import Counts, Score, ScoreTable, f1, macro_f1, micro_f1
from hoptac.evaluate.errors_by_cause import ErrorCounts, find_errors
from hoptac.evaluate.output import write_text
from hoptac.evaluate.partial import partial_scores
from hoptac.evaluate.prediction import Pair, Prediction, pair_up
from hoptac.evaluate.seqtags import tag_scores
from hoptac.evaluate.spans import span_counts, span_labels
from hoptac.evaluate.tables import figure_table


@dataclass(frozen=True, slots=True)
class F1Intervals:
    """95 % bootstrap intervals, over articles, of the F1 of each label, micro and macro."""

    labels: dict[str, Interval]
    micro: Interval
    macro: Interval

    def to_dict(self) -> dict[str, object]:
        return {
            "labels": {label: interval.to_dict() for label, interval in self.labels.items()},
            "micro": self.micro.to_dict(),
            "macro": self.macro.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class GroupScores:
    """Every figure of one group of articles; the area figures are None where no areas are scored."""

    articles: int
    entities: ScoreTable
    entity_intervals: F1Intervals
    partial: dict[str, Score]
    tags: dict[str, Score] | None
    areas: AreaScores | None
    area_intervals: F1Intervals | None

    def to_dict(self) -> dict[str, object]:
        return {
            "articles": self.articles,
            "entities": {**self.entities.to_dict(), "f1_intervals": self.entity_intervals.to_dict()},
            "partial": {name: score.to_dict() for name, score in self.partial.items()},
            "tags": self.tags and {label: score.to_dict() for label, score in self.tags.items()},
            "areas": self.areas
            and self.area_intervals
            and {**self.areas.to_dict(), "f1_intervals": self.area_intervals.to_dict()},
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures overall and for each source of the articles, calibration of the scores, errors by cause, and
    where one was asked for, the comparison with another model."""

    overall: GroupScores
    sources: dict[str, GroupScores]
    entity_calibration: Reliability
    area_calibration: Reliability | None
    errors: ErrorCounts
    against: Against | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain numbers, strings, lists and dictionaries, ready for JSON."""
        return {
            "overall": self.overall.to_dict(),
            "sources": {source: group.to_dict() for source, group in self.sources.items()},
            "calibration": {
                "entities": self.entity_calibration.to_dict(),
                "areas": self.area_calibration and self.area_calibration.to_dict(),
            },
            "errors": self.errors.to_dict(),
            "against": self.against and self.against.to_dict(),
        }

    def write_json(self, path: Path) -> None:
        """Write :meth:`to_dict` to ``path``, whole or not at all."""
        write_text(path, json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n")

    def print_table(self, console: Console | None = None) -> None:
        """Print the figures as tables."""
        console = console or Console()
        group = self.overall
        title = f"Entities, exact spans ({group.articles} articles)"
        console.print(_score_table(title, group.entities, group.entity_intervals))
        console.print(_beside_table(group))
        if group.areas and group.area_intervals:
            console.print(_score_table("Areas", group.areas.table, group.area_intervals, group.areas))
            shown = group.areas.evidence_overall
            console.print(
                f"Evidence overlap: {shown.recall:.3f} of {shown.gold} gold phrases are hit,\n"
                f"{shown.precision:.3f} of {shown.predicted} predicted phrases hit one"
            )
        if len(self.sources) > 1:
            console.print(_source_table(self.sources))
        console.print(self.errors.table())
        errors = [f"entities {self.entity_calibration.error:.3f}"]
        if self.area_calibration:
            errors.append(f"areas {self.area_calibration.error:.3f}")
        console.print(f"Expected calibration error: {', '.join(errors)}")
        if self.against:
            console.print(self.against.table())


def evaluate(
    gold: Sequence[Article],
    predictions: Sequence[Prediction],
    *,
    entity_labels: Sequence[str] | None = None,
    area_labels: Sequence[str] | None = None,
    train: Sequence[Article] = (),
    samples: int = 2000,
    seed: int = 0,
) -> Evaluation:
    """Score ``predictions`` against ``gold``, paired by id.

    ``entity_labels`` are by default those that occur, ``area_labels`` those of the predictions' area scores
    (none: areas are not scored). ``train`` tells missed names known from training from new ones.
    ``samples`` and ``seed`` are for the bootstrap. Raises :class:`InputError` when there is nothing to score,
    ids do not pair, or a label is unknown.
    """
    pairs = pair_up(gold, predictions)
    if not pairs:
        raise InputError("There is no article to score; give at least one gold article and its prediction.")
    labels = tuple(entity_labels) if entity_labels is not None else span_labels(pairs)
    areas = tuple(area_labels) if area_labels is not None else _scored_areas(pairs)
    by_source: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_source.setdefault(pair[0].source, []).append(pair)
    return Evaluation(
        overall=_group(pairs, labels, areas, samples, seed),
        sources={source: _group(part, labels, areas, samples, seed) for source, part in by_source.items()},
        entity_calibration=reliability(*entity_outcomes(pairs)),
        area_calibration=reliability(*area_outcomes(pairs, areas)) if areas else None,
        errors=ErrorCounts.of(find_errors(pairs, train)),
    )


def _scored_areas(pairs: Sequence[Pair]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(area for _, prediction in pairs for area in prediction.area_scores))


def _group(
    pairs: Sequence[Pair], labels: Sequence[str], areas: Sequence[str], samples: int, seed: int
) -> GroupScores:
    spans = span_counts(pairs, labels)
    return GroupScores(
        articles=len(pairs),
        entities=ScoreTable.of(labels, spans),
        entity_intervals=_f1_intervals(spans, labels, samples, seed),
        partial=partial_scores(pairs),
        tags=tag_scores([prediction for _, prediction in pairs]),
        areas=score_areas(pairs, areas) if areas else None,
        area_intervals=_f1_intervals(area_counts(pairs, areas), areas, samples, seed) if areas else None,
    )


def _f1_intervals(counts: Counts, labels: Sequence[str], samples: int, seed: int) -> F1Intervals:
    (micro,) = intervals(counts, micro_f1, samples, seed)
    (macro,) = intervals(counts, macro_f1, samples, seed)
    each = intervals(counts, f1, samples, seed)
    return F1Intervals(dict(zip(labels, each, strict=True)), micro, macro)


def _score_table(
    title: str, table: ScoreTable, f1_intervals: F1Intervals, areas: AreaScores | None = None
) -> Table:
    columns = ("P", "R", "F1", "95 %", "gold", "pred.", *(("AP",) if areas else ()))
    shown = figure_table(title, ("label",), columns)
    rows = [(label, score, f1_intervals.labels[label]) for label, score in table.labels.items()]
    ranks: dict[str, float | None] = {}
    if areas:
        ranks = {**areas.average_precision, "macro": areas.mean_average_precision}
    for label, score, interval in (
        *rows,
        ("micro", table.micro, f1_intervals.micro),
        ("macro", table.macro, f1_intervals.macro),
    ):
        rank = ranks.get(label)
        shown.add_row(
            escape(label),
            *_figures(score),
            f"{interval.low:.3f}-{interval.high:.3f}",
            str(score.gold),
            str(score.predicted),
            *(("" if rank is None else f"{rank:.3f}",) if areas else ()),
            end_section=bool(rows) and label == rows[-1][0],
        )
    return shown


def _beside_table(group: GroupScores) -> Table:
    shown = figure_table("Entities by other measures", ("measure",), ("P", "R", "F1"))
    for name, score in group.partial.items():
        shown.add_row(f"spans, {name.replace('_', ' ')}", *_figures(score))
    for name in ("micro avg", "macro avg"):
        if group.tags:
            shown.add_row(f"tags (seqeval), {name}", *_figures(group.tags[name]))
    return shown


def _source_table(sources: dict[str, GroupScores]) -> Table:
    columns = ("articles", "entities micro F1", "95 %", "macro F1", "areas micro F1", "macro F1")
    shown = figure_table("By source", ("source",), columns)
    for source, group in sources.items():
        micro = group.entity_intervals.micro
        table = group.areas.table if group.areas else None
        shown.add_row(
            escape(source),
            str(group.articles),
            f"{group.entities.micro.f1:.3f}",
            f"{micro.low:.3f}-{micro.high:.3f}",
            f"{group.entities.macro.f1:.3f}",
            *((f"{table.micro.f1:.3f}", f"{table.macro.f1:.3f}") if table else ("", "")),
        )
    return shown


def _figures(score: Score) -> tuple[str, str, str]:
    return f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}"
