"""What marks on a text must obey, whatever file they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hoptac.article import AreaEvidence, Article, Entity, Span

Mark = Entity | AreaEvidence

_LABEL = re.compile(r"[A-Za-z_]+")


def label_of(mark: Mark) -> str:
    return mark.label if isinstance(mark, Entity) else mark.area


def kind_of(mark: Mark) -> str:
    return "entity" if isinstance(mark, Entity) else "evidence"


def outside_in(article: Article) -> list[Mark]:
    """All marks by position, an outer one before those inside it."""
    outer = frozenset(article.outer_entities)

    def key(mark: Mark) -> tuple[int, int, int]:
        if isinstance(mark, AreaEvidence):
            return mark.start, -mark.end, 1
        return mark.start, -mark.end, 0 if Span(mark.start, mark.end) in outer else 2

    return sorted((*article.entities, *article.evidence), key=key)


def furniture_candidates(text: str) -> Iterator[Span]:
    """The text's lines as furniture spans: without their line break, be it ``\\n`` or ``\\r\\n``."""
    start = 0
    for line in text.split("\n"):
        yield Span(start, start + len(line.removesuffix("\r")))
        start += len(line) + 1


def structure_errors(article: Article, length: int | None = None) -> list[tuple[Mark | Span, str]]:
    """What is wrong with the marks' positions, each with the mark or span it is about.

    Found without the text: empty spans, spans beyond ``length``, overlaps within a layer, marks that cross,
    marks on furniture, labels that are not words, ``outer_entities`` that are not both entity and evidence.
    """
    errors: list[tuple[Mark | Span, str]] = []
    open_marks: list[Mark] = []
    for mark in outside_in(article):
        if not _LABEL.fullmatch(label_of(mark)):
            errors.append((mark, f"{label_of(mark)!r} is not a label (letters and '_')"))
        if not 0 <= mark.start < mark.end or (length is not None and mark.end > length):
            within = "" if length is None else f" of a text of {length} characters"
            errors.append((mark, f"{mark.start} to {mark.end} is no span{within}"))
            continue
        open_marks = [other for other in open_marks if other.end > mark.start]
        overlapped = next((other for other in open_marks if type(other) is type(mark)), None)
        crossed = next((other for other in open_marks if other.end < mark.end), None)
        if overlapped is not None:
            errors.append((mark, f"{kind_of(mark)} overlaps the {kind_of(mark)} {_place(overlapped)}"))
        elif crossed is not None:
            errors.append((mark, f"{kind_of(mark)} crosses the {kind_of(crossed)} {_place(crossed)}"))
        else:
            open_marks.append(mark)
        furniture = next((f for f in article.furniture if f.start < mark.end and mark.start < f.end), None)
        if furniture is not None:
            errors.append((mark, f"{kind_of(mark)} stands on the furniture line {_place(furniture)}"))
    both = {Span(m.start, m.end) for m in article.entities} & {Span(m.start, m.end) for m in article.evidence}
    errors += [
        (span, f"outer entity {_place(span)} is not an entity and evidence at once")
        for span in article.outer_entities
        if span not in both
    ]
    return errors


def line_errors(article: Article) -> list[tuple[Mark | Span, str]]:
    """Marks that leave their line, and furniture that is not a whole line of the text."""
    errors: list[tuple[Mark | Span, str]] = [
        (mark, f"{kind_of(mark)} {_place(mark)} goes over a line break")
        for mark in outside_in(article)
        if "\n" in article.text[mark.start : mark.end]
    ]
    if article.furniture:
        lines = frozenset(furniture_candidates(article.text))
        errors += [
            (span, f"furniture {_place(span)} is not a whole line without its line break")
            for span in article.furniture
            if span not in lines
        ]
    return errors


def _place(span: Mark | Span) -> str:
    return f"at {span.start} to {span.end}"
