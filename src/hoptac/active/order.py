"""In which order to correct articles, so that an hour of correcting teaches most.

The gain of an article is the number of wrong decisions to expect in it, over the words to be read. Doubts
about words that were asked about before count less: a set of articles is worth ``sum over surfaces of
log(1 + m)``, ``m`` being the expected wrong decisions about a surface in the set, a concave function of sums
(Lin & Bilmes 2011), and articles are taken greedily by gain over cost (Leskovec and others 2007). A text that
repeats one taken earlier is held back to the end.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hoptac.active.resemblance import Likeness, Texts
from hoptac.active.uncertainty import Layer, Uncertainty

FIXED_WORDS = 100
"""What opening an article costs, in words: time to annotate grows with length, but has a fixed part
(Settles, Craven & Friedland 2008). It also keeps scraps of text from winning by one doubt."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The place of article ``index`` of those ranked.

    ``gain`` is its gain over 100 words of cost at the time it was taken. ``repeats`` names a text before it
    that it repeats, for which it was held back.
    """

    index: int
    gain: float
    repeats: Likeness | None = None


def area_weight(articles: Sequence[Uncertainty]) -> float:
    """How many names one area counts as: as many as the model marked for each area of an article.

    So an error in either layer changes that layer's F1 over these articles by as much.
    """
    entities = sum(article.count(Layer.ENTITY) for article in articles)
    areas = sum(article.count(Layer.AREA) for article in articles)
    return entities / areas if entities and areas else 1.0


def rank(
    articles: Mapping[str, Uncertainty], known: Texts | None = None, limit: int | None = None
) -> list[Ranked]:
    """Articles by id, the most informative first; those that repeat others (or ``known`` texts) come last.

    With ``limit`` the order ends after so many articles.
    """
    ids, states = list(articles), list(articles.values())
    weight = area_weight(states)
    masses = [_masses(state, weight) for state in states]
    asked: dict[str, float] = defaultdict(float)
    taken = known or Texts()
    costs = [(state.words + FIXED_WORDS) / 100 for state in states]
    queue = [
        (-_gain(mass, asked) / cost, i) for i, (mass, cost) in enumerate(zip(masses, costs, strict=True))
    ]
    heapq.heapify(queue)
    order: list[Ranked] = []
    held_back: list[Ranked] = []
    while queue and (limit is None or len(order) < limit):
        index = queue[0][1]
        gain = _gain(masses[index], asked) / costs[index]
        # gains only shrink, so that one which is still first after a fresh count is the greatest
        if len(queue) > 1 and (-gain, index) > min(queue[1:3]):
            heapq.heapreplace(queue, (-gain, index))
            continue
        heapq.heappop(queue)
        if repeats := taken.repeated(states[index].body):
            held_back.append(Ranked(index, gain, repeats))
            continue
        taken.add(ids[index], states[index].body)
        for key, mass in masses[index].items():
            asked[key] += mass
        order.append(Ranked(index, gain))
    return [*order, *held_back][:limit]


def _masses(state: Uncertainty, weight: float) -> dict[str, float]:
    """The expected wrong decisions about each surface, areas counted ``weight`` times."""
    masses: dict[str, float] = defaultdict(float)
    for doubt in state.doubts:
        masses[state.key(doubt)] += doubt.wrong * (weight if doubt.layer is Layer.AREA else 1.0)
    return dict(masses)


def _gain(masses: Mapping[str, float], asked: Mapping[str, float]) -> float:
    return sum(math.log1p(mass / (1 + asked.get(key, 0.0))) for key, mass in masses.items())
