"""Which of many candidate marks can stand together: within a layer the longest wins, layers never cross."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hoptac.article import AreaEvidence, Entity

_M = TypeVar("_M", Entity, AreaEvidence)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A mark that cannot stand because of ``winner``.

    It lies ``inside`` it, has the ``same span`` with another label, ``overlaps`` it partly within the layer,
    or ``crosses`` it from the other layer.
    """

    mark: Entity | AreaEvidence
    winner: Entity | AreaEvidence

    @property
    def how(self) -> str:
        if type(self.mark) is not type(self.winner):
            return "crosses"
        if (self.mark.start, self.mark.end) == (self.winner.start, self.winner.end):
            return "same span"
        inside = self.winner.start <= self.mark.start and self.mark.end <= self.winner.end
        return "inside" if inside else "overlaps"


@dataclass(frozen=True, slots=True)
class Arranged:
    """Marks that can stand together, sorted by position, and those that cannot."""

    entities: tuple[Entity, ...]
    evidence: tuple[AreaEvidence, ...]
    rejected: tuple[Rejected, ...]


def arrange(entities: Iterable[Entity], evidence: Iterable[AreaEvidence]) -> Arranged:
    """Choose among marks of one text.

    Within a layer a longer mark wins over a shorter one, then the earlier one, then the one given first.
    Evidence that crosses an entity that stands is rejected.
    """
    names, rejected = _longest(list(dict.fromkeys(entities)), [])
    phrases, more = _longest(list(dict.fromkeys(evidence)), names)
    rejected += more
    rejected.sort(key=lambda loss: (loss.mark.start, loss.mark.end))
    return Arranged(tuple(sorted(names)), tuple(sorted(phrases)), tuple(rejected))


def _longest(marks: Sequence[_M], others: Sequence[Entity]) -> tuple[list[_M], list[Rejected]]:
    chosen: list[_M] = []
    rejected: list[Rejected] = []
    for mark in sorted(marks, key=lambda mark: (mark.start - mark.end, mark.start)):
        winner: Entity | AreaEvidence | None = next(
            (other for other in chosen if other.start < mark.end and mark.start < other.end), None
        ) or next((other for other in others if _cross(mark, other)), None)
        if winner is None:
            chosen.append(mark)
        else:
            rejected.append(Rejected(mark, winner))
    return chosen, rejected


def _cross(one: Entity | AreaEvidence, other: Entity | AreaEvidence) -> bool:
    return one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end
