"""Surfaces that are marked in one way at most places and in another here.

A surface's places are compared by what is marked on its words: nothing, all of them with a label, or some of
them. Which of these is likely at a place follows from all other places of the surface, from those that stand
beside capitalised words or not as this one does, from those with the same word before or after it, and from
what that word says of other surfaces with the same label ("tàu" comes before ships' names, not persons').
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hoptac.review.case import Case, Layer, judged
from hoptac.review.lines import EDGE, Line, WordMark

LONGEST = 16  # words of a surface that is looked for
LEAST = 0.5  # likelihood of another marking from which a place is a case
_BESIDE = 1.0  # how many places with the same neighbour weigh as much as the rest of the surface's
_NUMBERS = 2  # places of a bare number, marked like that after the same word, before it is a case
_OTHER_NAME = 1.5  # log-odds against a name beside a capitalised word that it never stands beside elsewhere
_LIKE = 4.0  # how many other surfaces' places beside a word weigh as much as all places of the label
_ALONE = 0.5  # places of each marking that are taken for granted
_ONCE_A_PARAGRAPH = frozenset({"delegation_exchange", "dialogue_mechanism"})

Outcome = tuple[WordMark, ...]
"""The marks on a surface's words, counted from its first word; empty where it is not marked."""


@dataclass(frozen=True, slots=True)
class _Place:
    line: int
    first: int
    outcome: Outcome
    before: str
    after: str

    @property
    def capitals(self) -> tuple[bool, bool]:
        """Whether the words before and after are capitalised."""
        return self.before[0].isupper(), self.after[0].isupper()


