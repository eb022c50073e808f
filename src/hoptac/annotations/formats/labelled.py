"""Labelled spans, the form that most tools share, as an article's layers and back.

A span's label says which layer it is of: an entity type, an area (its evidence), or ``FURNITURE`` for lines
that are not part of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TypeVar

from hoptac.annotations.arrange import arrange
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.marks import furniture_candidates, kind_of, label_of
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import AnnotationError
from hoptac.schema import Area, EntityType, load_schema

FURNITURE = "FURNITURE"

_M = TypeVar("_M", Entity, AreaEvidence)

_NOT_OF_AN_ID = re.compile(r"[^A-Za-z0-9_.-]+")
_LETTERS = r"(?:\w[\u0300-\u036f]*)+"
# Dates, hyphenated names and the like are one token: "18-9", "I-xlam", "24/10/2024", "AT&T".
_TOKEN = re.compile(rf"{_LETTERS}(?:[-–/.,:&'’+@]{_LETTERS})*|[^\w\s]")


@dataclass(frozen=True, order=True, slots=True)
class LabelledSpan:
    """Characters ``start`` up to ``end`` with a label of any layer."""

    start: int
    end: int
    label: str


def labelled_spans(article: Article, losses: Losses) -> list[LabelledSpan]:
    """All marks and furniture lines of an article by position, a longer one before those inside it.

    Furniture is trimmed to its visible characters. Which of two marks of one span stands outside, and
    furniture lines without a visible character, cannot be told by such spans and go to ``losses``.
    """
    spans = [LabelledSpan(mark.start, mark.end, mark.label) for mark in article.entities]
    spans += [LabelledSpan(mark.start, mark.end, mark.area) for mark in article.evidence]
    for line in article.furniture:
        start, end = _trim(article.text, line.start, line.end)
        if start < end:
            spans.append(LabelledSpan(start, end, FURNITURE))
        else:
            losses.add("empty furniture lines", article.id)
    for outer in article.outer_entities:
        losses.add(
            "nestings of an entity around evidence of the same span (read back the other way round)",
            article.id,
            article.text[outer.start : outer.end],
        )
    return sorted(spans, key=lambda span: (span.start, -span.end, span.label))


def tokens_at_edges(text: str, start: int, end: int, edges: Iterable[int]) -> list[Span]:
    """Words with the punctuation inside them, and single punctuation marks, of ``text[start:end]``.

    They are cut where an edge falls inside one.
    """
    cuts = sorted({edge for edge in edges if start < edge < end})
    pieces = []
    at = 0
    for token in _TOKEN.finditer(text, start, end):
        while at < len(cuts) and cuts[at] <= token.start():
            at += 1
        inside = []
        while at < len(cuts) and cuts[at] < token.end():
            inside.append(cuts[at])
            at += 1
        pieces += [Span(*pair) for pair in pairwise([token.start(), *inside, token.end()])]
    return pieces


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes what readers find and makes articles of it.

    ``rename`` maps labels of the tool's project to ours; labels of the schema and their Vietnamese and
    English names are known in any case.
    """

    rename: Mapping[str, str] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)

    def article(self, article_id: str, text: str, spans: Iterable[LabelledSpan]) -> Article:
        """The article with these spans as marks, as far as our articles can hold them.

        White space at a mark's edges is trimmed. Marks with an unknown label, over a line break, on
        furniture, or overlapping or crossing a longer one are left out. All this goes to ``losses``.
        Raises :class:`AnnotationError` for a span that is not one of the text.
        """
        names: list[Entity] = []
        phrases: list[AreaEvidence] = []
        blocks: list[LabelledSpan] = []
        for span in spans:
            if not 0 <= span.start < span.end <= len(text):
                place = f"{span.start} to {span.end} ({span.label})"
                message = f"{place} is no span of a text of {len(text)} characters"
                raise AnnotationError(message, article_id)
            placed = self._place(article_id, text, span)
            if isinstance(placed, Entity):
                names.append(placed)
            elif isinstance(placed, AreaEvidence):
                phrases.append(placed)
            elif placed is not None:
                blocks.append(placed)
        furniture = self._lines(article_id, text, blocks)
        arranged = arrange(
            self._off(article_id, text, names, furniture), self._off(article_id, text, phrases, furniture)
        )
        for loss in arranged.rejected:
            mark, winner = loss.mark, loss.winner
            self.losses.add(
                "marks that overlap or cross a longer one (left out)",
                article_id,
                f"{label_of(mark)} {text[mark.start : mark.end]!r} beside "
                f"{label_of(winner)} {text[winner.start : winner.end]!r}",
            )
        return Article(article_id, text, arranged.entities, arranged.evidence, furniture)

    def areas(self, article: Article, areas: Iterable[str]) -> None:
        """Note areas that were given for a whole article without a phrase, which it cannot hold."""
        for name in areas:
            area = self.label(name)
            if area is None or area not in load_schema().area_labels:
                self.losses.add("categories that are no cooperation area (left out)", article.id, name)
            elif area not in article.areas:
                self.losses.add("areas without a phrase that shows them (left out)", article.id, area)

    def label(self, name: str) -> str | None:
        """Our label for a tool's, or None."""
        return _labels().get(self.rename.get(name, name).casefold())

    def id(self, name: str, fallback: str = "article") -> str:
        """``name`` as an article's id; another one, noted in ``losses``, where it is not of that form."""
        made = _NOT_OF_AN_ID.sub("-", name).strip("-._") or fallback
        if made != name:
            self.losses.add("ids that had to be changed", made, name)
        return made

    def _place(
        self, article_id: str, text: str, span: LabelledSpan
    ) -> Entity | AreaEvidence | LabelledSpan | None:
        label = self.label(span.label)
        surface = text[span.start : span.end]
        if label is None:
            kind = "marks with a label that is not in the schema (left out; --rename OLD=NEW takes them in)"
            self.losses.add(kind, article_id, f"{span.label} {surface!r}")
            return None
        if label == FURNITURE:
            return span
        start, end = _trim(text, span.start, span.end)
        if (start, end) != (span.start, span.end):
            how = "trimmed" if start < end else "left out"
            self.losses.add(
                f"marks with white space at their edges ({how})", article_id, f"{label} {surface!r}"
            )
        if start >= end:
            return None
        if "\n" in text[start:end]:
            self.losses.add("marks over a line break (left out)", article_id, f"{label} {surface!r}")
            return None
        if label in load_schema().entity_labels:
            return Entity(start, end, label)
        return AreaEvidence(start, end, label)

    def _lines(self, article_id: str, text: str, blocks: list[LabelledSpan]) -> tuple[Span, ...]:
        """The whole lines that furniture marks cover; a mark may cover several."""
        lines: set[Span] = set()
        candidates = list(furniture_candidates(text)) if blocks else []
        for block in blocks:
            for line in candidates:
                start, end = _trim(text, line.start, line.end)
                if start >= end or end <= block.start or block.end <= start:
                    continue
                if block.start <= start and end <= block.end:
                    lines.add(line)
                else:
                    kind = "furniture marks on a part of a line (left out)"
                    self.losses.add(kind, article_id, text[start:end])
        return tuple(sorted(lines))

    def _off(self, article_id: str, text: str, marks: list[_M], furniture: tuple[Span, ...]) -> list[_M]:
        """The marks that do not stand on furniture."""
        kept = []
        for mark in marks:
            if any(line.start < mark.end and mark.start < line.end for line in furniture):
                example = f"{kind_of(mark)} {text[mark.start : mark.end]!r}"
                self.losses.add("marks on a furniture line (left out)", article_id, example)
            else:
                kept.append(mark)
        return kept


@cache
def _labels() -> Mapping[str, str]:
    schema = load_schema()
    kinds: tuple[EntityType | Area, ...] = (*schema.entities, *schema.areas)
    known = {name.casefold(): kind.label for kind in kinds for name in (kind.name_en, kind.name_vi)}
    return known | {kind.label.casefold(): kind.label for kind in kinds} | {FURNITURE.casefold(): FURNITURE}


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
