"""What `predict` returns: entities, areas with their evidence, and the part of the page that was read.

Every ``start`` and ``end`` counts characters (code points) of ``Result.text``, half-open, and
``text[start:end]`` is the ``text`` of the span: a result that breaks this cannot be made.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

from hoptac.article import Span
from hoptac.schema import load_schema

_SHOWN = 6  # surfaces a label shows in str(result)


@dataclass(frozen=True, slots=True)
class EntityMention:
    """A name found in the text; ``score`` is its calibrated probability, 0 to 1."""

    start: int
    end: int
    label: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """The phrase that shows an area, and the ``sentence`` it stands in."""

    start: int
    end: int
    text: str
    score: float
    sentence: Span


@dataclass(frozen=True, slots=True)
class AreaResult:
    """A cooperation area of the article with the phrases that show it, in the order of the text."""

    label: str
    name_vi: str
    name_en: str
    score: float
    evidence: tuple[EvidenceSpan, ...]


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """A line of the page that was not read as part of the article, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Surface:
    """One name however often it is mentioned: ``text`` is its most frequent spelling."""

    text: str
    mentions: tuple[EntityMention, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """Everything found in one text.

    ``kept`` holds the runs of lines taken as the article, ``dropped`` the lines that were left out.
    Raises ``ValueError`` when a span lies outside ``text`` or does not hold the characters it claims.
    """

    text: str
    entities: tuple[EntityMention, ...] = ()
    areas: tuple[AreaResult, ...] = ()
    kept: tuple[Span, ...] = ()
    dropped: tuple[DroppedLine, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        evidence = [span for area in self.areas for span in area.evidence]
        marks: list[EntityMention | EvidenceSpan] = [*self.entities, *evidence]
        for marked in marks:
            _check_bounds(marked, self.text)
            if self.text[marked.start : marked.end] != marked.text:
                found = self.text[marked.start : marked.end]
                raise ValueError(f"{marked!r} does not match the text, which reads {found!r} there")
        spans: list[Span | DroppedLine] = [*self.kept, *self.dropped, *(span.sentence for span in evidence)]
        for span in spans:
            _check_bounds(span, self.text)

    def surfaces(self) -> dict[str, tuple[Surface, ...]]:
        """The distinct names by label, most mentioned first; case, spaces and Unicode form are ignored.

        Labels come in the order of the schema, others after them as they first appear.
        """
        groups: dict[str, dict[str, list[EntityMention]]] = {
            label: {} for label in load_schema().entity_labels
        }
        for mention in self.entities:
            key = _tidy(mention.text).casefold()
            groups.setdefault(mention.label, {}).setdefault(key, []).append(mention)
        return {
            label: tuple(
                Surface(
                    Counter(_tidy(mention.text) for mention in mentions).most_common(1)[0][0], tuple(mentions)
                )
                for mentions in sorted(names.values(), key=len, reverse=True)
            )
            for label, names in groups.items()
            if names
        }

    def to_dict(self) -> dict[str, Any]:
        """The result as plain lists, strings and numbers, ready for JSON."""
        return {
            "entities": [
                {
                    "start": entity.start,
                    "end": entity.end,
                    "label": entity.label,
                    "text": entity.text,
                    "score": float(entity.score),
                }
                for entity in self.entities
            ],
            "areas": [
                {
                    "label": area.label,
                    "name_vi": area.name_vi,
                    "name_en": area.name_en,
                    "score": float(area.score),
                    "evidence": [
                        {"start": span.start, "end": span.end, "text": span.text, "score": float(span.score)}
                        for span in area.evidence
                    ],
                }
                for area in self.areas
            ],
            "article": [{"start": span.start, "end": span.end} for span in self.kept],
            "dropped": [
                {
                    "start": line.start,
                    "end": line.end,
                    "text": self.text[line.start : line.end],
                    "reason": line.reason,
                }
                for line in self.dropped
            ],
            "warnings": list(self.warnings),
        }

    def to_html(self) -> str:
        """A complete HTML page that needs nothing else: no script, no font, no network."""
        from hoptac.view import render_page

        return render_page(self)

    def _repr_html_(self) -> str:
        from hoptac.view import render_fragment

        return render_fragment(self)

    def __repr__(self) -> str:
        return (
            f"<Result: {len(self.entities)} entities, {len(self.areas)} areas, {len(self.text)} characters>"
        )

    def __str__(self) -> str:
        lines = []
        for label, surfaces in self.surfaces().items():
            names = [_count(surface) for surface in surfaces[:_SHOWN]]
            rest = len(surfaces) - _SHOWN
            lines.append((label, "; ".join(names) + (f"; and {rest} more" if rest > 0 else "")))
        lines += [(f"area {area.label}", f"{area.score:.2f}") for area in self.areas]
        if not lines:
            return "nothing found"
        width = max(len(label) for label, _ in lines)
        return "\n".join(f"{label:<{width}}  {value}" for label, value in lines)


def _count(surface: Surface) -> str:
    return surface.text if len(surface.mentions) == 1 else f"{surface.text} ×{len(surface.mentions)}"


def _tidy(surface: str) -> str:
    return " ".join(unicodedata.normalize("NFC", surface).split())


def _check_bounds(span: Span | DroppedLine | EntityMention | EvidenceSpan, text: str) -> None:
    if not 0 <= span.start < span.end <= len(text):
        raise ValueError(f"{span!r} does not lie in the text of {len(text)} characters")
