"""Names that a model may have missed: not on its best path, but not improbable either.

They are found by a second search in which every name's beginning gets a bonus, the log-odds of `LEAST`: then
a name wins over no name from about that probability on. Their scores are those of the model as it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hoptac.engine import Floats
from hoptac.evaluate.prediction import ScoredEntity
from hoptac.model.decode import Transitions, decode, forward_backward, span_probability
from hoptac.model.tags import characters
from hoptac.text.encode import TokenizedText

LEAST = 0.05


def missed_names(
    tokens: TokenizedText, emissions: Floats, transitions: Transitions, labels: Sequence[str]
) -> list[ScoredEntity]:
    """Names off the best path, scores not calibrated; ``emissions`` have shape ``(tokens, tags)``."""
    bonus = np.zeros_like(transitions.first)
    bonus[1::2] = math.log((1 - LEAST) / LEAST)
    eager = Transitions(transitions.moves + bonus, transitions.first + bonus)
    cuts = [*(np.flatnonzero(np.diff(tokens.sentences)) + 1).tolist()]
    parts = [part for part in np.split(emissions, cuts) if len(part)]
    starts = [0, *cuts]
    found = []
    for start, part, (best, _), (_, spans) in zip(
        starts, parts, decode(parts, transitions), decode(parts, eager), strict=False
    ):
        others = [span for span in spans if not best[span.first : span.last].any()]
        if not others:
            continue
        forward, backward, total = forward_backward([part], transitions)
        for span in others:
            run = (span.first, span.last, span.label)
            score = span_probability(run, part, forward[0], backward[0], total[0], transitions)
            place = characters(tokens, start + span.first, start + span.last)
            if score >= LEAST:
                found.append(ScoredEntity(place.start, place.end, labels[span.label], score))
    return found
