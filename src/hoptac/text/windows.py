"""Windows over a text longer than the encoder's limit: whole sentences, with their neighbours as context.

Never a truncation: every token is read from exactly one window, the one that shows it the most context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hoptac.text.encode import TokenizedText


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens ``start`` to ``end`` go through the encoder; ``core_start`` to ``core_end`` are read from it."""

    start: int
    end: int
    core_start: int
    core_end: int


def pack(tokens: TokenizedText, limit: int, overlap: int = 0, first: int | None = None) -> list[Window]:
    """Windows of at most ``limit`` tokens (special tokens not counted) whose cores tile ``tokens``.

    Neighbouring windows share up to ``overlap`` tokens of whole sentences. A sentence longer than a window is
    cut between words into units that overlapping windows join again. With ``first`` the first window holds
    at most that many tokens: training shifts the windows so from one epoch to the next.

    Without ``first`` the windows are as few as ``limit`` allows and of nearly equal length.

    Raises ``ValueError`` when ``limit`` is not positive or ``overlap`` leaves no room for progress.
    """
    if limit < 1 or overlap < 0 or 2 * overlap > limit:
        raise ValueError(f"cannot pack windows of {limit} tokens with an overlap of {overlap}")
    if not len(tokens):
        return []
    edges = _units(tokens, limit, overlap)
    if first is not None:
        runs = _greedy(edges, limit, overlap, min(limit, max(first, 1)))
    else:
        runs = _balanced(edges, limit, overlap)
    return _with_cores(edges, runs)


def _units(tokens: TokenizedText, limit: int, overlap: int) -> NDArray[np.int64]:
    """Token indices ``(units + 1,)`` where sentences, or parts of long ones, begin; the last is the end."""
    changes = np.flatnonzero(np.diff(tokens.sentences)) + 1
    cuts = [0]
    for end in [*changes.tolist(), len(tokens)]:
        if end - cuts[-1] > limit:
            # neighbouring windows share whole units, so two of them fit into the overlap
            size = max(1, overlap // 2) if overlap else limit
            while end - cuts[-1] > size:
                part = _part(tokens.words[cuts[-1] : end], size, limit)
                if part == end - cuts[-1]:
                    break
                cuts.append(cuts[-1] + part)
        cuts.append(end)
    return np.array(cuts)


def _part(words: NDArray[np.int32], size: int, limit: int) -> int:
    """How many of a sentence's tokens to cut off: up to the last word's start within ``size``, else the next.

    Only a word longer than ``limit`` is cut itself.
    """
    starts = np.flatnonzero(np.diff(words[: limit + 1])) + 1
    near = starts[starts <= size]
    if len(near):
        return int(near[-1])
    if len(starts):
        return int(starts[0])
    return len(words) if len(words) <= limit else size


def _greedy(edges: NDArray[np.int64], limit: int, overlap: int, first: int) -> list[tuple[int, int]]:
    """Runs of units ``[i, j)``, each as long as fits, the next beginning up to ``overlap`` tokens earlier."""
    runs: list[tuple[int, int]] = []
    count, begin, room = len(edges) - 1, 0, first
    while True:
        end = max(int(np.searchsorted(edges, edges[begin] + room, side="right")) - 1, begin + 1)
        # a run that adds nothing to the one before it must reach further
        if runs and end <= runs[-1][1]:
            end = runs[-1][1] + 1
            while edges[end] - edges[begin] > limit:
                begin += 1
        runs.append((begin, end))
        if end >= count:
            return runs
        begin = max(int(np.searchsorted(edges, edges[end] - overlap, side="left")), begin + 1)
        room = limit


def _balanced(edges: NDArray[np.int64], limit: int, overlap: int) -> list[tuple[int, int]]:
    """The greedy runs under the smallest limit that needs no more windows than ``limit`` itself."""
    best = _greedy(edges, limit, overlap, limit)
    # not below twice the overlap, which would have to shrink with the limit
    low, high = max(int(np.diff(edges).max()), 2 * overlap), limit
    while low < high:
        middle = (low + high) // 2
        runs = _greedy(edges, middle, overlap, middle)
        if len(runs) <= len(best):
            best, high = runs, middle
        else:
            low = middle + 1
    return best


def _with_cores(edges: NDArray[np.int64], runs: Sequence[tuple[int, int]]) -> list[Window]:
    """Give each unit to the run in which the smaller of its two contexts is largest."""
    count = len(edges) - 1
    owner = np.zeros(count, np.int64)
    best = np.full(count, -1.0)
    for index, (i, j) in enumerate(runs):
        left = edges[i:j] - edges[i] if i > 0 else np.full(j - i, np.inf)
        right = edges[j] - edges[i + 1 : j + 1] if j < count else np.full(j - i, np.inf)
        context = np.minimum(left, right)
        better = context > best[i:j]
        owner[i:j][better] = index
        best[i:j][better] = context[better]
    windows = []
    for index, (i, j) in enumerate(runs):
        mine = np.flatnonzero(owner == index)
        if len(mine):
            windows.append(
                Window(int(edges[i]), int(edges[j]), int(edges[mine[0]]), int(edges[mine[-1] + 1]))
            )
    return windows
