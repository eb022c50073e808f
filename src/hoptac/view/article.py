"""The text pane: every character of the text in order, with entities, evidence and dropped lines marked."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from hoptac.view.html import both, colour_classes, entity_names, escape, percent
from hoptac.view.marks import Mark, nest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoptac.result import DroppedLine, Result

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_HEADLINE = 180  # a first line of at most this many characters is set as a headline


def entity_id(prefix: str, number: int) -> str:
    """The element id of entity ``number`` of a result."""
    return f"{prefix}-e{number}"


def evidence_id(prefix: str, area: int, number: int) -> str:
    """The element id of piece of evidence ``number`` of area ``area`` of a result."""
    return f"{prefix}-a{area}-{number}"


def render_article(result: Result, prefix: str) -> str:
    """The ``<article>`` with one ``<p>`` a line; runs of dropped lines fold into ``<details>``."""
    pieces = _Pieces(result, prefix)
    out = ['<article class="ht-text" lang="vi">\n']
    headline = True
    for dropped, group in groupby(_lines(result), key=lambda line: line[2] is not None):
        lines = list(group)
        if dropped:
            out.append(_fold(lines, pieces))
            continue
        for start, end, _ in lines:
            blank = not result.text[start:end].strip()
            style = "ht-blank" if blank else "ht-line"
            if headline and not blank:
                headline = False
                if end - start <= _HEADLINE:
                    style = "ht-headline"
            out.append(f'<p class="{style}">{pieces.render(start, end)}</p>\n')
    return "".join([*out, "</article>\n"])


def _lines(result: Result) -> list[tuple[int, int, DroppedLine | None]]:
    """Start and end (with the line break) of every line, and its dropped line.

    Blank lines between two dropped ones join them.
    """
    lines: list[tuple[int, int, DroppedLine | None]] = []
    waiting = sorted(result.dropped, key=lambda line: line.start, reverse=True)
    blanks = 0
    for match in _LINE.finditer(result.text):
        start, end = match.span()
        while waiting and waiting[-1].end <= start:
            waiting.pop()
        if not match.group().strip():
            lines.append((start, end, None))
            blanks += 1
            continue
        dropped = waiting[-1] if waiting and waiting[-1].start < end else None
        before = lines[-1 - blanks][2] if len(lines) > blanks else None
        if dropped and before:
            lines[len(lines) - blanks :] = [(a, b, before) for a, b, _ in lines[len(lines) - blanks :]]
        blanks = 0
        lines.append((start, end, dropped))
    return lines


def _fold(lines: Sequence[tuple[int, int, DroppedLine | None]], pieces: _Pieces) -> str:
    reasons: dict[str, None] = {}
    body = []
    count = 0
    for start, end, dropped in lines:
        if not pieces.result.text[start:end].strip():
            body.append(f'<p class="ht-blank">{pieces.render(start, end)}</p>\n')
        elif dropped:
            count += 1
            reasons[dropped.reason] = None
            body.append(
                f'<p class="ht-line" data-reason="{escape(dropped.reason)}">{pieces.render(start, end)}</p>\n'
            )
    left_out = f"{count} line{'s' * (count > 1)} left out: {', '.join(reasons)}"
    return (
        f'<details class="ht-dropped"><summary><span lang="vi">{count} dòng ngoài bài</span>'
        f'<span class="ht-en" lang="en">{escape(left_out)}</span></summary>\n{"".join(body)}</details>\n'
    )


class _Pieces:
    """Renders parts of one result's text with its marks."""

    def __init__(self, result: Result, prefix: str) -> None:
        self.result = result
        colours = colour_classes(entity.label for entity in result.entities)
        self._marks: list[Mark] = []
        self._tags: dict[str, tuple[str, str, str]] = {}  # by id: class, tip, what is shown after the mark
        for number, entity in enumerate(result.entities):
            key = entity_id(prefix, number)
            self._marks.append(Mark(entity.start, entity.end, key, layer=1))
            tip = f"{both(*entity_names(entity.label))} · {percent(entity.score)}"
            tag = f'<span class="ht-tag">{escape(entity.label)}</span>'
            self._tags[key] = (f"ht-entity {colours[entity.label]}", tip, tag)
        for place, area in enumerate(result.areas, 1):
            for number, span in enumerate(area.evidence):
                key = evidence_id(prefix, place, number)
                self._marks.append(Mark(span.start, span.end, key))
                tip = f"{place}. {both(area.name_vi, area.name_en)} · {percent(span.score)}"
                self._tags[key] = ("ht-evidence", tip, f'<sup class="ht-number">{place}</sup>')
        self._marks.sort(key=lambda mark: mark.start)

    def render(self, start: int, end: int) -> str:
        marks = [mark for mark in self._marks if mark.start < end and mark.end > start]
        out = []
        for event in nest(marks, start, end):
            if event.mark is None:
                out.append(escape(self.result.text[event.start : event.end]))
                continue
            style, tip, tag = self._tags[event.mark.key]
            if event.kind == "close":
                out.append(f"{tag if event.edge else ''}</mark>")
            else:
                # Only the first piece of a mark that was cut takes the id and a place in the tab order.
                first = f' id="{event.mark.key}" tabindex="0"' if event.edge else ""
                out.append(f'<mark class="{style}"{first} data-tip="{escape(tip)}">')
        return "".join(out)
