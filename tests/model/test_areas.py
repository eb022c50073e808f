from __future__ import annotations

import itertools

import numpy as np
import pytest

from hoptac.article import Span
from hoptac.model.areas import article_scores, find_evidence, softmax, word_probabilities
from hoptac.text.encode import TokenizedText


def tokens(words: list[int], sentences: list[int]) -> TokenizedText:
    count = np.arange(len(words), dtype=np.int32)
    return TokenizedText(
        "x" * len(words),
        count,
        count,
        count + np.int32(1),
        np.array(words, np.int32),
        np.array(sentences, np.int32),
        (Span(0, len(words)),),
    )


def found(
    scores: list[float],
    threshold: float,
    words: list[int] | None = None,
    sentences: list[int] | None = None,
) -> list[tuple[int, int, float]]:
    """Phrases of the second of two areas, whose scores these are."""
    table = np.zeros((len(scores), 3), np.float32)
    table[:, 2] = scores
    text = tokens(words or list(range(len(scores))), sentences or [0] * len(scores))
    phrases = find_evidence(text, word_probabilities(text, table), 1, threshold)
    assert all(phrase.area == 1 for phrase in phrases)
    return [(p.first, p.last, pytest.approx(p.score, abs=1e-6)) for p in phrases]


def test_a_phrase_goes_on_while_its_words_have_half_of_the_peak() -> None:
    assert found([0.1, 0.5, 0.8, 0.4, 0.39, 0.0], 0.3) == [(1, 4, 0.8), (4, 5, 0.39)]
    assert found([0.1, 0.5, 0.8, 0.4, 0.39, 0.0], 0.6) == [(1, 4, 0.8)]


def test_nothing_below_the_threshold() -> None:
    assert found([0.1, 0.29, 0.2], 0.3) == []
    assert found([0.1, 0.3, 0.2], float(np.float32(0.3))) == [(1, 3, 0.3)]


def test_a_phrase_takes_whole_words() -> None:
    assert found([0.0, 0.2, 0.9, 0.7, 0.1], 0.5, words=[0, 1, 1, 1, 2]) == [(1, 4, 0.6)]


def test_a_phrase_ends_with_its_sentence() -> None:
    phrases = found([0.2, 0.9, 0.85, 0.1], 0.5, sentences=[0, 0, 1, 1])
    assert phrases == [(1, 2, 0.9), (2, 3, 0.85)]


def test_phrases_come_in_the_order_of_the_text() -> None:
    assert found([0.6, 0.1, 0.1, 0.9, 0.0, 0.7], 0.5) == [(0, 1, 0.6), (3, 4, 0.9), (5, 6, 0.7)]


def test_phrases_never_share_a_word() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores = rng.random(30).tolist()
        phrases = found(scores, 0.4)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(phrases))
        taken = {i for first, last, _ in phrases for i in range(first, last)}
        assert all(i in taken for i, score in enumerate(scores) if score >= 0.4)


def test_no_tokens_no_evidence() -> None:
    assert find_evidence(tokens([], []), np.zeros((0, 3), np.float32), 0, 0.0) == []


def test_an_article_has_the_highest_score_of_its_words() -> None:
    table = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.5, 0.2, 0.3]], np.float32)
    assert article_scores(table).tolist() == pytest.approx([0.7, 0.3])
    assert article_scores(np.zeros((0, 3), np.float32)).tolist() == [0.0, 0.0]


def test_softmax_of_large_logits() -> None:
    rows = softmax(np.array([[1000.0, 0.0], [0.0, 0.0], [-1000.0, 0.0]], np.float32))
    assert rows.tolist() == [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]
