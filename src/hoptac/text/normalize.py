"""Unicode and tone-mark normalization with the map back to the text as given.

PhoBERT was pre-trained on composed (NFC) text that VnCoreNLP's RDRSegmenter had prepared: the tone mark of
an open syllable in ``oa``, ``oe`` or ``uy`` stands on the second vowel (``hoà``, ``Khoẻ``, ``thuỷ``, ``Uỷ``),
but where the first vowel is a capital on that (``HÒA`` and ``THỦY`` are words of PhoBERT's vocabulary,
``HOÀ`` and ``THUỶ`` are not). ``normalize`` brings any text into that form and knows where in the raw text
each character of the result came from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int32]

_PLAIN, _MARK, _SPACE, _BREAK, _DROP, _SURROGATE = range(6)

_LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
# Format characters that show on the page (Arabic number signs and the like), and so stay.
_VISIBLE_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_GRAPHEME_JOINER = "\u034f"  # a mark by its category, but it shows nothing and blocks composition

_ONSETS = "b|ch|c|d|đ|gh|gi|g|h|kh|k|l|m|nh|ngh|ng|n|ph|p|r|s|th|tr|t|v|x"


def _vowel_pairs() -> tuple[dict[str, str], dict[str, str]]:
    """From the placement PhoBERT did not see to the one it saw: after any onset, and after ``q``."""
    pairs: dict[str, str] = {}
    after_q: dict[str, str] = {}
    for plain, second, on_first, on_second in (
        ("o", "a", "òóỏõọ", "àáảãạ"),
        ("o", "e", "òóỏõọ", "èéẻẽẹ"),
        ("u", "y", "ùúủũụ", "ỳýỷỹỵ"),
    ):
        for first, last in zip(on_first, on_second, strict=True):
            wrong, right = first + second, plain + last
            pairs |= {wrong: right, right.upper(): wrong.upper()}
            if wrong == "ủy":  # "Uỷ ban" is the only word that RDRSegmenter changes after a capital vowel
                pairs["Ủy"] = "Uỷ"
            else:
                pairs[right.capitalize()] = wrong.capitalize()
            if plain == "u":  # of "qu", where no style puts the mark on the u
                after_q |= {wrong: right, wrong.upper(): right.upper()}
    return pairs, after_q


_PAIRS, _PAIRS_AFTER_Q = _vowel_pairs()
# One whole syllable; an underscore may stand beside it, as it joins syllables in segmented text.
_MISPLACED = re.compile(
    rf"(?<![^\W_])(?:(?i:{_ONSETS})?(?P<pair>{'|'.join(_PAIRS)})|[qQ](?P<after_q>{'|'.join(_PAIRS_AFTER_Q)}))"
    r"(?![^\W_]|[\u0300-\u036f])"
)


@dataclass(frozen=True, slots=True, eq=False)
class NormalizedText:
    """A text in PhoBERT's form, with its map to the raw text.

    ``starts`` and ``ends`` (int32, shape ``(len(text),)``) hold the raw offsets where each character of
    ``text`` begins and ends. All characters that came from one base with its combining marks hold the
    same pair, so that no span can cut a letter in two.
    """

    raw: str
    text: str
    starts: Offsets
    ends: Offsets

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """The raw span of ``text[start:end]``; an empty span stays empty."""
        if start < end:
            return int(self.starts[start]), int(self.ends[end - 1])
        at = int(self.starts[start]) if start < len(self.text) else len(self.raw)
        return at, at

    def to_normalized(self, start: int, end: int) -> tuple[int, int]:
        """The smallest span of ``text`` whose characters came from ``raw[start:end]`` wholly or in part."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        if start >= end:
            return first, first
        last = int(np.searchsorted(self.starts, end, side="left"))
        return first, max(first, last)


