"""Nested or crossing marks on a text, turned into properly nested pieces.

HTML elements cannot cross: where a mark ends inside another, the inner one is closed there and opened again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters ``start`` to ``end`` under ``key``; of two equal spans the lower ``layer`` is outside."""

    start: int
    end: int
    key: str
    layer: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """``open`` or ``close`` of a piece of ``mark``, or ``text`` from ``start`` to ``end``.

    ``edge`` is true where the piece opens at the mark's own start, or closes at its own end.
    """

    kind: Literal["open", "close", "text"]
    start: int
    end: int
    mark: Mark | None = None
    edge: bool = False


def nest(marks: Sequence[Mark], start: int, end: int) -> Iterator[Event]:
    """The events of characters ``start`` to ``end``, opened and closed like brackets."""
    inside = sorted(
        (mark for mark in marks if mark.start < end and mark.end > start and mark.start < mark.end),
        key=lambda mark: (mark.start, -mark.end, mark.layer),
    )
    cuts = {start, end}
    for mark in inside:
        cuts |= {max(mark.start, start), min(mark.end, end)}
    positions = sorted(cuts)
    stack: list[Mark] = []
    waiting = list(reversed(inside))
    for position, following in zip(positions, [*positions[1:], end], strict=True):
        again: list[Mark] = []
        while any(min(mark.end, end) <= position for mark in stack):
            mark = stack.pop()
            ends_here = min(mark.end, end) <= position
            yield Event("close", position, position, mark, edge=mark.end == position)
            if not ends_here:
                again.append(mark)
        opened = list(reversed(again))
        while waiting and waiting[-1].start <= position < end:
            opened.append(waiting.pop())
        # What ends last is opened first, so that as few pieces as possible are cut.
        for mark in sorted(opened, key=lambda mark: (-mark.end, mark.layer)):
            yield Event("open", position, position, mark, edge=mark.start == position)
            stack.append(mark)
        if position < following:
            yield Event("text", position, following)
