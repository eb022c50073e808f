"""From tag logits to entities: the best path under the CRF, and each entity's probability.

NumPy only, over many sentences at once, so that prediction needs no PyTorch here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hoptac.model.tags import token_runs

Floats = NDArray[np.float32]
SENTENCES_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Transitions:
    """The CRF's log-scores: ``moves`` ``(tags, tags)`` of tag ``j`` after ``i``, ``first`` ``(tags,)``."""

    moves: Floats
    first: Floats


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """An entity over subwords ``first`` up to ``last`` of one sentence, with its probability."""

    first: int
    last: int
    label: int
    score: float


def decode(
    sentences: Sequence[Floats], transitions: Transitions
) -> list[tuple[NDArray[np.int64], list[TokenSpan]]]:
    """The best tags and the entities of each sentence, given its emissions ``(tokens, tags)``.

    An entity's score is its marginal probability: that of all paths that begin it, carry it on and end it
    just there, by the forward-backward algorithm.
    """
    results: list[tuple[NDArray[np.int64], list[TokenSpan]]] = [(np.zeros(0, np.int64), [])] * len(sentences)
    for chunk in _of_like_length(sentences):
        emissions = [sentences[i] for i in chunk]
        paths = viterbi(emissions, transitions)
        named = [k for k, path in enumerate(paths) if path.any()]
        forward, backward, total = forward_backward([emissions[k] for k in named], transitions)
        spans: dict[int, list[TokenSpan]] = {}
        for row, k in enumerate(named):
            spans[k] = [
                TokenSpan(
                    *run,
                    span_probability(run, emissions[k], forward[row], backward[row], total[row], transitions),
                )
                for run in token_runs(paths[k])
            ]
        for k, i in enumerate(chunk):
            results[i] = (paths[k], spans.get(k, []))
    return results


def best_paths(sentences: Sequence[Floats], transitions: Transitions) -> list[NDArray[np.int64]]:
    """The best tags of each sentence, as `decode` gives them."""
    paths = [np.zeros(0, np.int64)] * len(sentences)
    for chunk in _of_like_length(sentences):
        for i, path in zip(chunk, viterbi([sentences[i] for i in chunk], transitions), strict=True):
            paths[i] = path
    return paths


def _of_like_length(sentences: Sequence[Floats]) -> Iterator[list[int]]:
    """The indices of all sentences that are not empty, in chunks."""
    order = sorted((i for i, s in enumerate(sentences) if len(s)), key=lambda i: len(sentences[i]))
    for begin in range(0, len(order), SENTENCES_AT_ONCE):
        yield order[begin : begin + SENTENCES_AT_ONCE]


def viterbi(sentences: Sequence[Floats], transitions: Transitions) -> list[NDArray[np.int64]]:
    """The highest-scoring tags ``(tokens,)`` of each sentence (Viterbi 1967); none may be empty."""
    emissions, lengths = _padded(sentences)
    count, steps, tags = emissions.shape
    best = transitions.first + emissions[:, 0]
    back = np.zeros((steps, count, tags), np.int16)
    for step in range(1, steps):
        scores = best[:, :, None] + transitions.moves
        back[step] = scores.argmax(1)
        ahead = scores.max(1) + emissions[:, step]
        best = np.where((step < lengths)[:, None], ahead, best)
    paths = []
    for row, length in enumerate(lengths):
        path = np.zeros(length, np.int64)
        path[-1] = best[row].argmax()
        for step in range(length - 1, 0, -1):
            path[step - 1] = back[step, row, path[step]]
        paths.append(path)
    return paths


def _padded(sentences: Sequence[Floats]) -> tuple[Floats, NDArray[np.int64]]:
    lengths = np.array([len(sentence) for sentence in sentences], np.int64)
    emissions = np.zeros((len(sentences), int(lengths.max()), sentences[0].shape[1]), np.float32)
    for row, sentence in enumerate(sentences):
        emissions[row, : len(sentence)] = sentence
    return emissions, lengths


def _logsumexp(values: Floats, axis: int) -> Floats:
    top = values.max(axis=axis, keepdims=True)
    summed: Floats = np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis)
    return summed


def forward_backward(
    sentences: Sequence[Floats], transitions: Transitions
) -> tuple[list[Floats], list[Floats], list[float]]:
    """Log forward and backward scores ``(tokens, tags)`` and the log-sum over all paths of each sentence.

    ``backward[t, j]`` sums what follows token ``t`` when its tag is ``j``, its own emission left out.
    """
    if not sentences:
        return [], [], []
    emissions, lengths = _padded(sentences)
    count, steps, tags = emissions.shape
    forward = np.zeros((steps, count, tags), np.float32)
    forward[0] = transitions.first + emissions[:, 0]
    for step in range(1, steps):
        forward[step] = _logsumexp(forward[step - 1][:, :, None] + transitions.moves, 1) + emissions[:, step]
    backward = np.zeros((steps, count, tags), np.float32)
    for step in range(steps - 2, -1, -1):
        ahead = backward[step + 1] + emissions[:, step + 1]
        scores = _logsumexp(transitions.moves + ahead[:, None, :], 2)
        backward[step] = np.where((step + 1 < lengths)[:, None], scores, 0.0)
    totals = [float(_logsumexp(forward[length - 1, row], 0)) for row, length in enumerate(lengths)]
    return (
        [forward[:length, row] for row, length in enumerate(lengths)],
        [backward[:length, row] for row, length in enumerate(lengths)],
        totals,
    )


def span_probability(
    run: tuple[int, int, int],
    emissions: Floats,
    forward: Floats,
    backward: Floats,
    total: float,
    transitions: Transitions,
) -> float:
    """The probability that exactly this run of tokens is an entity of its label."""
    first, last, label = run
    begin, inside = 2 * label + 1, 2 * label + 2
    score = float(forward[first, begin])
    if last - first > 1:
        score += float(transitions.moves[begin, inside] + emissions[first + 1 : last, inside].sum())
        score += float(transitions.moves[inside, inside]) * (last - first - 2)
    tag = inside if last - first > 1 else begin
    if last < len(emissions):
        ends = transitions.moves[tag] + emissions[last] + backward[last]
        ends[inside] = -np.inf
        score += float(_logsumexp(ends, 0))
    return float(min(1.0, np.exp(score - total)))
