"""The edges of marked phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptac.annotations.spelling import phrase_errors, trimmed


@pytest.mark.parametrize(
    ("phrase", "left"),
    [
        ("an ninh,", "an ninh"),
        (" an ninh ", "an ninh"),
        ("“an ninh”", "an ninh"),
        ("(an ninh", "an ninh"),
        ("an ninh (biển)", "an ninh (biển)"),
        ("an ninh (biển", "an ninh (biển"),
        ("an ninh biển).", "an ninh biển"),
        ("…", "…"),
        ("an ninh", "an ninh"),
    ],
)
def test_what_does_not_belong_to_a_phrase_goes(phrase: str, left: str) -> None:
    text = f"về {phrase} và"
    start, end = trimmed(text, 3, 3 + len(phrase))
    assert text[start:end] == left


@given(st.text(st.sampled_from("ab ,.()“”\"'"), min_size=1, max_size=12))
def test_what_is_left_has_good_edges_or_is_the_whole(text: str) -> None:
    start, end = trimmed(text, 0, len(text))
    assert 0 <= start < end <= len(text)
    assert not phrase_errors(text, start, end) or (start, end) == (0, len(text))
