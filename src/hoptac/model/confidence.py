"""How sure the CRF is of a whole sentence: its paths of tags, and the best one's share of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hoptac.model.decode import Floats, Transitions


def path_probability(emissions: Floats, tags: NDArray[np.int64], transitions: Transitions) -> float:
    """The probability of the path ``tags`` ``(tokens,)`` among all, given ``emissions`` ``(tokens, tags)``.

    Lafferty et al. 2001; it is 1 for no tokens. Of the best path it tells of names that may have been missed
    as well as of doubtful ones.
    """
    if not len(tags):
        return 1.0
    scores = emissions.astype(np.float64)
    moves, first = transitions.moves.astype(np.float64), transitions.first.astype(np.float64)
    path = first[tags[0]] + scores[np.arange(len(tags)), tags].sum() + moves[tags[:-1], tags[1:]].sum()
    return float(np.exp(path - path_sums(scores[None], transitions)[0]))


def path_sums(emissions: NDArray[np.float64], transitions: Transitions) -> NDArray[np.float64]:
    """Log-sum over all tag paths, ``(rows,)``, for emissions ``(rows, tokens, tags)``; -inf forbids a tag."""
    moves = transitions.moves.astype(np.float64)
    forward = transitions.first + emissions[:, 0]
    for step in range(1, emissions.shape[1]):
        forward = np.logaddexp.reduce(forward[:, :, None] + moves, axis=1) + emissions[:, step]
    sums: NDArray[np.float64] = np.logaddexp.reduce(forward, axis=1)
    return sums
