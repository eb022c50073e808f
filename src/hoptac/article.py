"""What is passed around: an article's text and the marks on it, as plain frozen dataclasses.

Every ``start`` and ``end`` counts Python characters (code points) of ``Article.text``, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Characters ``start`` up to, not including, ``end`` of a text."""

    start: int
    end: int


@dataclass(frozen=True, order=True, slots=True)
class Entity:
    """A marked name: ``label`` is one of the schema's entity types."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, order=True, slots=True)
class AreaEvidence:
    """The phrase that shows a cooperation area: ``area`` is one of the schema's areas."""

    start: int
    end: int
    area: str


@dataclass(frozen=True, slots=True)
class Article:
    """A text with its marks; entities and evidence are sorted by position.

    ``furniture`` holds whole lines (without their line break) that are not part of the article:
    menus, share buttons, titles of other articles. ``outer_entities`` holds the spans that are an entity
    and evidence at once where the inline markup writes the entity outside (elsewhere evidence is outside).
    """

    id: str
    text: str
    entities: tuple[Entity, ...] = ()
    evidence: tuple[AreaEvidence, ...] = ()
    furniture: tuple[Span, ...] = ()
    outer_entities: tuple[Span, ...] = ()

    @property
    def source(self) -> str:
        """The part of the id before its number: ``composed``, ``real``, ``seed``."""
        return self.id.rpartition("-")[0] or self.id

    @property
    def areas(self) -> frozenset[str]:
        """The article's cooperation areas: those with at least one piece of evidence."""
        return frozenset(mark.area for mark in self.evidence)
