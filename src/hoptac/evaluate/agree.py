"""How far two annotators of the same articles agree: names by F1, areas beyond chance, and every difference.

F1 is the usual measure for spans, as there is no count of the spans that neither marked (Hripcsak and
Rothschild 2005, Agreement, the F-measure, and reliability in information retrieval); it is the same whichever
of the two is taken as gold. Areas are decisions on each article, so that kappa and alpha are defined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hoptac.article import Article
from hoptac.errors import InputError
from hoptac.evaluate.agreement import Agreement
from hoptac.evaluate.areas import EvidenceOverlap, evidence_counts
from hoptac.evaluate.counts import ScoreTable
from hoptac.evaluate.disagreements import Disagreement, find_disagreements
from hoptac.evaluate.prediction import Pair, Prediction, ScoredEntity, ScoredEvidence
from hoptac.evaluate.same_text import on_text
from hoptac.evaluate.spans import span_counts, span_labels
from hoptac.evaluate.tables import figure_table
from hoptac.schema import load_schema


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two annotators' agreement over ``texts`` (text by article id).

    ``entities`` counts A's marks as gold and B's as predicted. Areas are decided once for each article:
    ``areas`` has the agreement over articles by area, ``articles`` over areas by article, ``overall`` over
    all decisions. ``evidence`` counts phrases that share a character with one of the same area.
    """

    texts: dict[str, str]
    entities: ScoreTable
    areas: dict[str, Agreement]
    articles: dict[str, Agreement]
    overall: Agreement
    evidence: EvidenceOverlap
    disagreements: tuple[Disagreement, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, strings, lists and dictionaries, ready for JSON."""
        return {
            "articles": list(self.texts),
            "entities": self.entities.to_dict(),
            "areas": {
                "overall": self.overall.to_dict(),
                "by_area": {area: one.to_dict() for area, one in self.areas.items()},
                "by_article": {article_id: one.to_dict() for article_id, one in self.articles.items()},
                "evidence_overlap": self.evidence.to_dict(),
            },
            "disagreements": [one.to_dict(self.texts[one.article_id]) for one in self.disagreements],
        }

    def print(self, console: Console | None = None) -> None:
        """Print the figures as tables, and the disagreements in their sentences."""
        console = console or Console()
        console.print(f"{len(self.texts)} article{'s' if len(self.texts) > 1 else ''}\n", highlight=False)
        console.print(self._entity_table())
        by_area = {area: one for area, one in self.areas.items() if one.items > one.neither}
        console.print(_area_table("Areas over articles", "area", by_area, self.overall))
        console.print(_area_table("Areas by article", "article", self.articles, None))
        console.print(
            f"Evidence: {self.evidence.recall:.3f} of A's {self.evidence.gold} phrases touch one of B's "
            f"for the same area, {self.evidence.precision:.3f} of B's {self.evidence.predicted} one of A's.",
            highlight=False,
            soft_wrap=True,
        )
        if self.disagreements:
            console.print(f"\nDisagreements ({len(self.disagreements)})")
        for one in self.disagreements:
            text = self.texts[one.article_id]
            sides = [
                f"{side}: " + ", ".join(f"{' '.join(text[m.start : m.end].split())} {m.label}" for m in marks)
                for side, marks in (("A", one.a), ("B", one.b))
                if marks
            ]
            head = f"{one.article_id} · {one.layer} · {one.kind} · {' | '.join(sides)}"
            line = f"[bold]{escape(head)}[/bold]\n    {escape(one.excerpt(text))}"
            console.print(line, highlight=False, soft_wrap=True)

    def _entity_table(self) -> Table:
        shown = figure_table(
            "Entities, exact spans",
            ("label",),
            ("F1", "A", "B", "both"),
        )
        rows = [*self.entities.labels.items(), ("micro", self.entities.micro)]
        for label, score in rows:
            both = round(score.recall * score.gold)
            shown.add_row(escape(label), f"{score.f1:.3f}", *map(str, (score.gold, score.predicted, both)))
        return shown


def agree(first: Sequence[Article], second: Sequence[Article]) -> Comparison:
    """Compare two annotators' articles, paired by id; their texts may differ in white space.

    Raises :class:`InputError` when no id is on both sides, or the two texts of an article differ.
    """
    others = {article.id: article for article in second}
    both = [(article, on_text(others[article.id], article.text)) for article in first if article.id in others]
    if not both:
        raise InputError("The two sides have no article in common; articles are paired by their ids.")
    schema = load_schema()
    known = {area for pair in both for article in pair for area in article.areas}
    areas = (*schema.area_labels, *sorted(known - set(schema.area_labels)))
    pairs: list[Pair] = [(a, _as_prediction(b)) for a, b in both]
    labels = tuple(label for label in schema.entity_labels)
    labels += tuple(label for label in span_labels(pairs) if label not in labels)
    by_article = {a.id: Agreement.of((area in a.areas, area in b.areas) for area in areas) for a, b in both}
    overlaps = evidence_counts(pairs, areas).sum(axis=0)
    return Comparison(
        texts={a.id: a.text for a, _ in both},
        entities=ScoreTable.of(labels, span_counts(pairs, labels)),
        areas={area: Agreement.of((area in a.areas, area in b.areas) for a, b in both) for area in areas},
        articles=by_article,
        overall=sum(by_article.values(), Agreement()),
        evidence=EvidenceOverlap(*map(int, overlaps)),
        disagreements=tuple(find_disagreements(both)),
    )


def _as_prediction(article: Article) -> Prediction:
    """An annotator's article as what a system could have said, so that it is counted in the same way."""
    return Prediction(
        article.id,
        tuple(ScoredEntity(mark.start, mark.end, mark.label, 1.0) for mark in article.entities),
        areas=article.areas,
        evidence=tuple(ScoredEvidence(mark.start, mark.end, mark.area, 1.0) for mark in article.evidence),
    )


def _area_table(title: str, name: str, rows: dict[str, Agreement], overall: Agreement | None) -> Table:
    shown = figure_table(title, (name,), ("kappa", "alpha", "agreed", "both", "only A", "only B"))
    for label, one in (*rows.items(), *([("all", overall)] if overall else [])):
        figures = [_shown(one.kappa), _shown(one.alpha), _shown(one.observed)]
        shown.add_row(escape(label), *figures, *map(str, (one.both, one.only_first, one.only_second)))
    return shown


def _shown(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"