@dataclass(slots=True)
class _Counts:
    """How often each outcome comes: in all, beside capitalised words or not, and beside a word."""

    places: list[_Place] = field(default_factory=list)
    all: Counter[Outcome] = field(default_factory=Counter)
    beside: defaultdict[tuple[bool, bool], Counter[Outcome]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    before: defaultdict[str, Counter[Outcome]] = field(default_factory=lambda: defaultdict(Counter))
    after: defaultdict[str, Counter[Outcome]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, place: _Place) -> None:
        self.places.append(place)
        self.all[place.outcome] += 1
        self.beside[place.capitals][place.outcome] += 1
        self.before[place.before][place.outcome] += 1
        self.after[place.after][place.outcome] += 1

    def likelihood(self, outcome: Outcome, place: _Place) -> float:
        """That of ``outcome`` at ``place``, judged by all places but this one."""

        def share(counts: Counter[Outcome], prior: float, weight: float) -> float:
            same, total = counts[outcome] - (outcome == place.outcome), counts.total() - 1
            return (same + weight * prior) / (total + weight)

        base = share(self.all, 0.5, 2 * _ALONE)
        base = share(self.beside[place.capitals], base, _BESIDE)
        sides = (self.before[place.before], self.after[place.after])
        odds = _logit(base) + sum(_logit(share(side, base, _BESIDE)) - _logit(base) for side in sides)
        return 1 / (1 + math.exp(-odds))


class _Neighbours:
    """How often surfaces that mostly have a label have it beside a word, whatever the surface."""

    def __init__(self, counted: Mapping[tuple[str, ...], _Counts]) -> None:
        self.all: defaultdict[str, Counter[bool]] = defaultdict(Counter)
        self.beside: defaultdict[tuple[str, str, str], Counter[bool]] = defaultdict(Counter)
        for surface, counts in counted.items():
            whole, number = counts.all.most_common(1)[0]
            label = _whole_label(whole, len(surface))
            if label is None or number < 2:
                continue
            for place in counts.places:
                self.all[label][place.outcome == whole] += 1
                for side, word in (("before", place.before), ("after", place.after)):
                    self.beside[label, side, word][place.outcome == whole] += 1

    def odds(self, label: str, place: _Place, marked: bool) -> float:
        """What the words beside ``place`` add to the log-odds of ``label``; ``marked`` is what it is now."""
        total = self.all[label]
        base = (total[True] + 1) / (total.total() + 2)
        added = 0.0
        for side, word in (("before", place.before), ("after", place.after)):
            near = self.beside[label, side, word]
            known = near.total() - (near[marked] > 0)
            share = (near[True] - (marked and near[True] > 0) + _LIKE * base) / (known + _LIKE)
            added += _logit(share) - _logit(base)
        return added


def surface_cases(lines: Sequence[Line], layer: Layer) -> Iterator[Case]:
    """Cases of one layer, in no order; one place may come in several."""
    keys = [line.keys(layer) for line in lines]
    known = _surfaces(lines, keys, layer)
    counted: defaultdict[tuple[str, ...], _Counts] = defaultdict(_Counts)
    for number, (line, words) in enumerate(zip(lines, keys, strict=True)):
        marks = line.marks(layer)
        for first, word in enumerate(words):
            for length in known.get(word, ()):
                surface = words[first : first + length]
                if len(surface) < length or surface not in known[word][length]:
                    continue
                outcome = _outcome(marks, first, first + length)
                if outcome is not None:
                    before = words[first - 1] if first else EDGE
                    after = words[first + length] if first + length < len(words) else EDGE
                    counted[surface].add(_Place(number, first, outcome, before, after))
    longer, neighbours = _whole_places(counted), _Neighbours(counted)
    for surface, counts in counted.items():
        if len(counts.all) > 1:
            yield from _cases(lines, layer, surface, counts, longer, neighbours)


def _surfaces(
    lines: Sequence[Line], keys: Sequence[tuple[str, ...]], layer: Layer
) -> dict[str, dict[int, set[tuple[str, ...]]]]:
    """Every marked surface by its first word and its length."""
    known: dict[str, dict[int, set[tuple[str, ...]]]] = {}
    for line, words in zip(lines, keys, strict=True):
        for first, last, _ in line.marks(layer):
            if last - first <= LONGEST:
                surface = words[first:last]
                known.setdefault(surface[0], {}).setdefault(len(surface), set()).add(surface)
    return known


def _outcome(marks: Iterable[WordMark], first: int, last: int) -> Outcome | None:
    """The marks that share words with the surface; None where it is only a part of one mark."""
    found = []
    for start, end, label in marks:
        if start < last and first < end:
            if start <= first and last <= end and (start, end) != (first, last):
                return None
            found.append((start - first, end - first, label))
    return tuple(sorted(found))


def _whole_label(outcome: Outcome, length: int) -> str | None:
    """The label that is on all of a surface's words."""
    return outcome[0][2] if len(outcome) == 1 and outcome[0][:2] == (0, length) else None


def _whole_places(counted: Mapping[tuple[str, ...], _Counts]) -> dict[int, list[tuple[int, int]]]:
    """Places by line of surfaces that are mostly marked as a whole: parts of them are no cases."""
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for surface, counts in counted.items():
        length = len(surface)
        whole = sum(count for outcome, count in counts.all.items() if _whole_label(outcome, length))
        if 2 * whole > counts.all.total():
            for place in counts.places:
                places[place.line].append((place.first, place.first + length))
    return places


def _cases(
    lines: Sequence[Line],
    layer: Layer,
    surface: tuple[str, ...],
    counts: _Counts,
    longer: Mapping[int, Sequence[tuple[int, int]]],
    neighbours: _Neighbours,
) -> Iterator[Case]:
    length = len(surface)
    for place in counts.places:
        here = (place.first, place.first + length)
        if any(
            start <= here[0] and here[1] <= end and (start, end) != here
            for start, end in longer.get(place.line, ())
        ):
            continue
        if any(start < 0 or end > length for start, end, _ in place.outcome):
            continue  # a mark that reaches beyond the surface: its edges are another matter
        # of more than one marking elsewhere, the likeliest
        likely = {
            outcome: counts.likelihood(outcome, place) for outcome in counts.all if outcome != place.outcome
        }
        best = max(likely, key=lambda outcome: (likely[outcome], outcome))
        own = counts.likelihood(place.outcome, place)
        # neighbours can only take suspicion away: alone they are too weak to raise it
        if not place.outcome and (label := _whole_label(best, length)):
            odds = min(neighbours.odds(label, place, False), 0.0)
        elif not best and (label := _whole_label(place.outcome, length)):
            odds = min(-neighbours.odds(label, place, True), 0.0)
        else:
            odds = 0.0
        if layer == "entity" and any(place.capitals) and not counts.beside[place.capitals][best]:
            odds -= _OTHER_NAME
        likely[best], own = _shifted(likely[best], odds), _shifted(own, -odds)
        if likely[best] < LEAST or own >= likely[best]:
            continue
        if not any(char.isalpha() for word in surface for char in word):
            beside = counts.before[place.before]
            if beside[best] < _NUMBERS:
                continue
        line = lines[place.line]
        if layer == "evidence" and not place.outcome and _said_in_paragraph(line, best):
            continue
        if any(start < 0 or end > length for start, end, _ in best):
            continue  # a mark that reaches beyond the surface says nothing about this place
        gold = tuple(line.mark(place.first + a, place.first + b, label) for a, b, label in place.outcome)
        proposed = tuple(line.mark(place.first + a, place.first + b, label) for a, b, label in best)
        case = Case(
            line.article_id,
            layer,
            gold,
            proposed,
            ("surface",),
            {
                "surface": " ".join(surface),
                "as_proposed": counts.all[best],
                "as_here": counts.all[place.outcome] - 1,
                "places": counts.all.total() - 1,
                "articles": len({lines[p.line].article_id for p in counts.places if p.outcome == best}),
            },
        )
        yield judged(case, own, likely[best])


def _said_in_paragraph(line: Line, outcome: Outcome) -> bool:
    """Whether an area that is marked once a paragraph is marked in this one."""
    areas = {label for _, _, label in outcome} & _ONCE_A_PARAGRAPH
    return any(label in areas for _, _, label in line.evidence)


def _shifted(share: float, odds: float) -> float:
    return 1 / (1 + math.exp(-_logit(share) - odds))


def _logit(share: float) -> float:
    inside = min(max(share, 0.01), 0.995)
    return math.log(inside / (1 - inside))
