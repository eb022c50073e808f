from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.article import AreaEvidence, Entity, Span
from hoptac.model.tags import (
    bio_tags,
    characters,
    covered_tokens,
    encode_entities,
    encode_evidence,
    token_runs,
    unreachable,
)
from hoptac.text.encode import TokenizedText

LABELS = ("PERSON", "RANK")


def spans(*pieces: tuple[int, int]) -> TokenizedText:
    starts, ends = np.array(pieces, np.int32).reshape(-1, 2).T
    zeros = np.zeros(len(pieces), np.int32)
    return TokenizedText("x" * 60, zeros, starts, ends, zeros, zeros, (Span(0, 60),))


TOKENS = spans((0, 3), (4, 8), (8, 10), (11, 12), (13, 20))


def test_the_tags_and_their_numbers() -> None:
    assert bio_tags(LABELS) == ("O", "B-PERSON", "I-PERSON", "B-RANK", "I-RANK")
    assert bio_tags(()) == ("O",)


@pytest.mark.parametrize(
    ("span", "tokens"),
    [
        ((0, 3), (0, 1)),
        ((4, 10), (1, 3)),
        ((3, 11), (1, 3)),  # spaces at the edges
        ((0, 20), (0, 5)),
        ((3, 4), (1, 1)),  # between tokens
        ((6, 10), (1, 3)),  # half of a token is in it
        ((7, 10), (2, 3)),  # less than half
        ((13, 16), (5, 5)),
        ((13, 17), (4, 5)),
        ((40, 50), (5, 5)),
    ],
)
def test_the_tokens_of_a_span(span: tuple[int, int], tokens: tuple[int, int]) -> None:
    first, last = covered_tokens(TOKENS, *span)
    assert (first, last) == tokens or (first >= last and tokens[0] >= tokens[1])


def test_entities_become_tags_and_runs() -> None:
    entities = (Entity(0, 3, "RANK"), Entity(4, 12, "PERSON"), Entity(13, 20, "OTHER"))
    tags = encode_entities(TOKENS, entities, LABELS)
    assert tags.tolist() == [3, 1, 2, 2, 0]
    assert token_runs(tags) == [(0, 1, 1), (1, 4, 0)]
    assert [characters(TOKENS, first, last) for first, last, _ in token_runs(tags)] == [
        Span(0, 3),
        Span(4, 12),
    ]


def test_neighbours_of_one_label_stay_two() -> None:
    tags = encode_entities(TOKENS, (Entity(4, 8, "RANK"), Entity(8, 12, "RANK")), LABELS)
    assert tags.tolist() == [0, 3, 3, 4, 0]
    assert token_runs(tags) == [(1, 2, 1), (2, 4, 1)]


def test_an_inside_tag_that_follows_nothing_begins() -> None:
    assert token_runs(np.array([2, 2, 4, 0, 4])) == [(0, 2, 0), (2, 3, 1), (4, 5, 1)]


def test_evidence_becomes_area_numbers() -> None:
    marks = (AreaEvidence(4, 10, "border"), AreaEvidence(13, 20, "training"), AreaEvidence(0, 3, "other"))
    assert encode_evidence(TOKENS, marks, ("training", "border")).tolist() == [0, 2, 2, 0, 1]


def test_what_no_tags_give_back() -> None:
    entities = (Entity(0, 3, "RANK"), Entity(4, 7, "RANK"), Entity(10, 11, "RANK"), Entity(11, 12, "RANK"))
    assert unreachable(TOKENS, entities) == (entities[1], entities[2])


@settings(deadline=None)
@given(st.data())
def test_spans_of_whole_tokens_come_back(data: st.DataObject) -> None:
    widths = data.draw(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)), min_size=1, max_size=20))
    pieces, at = [], 0
    for width, gap in widths:
        pieces.append((at, at + width))
        at += width + gap
    tokens = spans(*pieces)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(pieces)), min_size=2)))
    entities = tuple(
        Entity(pieces[a][0], pieces[b - 1][1], data.draw(st.sampled_from(LABELS)))
        for a, b in itertools.pairwise(cuts)
    )
    assert unreachable(tokens, entities) == ()
    runs = token_runs(encode_entities(tokens, entities, LABELS))
    back = [(characters(tokens, first, last), LABELS[label]) for first, last, label in runs]
    assert back == [(Span(e.start, e.end), e.label) for e in entities]