def normalize(raw: str) -> NormalizedText:
    """Bring ``raw`` into the form PhoBERT was pre-trained on, and keep the map back.

    In this order: control, format and zero-width characters are dropped, a run of spaces becomes one space,
    every kind of line break ``\\n``, a lone surrogate U+FFFD; letters and marks are composed (NFC, Unicode
    Standard Annex 15); and the tone mark of an open syllable moves to where PhoBERT knows it (``hòa`` →
    ``hoà``). Case, full-width forms and misspellings stay as they are.
    """
    kinds = {char: _kind(char) for char in set(raw)}
    clean = all(kind == _PLAIN or char in " \n" for char, kind in kinds.items())
    if clean and "  " not in raw and unicodedata.is_normalized("NFC", raw):
        starts: Offsets = np.arange(len(raw), dtype=np.int32)
        return NormalizedText(raw, place_tones(raw), starts, starts + np.int32(1))
    return _compose(raw, kinds)


def place_tones(text: str) -> str:
    """Put the tone mark of open ``oa``, ``oe``, ``uy`` syllables where PhoBERT knows it; the length stays.

    ``text`` is in NFC. Syllables that no Vietnamese word has are left alone.
    """
    return _MISPLACED.sub(_place_tone, text)


def _place_tone(match: re.Match[str]) -> str:
    syllable = match.group()
    right = _PAIRS[match["pair"]] if match["pair"] else _PAIRS_AFTER_Q[match["after_q"]]
    return syllable[:-2] + right


@cache
def _kind(char: str) -> int:
    """What the normalization does with a character."""
    if char in _LINE_BREAKS:
        return _BREAK
    if char.isspace():
        return _SPACE
    category = unicodedata.category(char)
    if char == _GRAPHEME_JOINER or category == "Cc" or (category == "Cf" and char not in _VISIBLE_FORMATS):
        return _DROP
    if category == "Cs":
        return _SURROGATE
    # Hangul vowels and finals are letters, yet they compose with the syllable before them.
    if category[0] == "M" or "\u1161" <= char <= "\u1175" or "\u11a8" <= char <= "\u11c2":
        return _MARK
    return _PLAIN


def _compose(raw: str, kinds: dict[str, int]) -> NormalizedText:
    """The whole normalization, over arrays of code points."""
    codes = _codes(raw)
    kept = np.flatnonzero(_kinds_of(codes, kinds) != _DROP)
    codes = codes[kept]
    kind = _kinds_of(codes, kinds)
    is_return = codes == ord("\r")
    codes = np.where(kind == _SPACE, ord(" "), np.where(kind == _BREAK, ord("\n"), codes))
    codes = np.where(kind == _SURROGATE, 0xFFFD, codes).astype(np.uint32)

    heads = _heads(kind)
    # A run of spaces is one unit, and so is a carriage return with its line feed.
    inner_space = (kind[1:] == _SPACE) & (kind[:-1] == _SPACE)
    line_feed = is_return[:-1] & (codes[1:] == ord("\n")) & ~is_return[1:] & (kind[1:] == _BREAK)
    folded = np.zeros(len(codes), dtype=bool)
    folded[1:] = inner_space | line_feed
    first = np.flatnonzero(heads & ~folded)
    last = np.append(first[1:], len(codes)) - 1
    unit_starts = kept[first].astype(np.int32)
    unit_ends = (kept[last] + 1).astype(np.int32) if len(first) else unit_starts

    text = unicodedata.normalize("NFC", codes[~folded].tobytes().decode("utf-32-le"))
    composed = _kinds_of(_codes(text), {char: _kind(char) for char in set(text)})
    unit = np.cumsum(_heads(composed)) - 1
    return NormalizedText(raw, place_tones(text), unit_starts[unit], unit_ends[unit])


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _kinds_of(codes: npt.NDArray[np.uint32], kinds: dict[str, int]) -> npt.NDArray[np.uint8]:
    table = np.zeros(max(map(ord, kinds), default=0) + 1, dtype=np.uint8)
    for char, kind in kinds.items():
        table[ord(char)] = kind
    return table[codes]


def _heads(kind: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Where a base with its marks begins; a mark after white space stands for itself."""
    heads: npt.NDArray[np.bool_] = kind != _MARK
    if len(heads):
        heads[0] = True
        heads[1:] |= (kind[:-1] == _SPACE) | (kind[:-1] == _BREAK)
    return heads
