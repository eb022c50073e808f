"""Marking an article by a list of surfaces: the quickest way to annotate by hand.

Every whole-word occurrence of a surface is marked unless the list gives numbers; where surfaces of a layer
lie in each other, the longest wins. What could not be done is reported, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hoptac.annotations.arrange import Rejected, arrange
from hoptac.annotations.mark_list import Action, ListLine
from hoptac.annotations.marks import furniture_candidates, label_of
from hoptac.annotations.spelling import phrase_errors
from hoptac.annotations.surfaces import FoldedText, alike, fold, occurrences
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.schema import load_schema

_NOTHING = ""  # the label of a stretch that competes with marks and leaves none


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the list asked for that could not be done, or looks wrong; ``line`` is the list's line."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Marking:
    """A marked article; the stretches where the list drops marks; and what could not be done.

    ``not_found`` tells of surfaces or occurrences that the text lacks, ``crossing`` of marks that cannot
    stand beside others, ``faulty`` of marks with white space, punctuation or quotation marks at their edges.
    """

    article: Article
    dropped: tuple[Span, ...]
    not_found: tuple[Remark, ...]
    crossing: tuple[Remark, ...]
    faulty: tuple[Remark, ...]


def mark(article_id: str, text: str, lines: Sequence[ListLine]) -> Marking:
    """Mark a text by the lines of a list.

    Occurrences are counted from 1 over the article, without its furniture lines.
    """
    marker = _Marker(text, lines)
    return marker.result(article_id)


class _Marker:
    """Gathers candidates line by line, and lets them compete."""

    def __init__(self, text: str, lines: Sequence[ListLine]) -> None:
        self.text = text
        self.folded = fold(text)
        self.not_found: list[Remark] = []
        self.furniture = self._furniture([line for line in lines if line.action is Action.FURNITURE])
        self.entities: dict[Entity, ListLine] = {}
        self.evidence: dict[AreaEvidence, ListLine] = {}
        self.dropped: list[Span] = []
        # Of one span and layer the first wins: marks to drop, then those with numbers, then the others.
        order = {Action.DROP: 0, Action.GLUED: 1, Action.MARK: 1}
        marks = [line for line in lines if line.action is not Action.FURNITURE]
        for line in sorted(marks, key=lambda line: (order[line.action], not line.nth, line.number)):
            for span in self._places(line):
                self._add(line, span)

    def result(self, article_id: str) -> Marking:
        names = arrange(self.entities, ())
        entities = tuple(mark for mark in names.entities if mark.label != _NOTHING)
        phrases = arrange(entities, self.evidence)
        evidence = tuple(mark for mark in phrases.evidence if mark.area != _NOTHING)
        article = Article(article_id, self.text, entities, evidence, tuple(sorted(self.furniture)))
        marks: list[Entity | AreaEvidence] = [*entities, *evidence]
        faulty = [
            Remark(
                self._line(mark).number, f"{label_of(mark)} {self._said(mark)!r} at {self._at(mark)}: {error}"
            )
            for mark in marks
            for error in phrase_errors(self.text, mark.start, mark.end)
        ]
        crossing = list(self._crossing([*names.rejected, *phrases.rejected], marks))
        return Marking(
            article,
            tuple(sorted(self.dropped)),
            tuple(sorted(self.not_found, key=lambda remark: remark.line)),
            tuple(sorted(crossing, key=lambda remark: remark.line)),
            tuple(sorted(faulty, key=lambda remark: remark.line)),
        )

    def _furniture(self, lines: Sequence[ListLine]) -> list[Span]:
        candidates = list(furniture_candidates(self.text))
        words = [fold(self.text[span.start : span.end]).text.strip() for span in candidates]
        chosen: set[Span] = set()
        for line in lines:
            wanted = fold(line.surface).text.strip()
            same = [span for span, said in zip(candidates, words, strict=True) if said == wanted]
            chosen.update(self._numbered(line, same, "as a whole line"))
        return sorted(chosen)

    def _places(self, line: ListLine) -> list[Span]:
        found = [
            span
            for span in occurrences(self.folded, line.surface, glued=line.action is Action.GLUED)
            if not any(other.start < span.end and span.start < other.end for other in self.furniture)
        ]
        return self._numbered(line, found, "")

    def _numbered(self, line: ListLine, found: list[Span], how: str) -> list[Span]:
        """Those of the places found that the line asks for; it is noted where there are too few."""
        if not found:
            hint = _hint(self.folded, line)
            parts = (f"{line.surface!r} is not in the article", how, hint)
            self.not_found.append(Remark(line.number, " ".join(part for part in parts if part)))
        elif missing := [nth for nth in line.nth if nth > len(found)]:
            which = ", ".join(map(str, missing))
            times = f"{len(found)} time{'s' if len(found) > 1 else ''}"
            self.not_found.append(
                Remark(line.number, f"{line.surface!r} is in the article {times}, there is no number {which}")
            )
        return [span for nth, span in enumerate(found, start=1) if not line.nth or nth in line.nth]

    def _add(self, line: ListLine, span: Span) -> None:
        label = line.label
        if line.action is Action.DROP:
            self.dropped.append(span)
            label = _NOTHING
        if not line.label or line.label in load_schema().entity_labels:
            self.entities.setdefault(Entity(span.start, span.end, label), line)
        if not line.label or line.label in load_schema().area_labels:
            self.evidence.setdefault(AreaEvidence(span.start, span.end, label), line)

    def _crossing(
        self, rejected: Iterable[Rejected], marks: Sequence[Entity | AreaEvidence]
    ) -> Iterable[Remark]:
        """Rejected marks the list's author may not expect: not those that merely lie in a longer surface."""
        standing = {(line.number, line.surface) for line in map(self._line, marks)}
        told: set[int] = set()
        for loss in rejected:
            if _NOTHING in (label_of(loss.mark), label_of(loss.winner)):
                continue
            line, other = self._line(loss.mark), self._line(loss.winner)
            lies = f"{label_of(loss.mark)} {line.surface!r} at {self._at(loss.mark)}"
            beside = f"{label_of(loss.winner)} {other.surface!r}"
            if loss.how == "inside" and not line.nth:
                if (line.number, line.surface) not in standing and line.number not in told:
                    told.add(line.number)
                    yield Remark(line.number, f"{lies} is never marked: it is always inside such as {beside}")
                continue
            how = {
                "inside": "lies inside the longer",
                "same span": "has the same place as",
                "overlaps": "overlaps the longer",
                "crosses": "crosses",
            }[loss.how]
            yield Remark(line.number, f"{lies} is not marked: it {how} {beside} (line {other.number})")

    def _line(self, mark: Entity | AreaEvidence) -> ListLine:
        return self.entities[mark] if isinstance(mark, Entity) else self.evidence[mark]

    def _said(self, mark: Entity | AreaEvidence) -> str:
        return self.text[mark.start : mark.end]

    def _at(self, mark: Entity | AreaEvidence) -> str:
        line = self.text.count("\n", 0, mark.start) + 1
        return f"line {line}, column {mark.start - self.text.rfind(chr(10), 0, mark.start)}"


def _hint(folded: FoldedText, line: ListLine) -> str:
    if line.action is not Action.GLUED and occurrences(folded, line.surface, glued=True):
        if line.action is Action.FURNITURE:
            return "(it is a part of one, or inside a word)"
        return (
            "as whole words (letters touch it, or it is on a furniture line; '+' before the label takes it)"
        )
    similar = alike(folded, line.surface)
    return f"(but {similar!r} is)" if similar and similar != line.surface else ""
