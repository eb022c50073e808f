"""Mentions of one name: which they are, and that they share their evidence."""

from __future__ import annotations

import numpy as np
import pytest

from hoptac.article import Span
from hoptac.model.mentions import Floats, Run, pool_mentions
from hoptac.text.encode import TokenizedText


def tokenized(*sentences: str, unknown: str = "") -> TokenizedText:
    """A word for each run of non-blanks; ``+`` in it parts subwords. Words of ``unknown`` have one id."""
    text, ids, starts, ends, words, numbers = "", [], [], [], [], []
    known: dict[str, int] = {}
    spans = []
    for number, sentence in enumerate(sentences):
        begin = len(text)
        for word in sentence.split():
            for piece in word.split("+"):
                ids.append(3 if piece in unknown.split() else known.setdefault(piece, 10 + len(known)))
                starts.append(len(text))
                text += piece
                ends.append(len(text))
                words.append(words[-1] if piece != word.split("+")[0] else (words[-1] + 1 if words else 0))
                numbers.append(number)
            text += " "
        spans.append(Span(begin, len(text) - 1))
    arrays = (np.array(values, np.int32) for values in (ids, starts, ends, words, numbers))
    return TokenizedText(text, *arrays, tuple(spans))


def pooled(tokens: TokenizedText, names: list[Run]) -> tuple[Floats, list[list[int]]]:
    """The result for emissions that tell every token apart, and the groups of tokens with equal ones."""
    emissions = np.float32(2) ** np.arange(len(tokens), dtype=np.float32)[:, None] * np.ones(3, np.float32)
    before = emissions.copy()
    result = pool_mentions(tokens, emissions, names)
    assert (emissions == before).all()
    groups: dict[float, list[int]] = {}
    for index, value in enumerate(result[:, 0].tolist()):
        groups.setdefault(value, []).append(index)
    return result, [group for group in groups.values() if len(group) > 1]


def test_mentions_have_the_mean_of_their_own() -> None:
    tokens = tokenized("Lê Tám thăm Lào", "Lê Tám về", "ông Tám và Lê Tám")
    result, groups = pooled(tokens, [(0, 2, 0)])
    assert groups == [[0, 4, 10], [1, 5, 11]]
    assert result[0].tolist() == pytest.approx([(1 + 2**4 + 2**10) / 3] * 3)
    rest = [2, 3, 6, 7, 8, 9]
    assert result[rest, 0].tolist() == [2**index for index in rest]


def test_one_of_many_mentions_needs_to_be_found() -> None:
    tokens = tokenized("a TQ b", "c TQ d TQ")
    assert pooled(tokens, [(4, 5, 2)])[1] == [[1, 4, 6]]


@pytest.mark.parametrize(
    ("sentences", "names"),
    [
        (("Lê Tám thăm Lào",), [(0, 2, 0)]),  # no other mention
        (("Lê Tám thăm Lê+Tám",), [(0, 2, 0)]),  # the same subwords, another word
        (("Tám thăm Tám+x và y+Tám",), [(0, 1, 0)]),  # parts of words
        (("Lê Tám thăm Lê", "Tám về"), [(0, 2, 0)]),  # across the end of a sentence
        (("Tám và Lê Tám",), [(0, 1, 0), (2, 4, 0)]),  # part of a longer name
        (("a b c",), []),
        ((), []),
    ],
)
def test_what_is_no_mention(sentences: tuple[str, ...], names: list[Run]) -> None:
    tokens = tokenized(*sentences)
    emissions = np.random.default_rng(0).random((len(tokens), 3), dtype=np.float32)
    assert pool_mentions(tokens, emissions, names) is emissions


def test_names_of_unknown_subwords_are_told_apart_by_their_letters() -> None:
    tokens = tokenized("習 thăm 安", "安 về", unknown="習 安")
    assert pooled(tokens, [(0, 1, 0), (2, 3, 0)])[1] == [[2, 3]]


def test_the_longer_name_goes_first() -> None:
    tokens = tokenized("Học viện Quân y đón Học viện", "Học viện Quân y", "Học viện mở")
    _, groups = pooled(tokens, [(0, 4, 2), (5, 7, 2), (7, 11, 2)])
    assert groups == [[0, 7], [1, 8], [2, 9], [3, 10], [5, 11], [6, 12]]


def test_mentions_do_not_overlap() -> None:
    tokens = tokenized("ha ha ha x ha ha")
    assert pooled(tokens, [(0, 2, 0)])[1] == [[0, 4], [1, 5]]
