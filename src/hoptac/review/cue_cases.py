"""Capitalised words without a mark where the word before them nearly always brings one.

After a rank or "ông" comes a person: this finds names that no other article has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hoptac.review.case import Case, judged
from hoptac.review.lines import Line

LEAST = 0.8
FEWEST = 5  # marked places after the word


@dataclass(frozen=True, slots=True)
class _Run:
    line: int
    first: int
    last: int
    label: str | None  # of the mark that begins here; None where no mark is
    cue: tuple[str, ...]
    words: tuple[str, ...]


def cue_cases(lines: Sequence[Line]) -> Iterator[Case]:
    """Entities that may have been missed, in no order."""
    runs = [run for number, line in enumerate(lines) for run in _runs(number, line)]
    after: defaultdict[tuple[str, ...], Counter[str | None]] = defaultdict(Counter)
    unmarked = Counter(run.words for run in runs if run.label is None)
    for run in runs:
        after[run.cue][run.label] += 1
    for run in runs:
        if run.label is not None:
            continue
        counts = after[run.cue]
        label, marked = max(
            ((label, count) for label, count in counts.items() if label is not None),
            key=lambda item: (item[1], item[0]),
            default=("", 0),
        )
        if marked < FEWEST:
            continue
        cued = (marked + 0.5) / counts.total()
        # what is left unmarked in other places as well is hardly a name
        likely = 2 * cued / (unmarked[run.words] - 1 + 2)
        if likely >= LEAST:
            line = lines[run.line]
            case = Case(
                line.article_id,
                "entity",
                (),
                (line.mark(run.first, run.last, label),),
                ("cue",),
                {
                    "surface": " ".join(run.cue),
                    "as_proposed": marked,
                    "as_here": counts[None] - 1,
                    "places": counts.total() - 1,
                },
            )
            yield judged(case, 1 - likely, likely)


def _runs(number: int, line: Line) -> Iterator[_Run]:
    """Runs of capitalised words after two others, with no mark on them but one from their first word on."""
    words = line.words
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and words[end][0].isupper():
            end += 1
        if end == at:
            at += 1
            continue
        touching = [mark for mark in line.entities if mark[0] < end and at < mark[1]]
        label = next((label for first, _, label in touching if first == at), None)
        if at >= 2 and (label is not None or not touching):
            yield _Run(number, at, end, label, line.shapes[at - 2 : at], words[at:end])
        at = end
