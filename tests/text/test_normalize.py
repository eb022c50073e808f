from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptac.text.normalize import normalize, place_tones
from tests.text.strategies import raw_texts

SHARED = Path(__file__).parents[3] / "shared"


def without_tones(text: str) -> str:
    return re.sub("[\u0300\u0301\u0303\u0309\u0323]", "", unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("hòa", "hoà"),
        ("Hòa", "Hoà"),
        ("thủy", "thuỷ"),
        ("khỏe", "khoẻ"),
        ("họa", "hoạ"),
        ("lòe loẹt", "loè loẹt"),
        ("giũa", "giũa"),
        ("Ủy ban", "Uỷ ban"),
        ("qúy", "quý"),
        ("hòa_bình", "hoà_bình"),
        ("(hòa)", "(hoà)"),
        # in capitals the mark stays on the first vowel
        ("HÒA", "HÒA"),
        ("HOÀ", "HÒA"),
        ("THUỶ", "THỦY"),
        ("Uý Lạo", "Úy Lạo"),
    ],
)
def test_tone_marks_stand_where_phobert_saw_them(raw: str, expected: str) -> None:
    assert normalize(raw).text == expected
    assert place_tones(expected) == expected


@pytest.mark.parametrize(
    "word",
    ["toán", "quý", "QUÝ", "gì", "khoản", "quỳnh", "hoàng", "HOÀNG", "của", "mùa", "Balbóa", "Zóe", "hòan"],
)
def test_other_words_stay(word: str) -> None:
    assert normalize(word).text == word


def test_decomposed_letters_keep_their_marks() -> None:
    raw = "ho\u0300a bi\u0300nh"
    normalized = normalize(raw)
    assert normalized.text == "hoà bình"
    assert normalized.starts.tolist() == [0, 1, 3, 4, 5, 6, 8, 9]
    assert normalized.ends.tolist() == [1, 3, 4, 5, 6, 8, 9, 10]
    assert normalized.to_raw(1, 2) == (1, 3)
    assert normalized.to_raw(0, 3) == (0, 4)
    assert normalized.to_normalized(1, 2) == (1, 2)
    assert normalized.starts.dtype == normalized.ends.dtype == np.int32


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a \t\u00a0\u2009b", "a b"),
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\r\r\nb", "a\n\nb"),
        ("a\u200b\u00ad\ufeff\u200eb\x00", "ab"),
        ("a \u200b b", "a b"),
        ("a\u200b\u0301", "á"),
        ("\ud83d", "\ufffd"),
        ("ﬁ Ａ", "ﬁ Ａ"),
        ("\u1112\u1161\u11ab", "한"),
        ("", ""),
    ],
)
def test_space_breaks_and_invisible_characters(raw: str, text: str) -> None:
    assert normalize(raw).text == text


def test_a_span_leaves_zero_width_characters_at_its_edge_out() -> None:
    normalized = normalize("ông \u200bMinh\u200b, ông")
    start = normalized.text.index("Minh")
    assert normalized.to_raw(start, start + 4) == (5, 9)


def test_spans_of_removed_characters_are_empty() -> None:
    normalized = normalize("a\u200b\u200bb")
    assert normalized.to_normalized(1, 3) == (1, 1)
    assert normalized.to_raw(1, 1) == (3, 3)
    assert normalized.to_raw(2, 2) == (4, 4)


@given(raw_texts())
def test_every_character_knows_where_it_came_from(raw: str) -> None:
    normalized = normalize(raw)
    text, starts, ends = normalized.text, normalized.starts, normalized.ends
    assert len(text) == len(starts) == len(ends)
    assert (starts < ends).all()
    assert (np.diff(starts) >= 0).all()
    assert (np.diff(ends) >= 0).all()
    # two characters share either the whole raw piece or nothing of it
    assert ((starts[1:] >= ends[:-1]) | ((starts[1:] == starts[:-1]) & (ends[1:] == ends[:-1]))).all()
    outside = np.ones(len(raw), dtype=bool)
    for start, end in zip(starts, ends, strict=True):
        outside[start:end] = False
    for i in np.flatnonzero(outside):
        assert unicodedata.category(raw[i]) in ("Cc", "Cf") or raw[i] == "\u034f"


@given(raw_texts())
def test_the_result_is_clean_and_stable(raw: str) -> None:
    text = normalize(raw).text
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(r"  |\r|\t|[\ud800-\udfff]|\u200b|\u00ad|\ufeff", text)
    again = normalize(text)
    assert again.text == text
    text.encode("utf-8")


@given(raw_texts())
def test_composed_and_decomposed_text_give_the_same(raw: str) -> None:
    expected = normalize(raw).text
    assert normalize(unicodedata.normalize("NFD", raw)).text == expected
    assert normalize(unicodedata.normalize("NFC", raw)).text == expected


@given(raw_texts(), st.data())
def test_spans_there_and_back(raw: str, data: st.DataObject) -> None:
    normalized = normalize(raw)
    size = len(normalized.text)
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    raw_start, raw_end = normalized.to_raw(start, end)
    assert 0 <= raw_start <= raw_end <= len(raw)
    if start == end:
        assert raw_start == raw_end
        return
    back_start, back_end = normalized.to_normalized(raw_start, raw_end)
    assert back_start <= start < end <= back_end
    assert normalized.to_raw(back_start, back_end) == (raw_start, raw_end)
    # never cut between a base and its mark
    if raw_end < len(raw) and not raw[raw_end - 1].isspace():
        assert not unicodedata.combining(raw[raw_end])
    if normalized.text[start:end] == normalized.text[start:end].strip():
        assert raw[raw_start:raw_end] == raw[raw_start:raw_end].strip()
    # out of its syllable a piece may have its tone mark elsewhere, but the letters are the same
    piece, found = normalize(raw[raw_start:raw_end]).text, normalized.text[back_start:back_end]
    assert without_tones(piece) == without_tones(found)


@given(raw_texts(), st.data())
def test_a_raw_span_lies_in_its_normalized_span(raw: str, data: st.DataObject) -> None:
    normalized = normalize(raw)
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    first, last = normalized.to_normalized(start, end)
    assert 0 <= first <= last <= len(normalized.text)
    if start < end and first < last:
        assert normalized.starts[first] < end
        assert normalized.ends[last - 1] > start
        assert first == 0 or normalized.ends[first - 1] <= start
        assert last == len(normalized.text) or normalized.starts[last] >= end


@pytest.mark.skipif(not (SHARED / "annotation").is_dir(), reason="the shared articles are not here")
def test_articles_are_stable_and_their_form_does_not_matter() -> None:
    for path in sorted((SHARED / "annotation" / "real" / "text").glob("*.txt"))[:60]:
        raw = path.read_text(encoding="utf-8")
        text = normalize(raw).text
        assert normalize(text).text == text
        decomposed = normalize(unicodedata.normalize("NFD", raw))
        assert decomposed.text == text
        assert decomposed.ends[-1] == len(decomposed.raw)
