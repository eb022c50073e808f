"""Names that a text repeats: all mentions of one are judged on the evidence of all.

A first reading finds names; wherever the text has one of them again, the tag scores are averaged over the
mentions, and the text is decoded once more: two stages as in Krishnan & Manning 2006, "An Effective Two-Stage
Model for Exploiting Non-Local Dependencies in Named Entity Recognition", without a second model.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hoptac.model.decode import Floats
from hoptac.text.encode import TokenizedText

Run = tuple[int, int, int]


def pool_mentions(tokens: TokenizedText, emissions: Floats, names: Sequence[Run]) -> Floats:
    """Emissions ``(tokens, tags)`` in which all mentions of a name have the mean of their own.

    ``names`` are the entities of the first reading, as `hoptac.model.tags.token_runs` gives them. A mention
    is the same string of characters, from word edge to word edge in one sentence, no part of a longer name.
    ``emissions`` itself is not changed, and returned where nothing is repeated.
    """
    pooled = emissions
    edges = np.diff(tokens.words, prepend=-1, append=-1) != 0
    longest = np.zeros(len(tokens), np.int64)  # subwords of the name that each subword is part of
    for first, last, _ in names:
        longest[first:last] = last - first
    taken = np.zeros(len(tokens), bool)
    # a part of a longer repeated name goes with that
    for first, last, _ in sorted(names, key=lambda name: (name[0] - name[1], name)):
        size = last - first
        if taken[first:last].any():
            continue
        places = [
            range(start, start + size)
            for start in _find(tokens, edges, first, last)
            if not taken[start : start + size].any() and longest[start : start + size].min() <= size
        ]
        if len(places) < 2:
            continue
        if pooled is emissions:
            pooled = emissions.copy()
        rows = np.array(places)
        pooled[rows] = emissions[rows].mean(axis=0)
        taken[rows] = True
    return pooled


def _find(tokens: TokenizedText, edges: NDArray[np.bool_], first: int, last: int) -> list[int]:
    """Where what the subwords ``first`` to ``last`` spell stands as whole words of one sentence."""
    ids, size = tokens.ids, last - first
    end = len(ids) - size + 1
    starts = np.flatnonzero((ids[:end] == ids[first]) & edges[:end])
    for offset in range(1, size):
        starts = starts[ids[starts + offset] == ids[first + offset]]
    starts = starts[edges[starts + size]]
    starts = starts[tokens.sentences[starts] == tokens.sentences[starts + size - 1]]
    if len(starts) < 2:
        return []
    # subwords alone do not tell: two names may both be unknown ones
    wanted = _spelled(tokens, first, last)
    found: list[int] = []
    for start in starts.tolist():
        if (not found or start >= found[-1] + size) and _spelled(tokens, start, start + size) == wanted:
            found.append(start)
    return found


def _spelled(tokens: TokenizedText, first: int, last: int) -> str:
    text = tokens.text[tokens.starts[first] : tokens.ends[last - 1]]
    return " ".join(unicodedata.normalize("NFC", text).split())
