"""From area probabilities of subwords to an article's areas and the phrases that show them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hoptac.text.encode import TokenizedText

Floats = NDArray[np.float32]
EVIDENCE_SHARE = 0.5  # a phrase goes on while its subwords have this share of its highest score


@dataclass(frozen=True, slots=True)
class TokenEvidence:
    """A phrase over subwords ``first`` up to ``last`` that shows area ``area``, with its highest score."""

    first: int
    last: int
    area: int
    score: float


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result


def word_probabilities(tokens: TokenizedText, probabilities: Floats) -> Floats:
    """The mean of ``(tokens, 1 + areas)`` over each word's subwords: ``(words, 1 + areas)``.

    One subword of a long name that looks like another area so does not decide for the article.
    """
    if not len(tokens):
        return probabilities
    starts = np.flatnonzero(np.diff(tokens.words, prepend=-1))
    sizes = np.diff(np.append(starts, len(tokens)))
    means: Floats = (np.add.reduceat(probabilities, starts) / sizes[:, None]).astype(np.float32)
    return means


def article_scores(probabilities: Floats) -> Floats:
    """The article's score for each area ``(areas,)``: the maximum of ``(words, 1 + areas)`` over words."""
    if not len(probabilities):
        return np.zeros(probabilities.shape[1] - 1, np.float32)
    scores: Floats = probabilities[:, 1:].max(axis=0)
    return scores


def find_evidence(
    tokens: TokenizedText, probabilities: Floats, area: int, threshold: float
) -> list[TokenEvidence]:
    """The phrases of one area in ``probabilities`` ``(words, 1 + areas)``, in the order of the text.

    Starting from each peak of at least ``threshold``, a phrase takes in words to both sides, inside the
    sentence, while their score is at least `EVIDENCE_SHARE` of the peak's.
    """
    words = probabilities[:, 1 + area]
    if not len(words) or float(words.max()) < threshold:
        return []
    starts = np.flatnonzero(np.diff(tokens.words, prepend=-1))
    sentences = tokens.sentences[starts]
    ends = np.append(starts[1:], len(tokens))
    taken = np.zeros(len(words), bool)
    phrases = []
    for peak in np.argsort(-words, kind="stable"):
        top = float(words[peak])
        if top < threshold:
            break
        if taken[peak]:
            continue
        low = high = int(peak)
        floor = EVIDENCE_SHARE * top
        while (
            low > 0
            and not taken[low - 1]
            and sentences[low - 1] == sentences[peak]
            and words[low - 1] >= floor
        ):
            low -= 1
        while (
            high + 1 < len(words)
            and not taken[high + 1]
            and sentences[high + 1] == sentences[peak]
            and words[high + 1] >= floor
        ):
            high += 1
        taken[low : high + 1] = True
        phrases.append(TokenEvidence(int(starts[low]), int(ends[high]), area, top))
    return sorted(phrases, key=lambda phrase: phrase.first)
