"""Every mismatch of predicted and gold entities, with its likely cause.

Exact hits are set aside; what is left forms groups of spans that overlap. A group's shape gives
the kind of error (missed, spurious, boundary, label), its text the cause.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from hoptac.article import Article, Entity
from hoptac.evaluate.prediction import Pair, ScoredEntity
from hoptac.evaluate.tables import figure_table
from hoptac.text.normalize import normalize

KINDS = ("missed", "spurious", "boundary", "label")

# First words of a body's name, capitalised as in one: they tell a parent or subordinate body.
_BODY = re.compile(
    r"\b(?:Bộ|Tổng cục|Cục|Vụ|Ban|Uỷ ban|Học viện|Viện|Trường|Trung tâm|Quân đội|Quân chủng|Binh chủng|"
    r"Binh đoàn|Quân khu|Quân đoàn|Hải quân|Không quân|Lục quân|Cảnh sát|Lực lượng|Sư đoàn|Lữ đoàn|"
    r"Trung đoàn|Đoàn|Hạm đội|Vùng|Chính phủ|Quốc hội|Đảng|Trung ương|Công ty|Tổng công ty|Tập đoàn|"
    r"Đại sứ quán|Phái bộ|Liên hợp quốc|Liên minh|Hội)\b"
)
_OF = re.compile(r"\s*của\b")


@dataclass(frozen=True, slots=True)
class EntityError:
    """One group of overlapping spans that do not agree.

    ``kind`` is one of :data:`KINDS`, ``cause`` says more; ``label`` is that of the first gold span, or of the
    first predicted one where there is no gold. Both tuples are in text order.
    """

    article_id: str
    source: str
    kind: str
    cause: str
    label: str
    gold: tuple[Entity, ...]
    predicted: tuple[ScoredEntity, ...]

    @property
    def _spans(self) -> list[Entity | ScoredEntity]:
        return [*self.gold, *self.predicted]

    @property
    def start(self) -> int:
        return min(span.start for span in self._spans)

    @property
    def end(self) -> int:
        return max(span.end for span in self._spans)


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """How many errors of each kind and cause there are, by label."""

    counts: dict[tuple[str, str], dict[str, int]]

    @classmethod
    def of(cls, errors: Iterable[EntityError]) -> ErrorCounts:
        tally = Counter((error.kind, error.cause, error.label) for error in errors)
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for (kind, cause, label), number in sorted(tally.items(), key=lambda item: KINDS.index(item[0][0])):
            counts.setdefault((kind, cause), {})[label] = number
        by_size = sorted(counts.items(), key=lambda item: (KINDS.index(item[0][0]), -sum(item[1].values())))
        return cls(dict(by_size))

    @property
    def total(self) -> int:
        return sum(sum(row.values()) for row in self.counts.values())

    def to_dict(self) -> dict[str, dict[str, dict[str, int]]]:
        """Counts by kind, cause and label."""
        nested: dict[str, dict[str, dict[str, int]]] = {}
        for (kind, cause), row in self.counts.items():
            nested.setdefault(kind, {})[cause] = dict(row)
        return nested

    def table(self) -> Table:
        """The counts as a table: a row for each cause, a column for each label."""
        labels = sorted({label for row in self.counts.values() for label in row})
        title = f"Entity errors by cause ({self.total})"
        shown = figure_table(title, ("kind", "cause"), (*map(escape, labels), "all"))
        for (kind, cause), row in self.counts.items():
            shown.add_row(
                kind, escape(cause), *(str(row.get(label, "")) for label in labels), str(sum(row.values()))
            )
        return shown


def find_errors(pairs: Sequence[Pair], train: Iterable[Article] = ()) -> list[EntityError]:
    """The entity errors of ``pairs``, in their order and in text order.

    With ``train`` given, a missed or spurious name is told apart by whether a training article marks the
    same words, in whatever case, with the same label.
    """
    seen = frozenset(
        (entity.label, _surface(article.text, entity)) for article in train for entity in article.entities
    )
    errors = []
    for article, prediction in pairs:
        gold = set(article.entities)
        hits = gold & {entity.entity for entity in prediction.entities}
        wrong = {entity.entity: entity for entity in prediction.entities if entity.entity not in hits}
        for marks, said in _groups(sorted(gold - hits), sorted(wrong.values())):
            kind, cause = _cause(article.text, marks, said, seen)
            label = marks[0].label if marks else said[0].label
            errors.append(EntityError(article.id, article.source, kind, cause, label, marks, said))
    return errors


def _groups(
    gold: Sequence[Entity], predicted: Sequence[ScoredEntity]
) -> list[tuple[tuple[Entity, ...], tuple[ScoredEntity, ...]]]:
    """Connected groups of spans that share characters."""
    groups: list[tuple[list[Entity], list[ScoredEntity]]] = []
    reach = 0
    spans: list[Entity | ScoredEntity] = [*gold, *predicted]
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if not groups or span.start >= reach:
            groups.append(([], []))
        reach = max(reach, span.end)
        if isinstance(span, Entity):
            groups[-1][0].append(span)
        else:
            groups[-1][1].append(span)
    return [(tuple(marks), tuple(said)) for marks, said in groups]


def _cause(
    text: str,
    gold: Sequence[Entity],
    predicted: Sequence[ScoredEntity],
    seen: frozenset[tuple[str, str]],
) -> tuple[str, str]:
    if not gold or not predicted:
        kind, span = ("missed", gold[0]) if gold else ("spurious", predicted[0])
        if not seen:
            return kind, kind
        return kind, "seen in training" if (
            span.label,
            _surface(text, span),
        ) in seen else "not seen in training"
    if len(gold) > 1 or len(predicted) > 1:
        cause = "split" if len(gold) == 1 else "merged" if len(predicted) == 1 else "split and merged"
        return "boundary", cause
    mark, said = gold[0], predicted[0]
    if mark.label != said.label:
        same = (mark.start, mark.end) == (said.start, said.end)
        return "label", f"read as {said.label}" if same else "label and edges"
    return "boundary", _boundary_cause(text, mark, said)


def _boundary_cause(text: str, gold: Entity, predicted: ScoredEntity) -> str:
    if gold.label == "ORGANIZATION":
        left = text[min(gold.start, predicted.start) : max(gold.start, predicted.start)]
        right = text[min(gold.end, predicted.end) : max(gold.end, predicted.end)]
        core = text[max(gold.start, predicted.start) : min(gold.end, predicted.end)]
        left, right, core = (normalize(part).text for part in (left, right, core))
        if _BODY.search(core) and (_BODY.search(left) or _BODY.search(right)):
            return "parent or subordinate body"
        if _OF.match(right):
            return "'của' and a country"
    edges = []
    if gold.start != predicted.start:
        edges.append("left too long" if predicted.start < gold.start else "left too short")
    if gold.end != predicted.end:
        edges.append("right too long" if predicted.end > gold.end else "right too short")
    return ", ".join(edges)


def _surface(text: str, span: Entity | ScoredEntity) -> str:
    return " ".join(normalize(text[span.start : span.end]).text.casefold().split())
