"""How sure the CRF is of a whole sentence: the probability of its best path of tags."""

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
    forward = first + scores[0]
    for row in scores[1:]:
        forward = np.logaddexp.reduce(forward[:, None] + moves, axis=0) + row
    return float(np.exp(path - np.logaddexp.reduce(forward)))
