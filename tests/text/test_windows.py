"""Windows: every token is read once, from the window that shows it the most context."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.article import Span
from hoptac.text.encode import TokenizedText
from hoptac.text.windows import Window, pack


def tokenized(sentences: list[list[int]]) -> TokenizedText:
    """Stand-in tokens, one character each: the subwords of each word of each sentence."""
    words, of, spans, count = [], [], [], 0
    for number, sizes in enumerate(sentences):
        begin = len(words)
        for size in sizes:
            words += [count] * size
            of += [number] * size
            count += 1
        spans.append(Span(begin, len(words)))
    starts = np.arange(len(words), dtype=np.int32)
    return TokenizedText(
        "x" * len(words),
        starts,
        starts,
        starts + np.int32(1),
        np.array(words, np.int32),
        np.array(of, np.int32),
        tuple(spans),
    )


SENTENCES = st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=10), min_size=1, max_size=8)
LIMITS = st.integers(6, 30).flatmap(lambda limit: st.tuples(st.just(limit), st.integers(0, limit // 2)))


def context(window: Window, start: int, end: int, total: int) -> float:
    """The smaller of the two contexts of a unit; the text's own edges need none."""
    left = start - window.start if window.start > 0 else float("inf")
    right = window.end - end if window.end < total else float("inf")
    return min(left, right)


def greedy_count(sizes: list[int], limit: int) -> int:
    """How many windows hold whole units of these sizes when they share nothing."""
    count, room = 0, 0
    for size in sizes:
        if size > room:
            count, room = count + 1, limit
        room -= size
    return count


@settings(max_examples=100, deadline=None)
@given(SENTENCES, LIMITS, st.none() | st.integers(1, 60))
def test_cores_tile_the_tokens_within_the_limit(
    sentences: list[list[int]], sizes: tuple[int, int], first: int | None
) -> None:
    tokens, (limit, overlap) = tokenized(sentences), sizes
    windows = pack(tokens, limit, overlap, first)
    assert windows[0].core_start == 0 and windows[-1].core_end == len(tokens)
    for window in windows:
        assert window.start <= window.core_start < window.core_end <= window.end
        assert window.end - window.start <= limit
    for before, after in itertools.pairwise(windows):
        assert before.core_end == after.core_start
        assert before.start < after.start and before.end < after.end


@settings(max_examples=100, deadline=None)
@given(SENTENCES, LIMITS, st.none() | st.integers(1, 60))
def test_sentences_stay_whole_and_words_always(
    sentences: list[list[int]], sizes: tuple[int, int], first: int | None
) -> None:
    tokens, (limit, overlap) = tokenized(sentences), sizes
    whole = [span for span in tokens.sentence_spans if span.end - span.start <= limit]
    for window in pack(tokens, limit, overlap, first):
        for edge in (window.start, window.end, window.core_start, window.core_end):
            assert not any(span.start < edge < span.end for span in whole)
            assert edge in (0, len(tokens)) or tokens.words[edge] != tokens.words[edge - 1]


@settings(max_examples=100, deadline=None)
@given(SENTENCES, LIMITS)
def test_a_sentence_is_read_where_it_has_the_most_context(
    sentences: list[list[int]], sizes: tuple[int, int]
) -> None:
    tokens, (limit, overlap) = tokenized(sentences), sizes
    windows = pack(tokens, limit, overlap)
    for span in tokens.sentence_spans:
        readers = [w for w in windows if w.start <= span.start and span.end <= w.end]
        chosen = [w for w in readers if w.core_start <= span.start and span.end <= w.core_end]
        if span.end - span.start <= limit:
            assert len(chosen) == 1
            best = max(context(w, span.start, span.end, len(tokens)) for w in readers)
            assert context(chosen[0], span.start, span.end, len(tokens)) == best


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=40), st.integers(12, 40))
def test_without_overlap_the_windows_are_as_few_as_can_be(sizes: list[int], limit: int) -> None:
    windows = pack(tokenized([[1] * size for size in sizes]), limit)
    assert len(windows) == greedy_count(sizes, limit)


@settings(max_examples=100, deadline=None)
@given(SENTENCES, LIMITS)
def test_balancing_adds_no_window(sentences: list[list[int]], sizes: tuple[int, int]) -> None:
    tokens, (limit, overlap) = tokenized(sentences), sizes
    # with ``first`` at the limit the windows are filled one after the other
    assert len(pack(tokens, limit, overlap)) <= len(pack(tokens, limit, overlap, first=limit))


@settings(max_examples=100, deadline=None)
@given(SENTENCES, LIMITS, st.integers(1, 60))
def test_first_bounds_the_first_window(
    sentences: list[list[int]], sizes: tuple[int, int], first: int
) -> None:
    tokens, (limit, overlap) = tokenized(sentences), sizes
    window = pack(tokens, limit, overlap, first)[0]
    one_unit = min(limit, tokens.sentence_spans[0].end)
    assert window.start == 0 and window.end <= max(min(first, limit), one_unit)


def test_windows_share_whole_sentences_as_context() -> None:
    tokens = tokenized([[1] * 10 for _ in range(9)])
    windows = pack(tokens, 40, overlap=20)
    assert [(w.start, w.end) for w in windows] == [(0, 40), (20, 60), (40, 80), (60, 90)]
    assert [(w.core_start, w.core_end) for w in windows] == [(0, 30), (30, 50), (50, 70), (70, 90)]


def test_windows_are_of_nearly_equal_length() -> None:
    lengths = [w.end - w.start for w in pack(tokenized([[1] * 10 for _ in range(9)]), 80)]
    assert lengths == [50, 40]


def test_first_shifts_the_windows() -> None:
    tokens = tokenized([[1] * 10 for _ in range(9)])
    assert [w.end - w.start for w in pack(tokens, 40, first=20)] == [20, 40, 30]
    assert [w.end - w.start for w in pack(tokens, 40, first=1)] == [10, 40, 40]


def test_a_word_longer_than_a_window_is_cut_and_joined() -> None:
    tokens = tokenized([[3, 100, 2], [4]])
    windows = pack(tokens, 20, overlap=4)
    assert max(w.end - w.start for w in windows) <= 20
    assert [w.core_start for w in windows[1:]] == [w.core_end for w in windows[:-1]]
    assert windows[0].core_start == 0 and windows[-1].core_end == len(tokens)


@settings(max_examples=60, deadline=None)
@given(st.integers(41, 200), st.integers(0, 20))
def test_a_long_sentence_is_read_with_context_at_every_cut(length: int, overlap: int) -> None:
    windows = pack(tokenized([[1] * length]), 40, overlap)
    for before, after in itertools.pairwise(windows):
        assert after.core_start - after.start >= overlap // 2
        assert before.end - before.core_end >= overlap // 2


def test_a_short_text_is_one_window() -> None:
    assert pack(tokenized([[1, 2], [3]]), 254, 48) == [Window(0, 6, 0, 6)]


def test_no_tokens_no_windows() -> None:
    none = np.zeros(0, np.int32)
    assert pack(TokenizedText("", none, none, none, none, none, ()), 10) == []


@pytest.mark.parametrize(("limit", "overlap"), [(0, 0), (10, 6), (10, -1)])
def test_impossible_sizes_are_refused(limit: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="cannot pack windows"):
        pack(tokenized([[1]]), limit, overlap)
