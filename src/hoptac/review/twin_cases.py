"""One sentence in several places of the corpus, marked in different ways."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from hoptac.article import Article
from hoptac.evaluate.errors_by_cause import find_errors
from hoptac.evaluate.prediction import Prediction, ScoredEntity
from hoptac.review.case import Case, Layer, judged
from hoptac.review.lines import Line, WordMark

FEWEST = 8  # words of a sentence that does not come twice by chance
_ENDS = frozenset(".!?…")

_Twin = tuple[int, int, int]  # line, first word, past the last word


def twin_cases(lines: Sequence[Line], layer: Layer) -> Iterator[Case]:
    """Cases of one layer: each copy against the marking that most copies have, in doubt the fuller one."""
    twins: defaultdict[tuple[str, ...], list[_Twin]] = defaultdict(list)
    for number, line in enumerate(lines):
        for first, last in _sentences(line.words):
            if last - first >= FEWEST:
                twins[line.words[first:last]].append((number, first, last))
    for copies in twins.values():
        if len(copies) < 2:
            continue
        marked = [_marks(lines[number].marks(layer), first, last) for number, first, last in copies]
        counts = Counter(marked)
        if len(counts) == 1:
            continue
        best = max(counts, key=lambda marks: (counts[marks], len(marks), marks))
        for copy, marks in zip(copies, marked, strict=True):
            if marks != best:
                yield from _against(lines, layer, copy, marks, best, counts)


def _against(
    lines: Sequence[Line],
    layer: Layer,
    copy: _Twin,
    marks: tuple[WordMark, ...],
    best: tuple[WordMark, ...],
    counts: Counter[tuple[WordMark, ...]],
) -> Iterator[Case]:
    number, first, _ = copy
    line = lines[number]
    gold = tuple(line.mark(first + a, first + b, label) for a, b, label in marks)
    said = (line.mark(first + a, first + b, label) for a, b, label in best)
    prediction = Prediction("", tuple(ScoredEntity(mark.start, mark.end, mark.label, 1.0) for mark in said))
    text = " " * line.ends[-1]  # only the places count here
    for error in find_errors([(Article("", text, gold), prediction)]):
        proposed = tuple(entity.entity for entity in error.predicted)
        case = Case(
            line.article_id,
            layer,
            error.gold,
            proposed,
            ("twin",),
            {
                "as_proposed": counts[best],
                "as_here": counts[marks] - 1,
                "places": counts.total() - 1,
            },
        )
        # the copies err as seldom as this one, so that one of two is as good as the other
        share = counts[best] / (counts[best] + counts[marks])
        yield judged(case, 0.02 * (1 - share), share)


def _sentences(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Rough sentences: that they are the same everywhere is all that matters."""
    start = 0
    for at, word in enumerate(words):
        if word in _ENDS:
            yield start, at
            start = at + 1
    yield start, len(words)


def _marks(marks: Sequence[WordMark], first: int, last: int) -> tuple[WordMark, ...]:
    return tuple((a - first, b - first, label) for a, b, label in marks if first <= a and b <= last)
