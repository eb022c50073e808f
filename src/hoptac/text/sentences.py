"""Sentence boundaries for Vietnamese news, by rule.

A boundary must never fall inside a name, a rank or an abbreviation, for the reader of the sentences labels
them one by one; a boundary too few costs nothing but length.
"""

from __future__ import annotations

import re
from itertools import pairwise

_OPENERS = re.escape("\"'“‘«([{")
_CLOSERS = re.escape("\"'”’»)]}")
# Terminators with what closes after them, then a space and something that can begin a sentence.
_END = re.compile(
    rf"(?<![.?!…])(?P<mark>[.?!…]++)[{_CLOSERS}]*+(?= (?:[-–—•*] ?)?[{_OPENERS}]*(?P<next>[^\W_]))"
    # The same without the space, as hasty typing has it: "… tuần tra.Bà dẫn …".
    rf"|(?<=[^\W\d_A-Z]{{2}})(?P<glued>[.?!])[{_CLOSERS}]*+(?=[{_OPENERS}]?[^\W\d_][^\W\d_A-Z])"
)
_TERMINAL = re.compile(rf"[.?!…:;][{_CLOSERS}]*$")
_WORD_BEFORE = re.compile(rf"[^\s{_OPENERS}{_CLOSERS},;:]*$")
# Titles, places and honours, Vietnamese ones first, then what comes with English names.
_ABBREVIATIONS = frozenset(
    """
    tp tx tt gs pgs ts ths th.s bs ks kts ls ncs nsnd nsưt ngnd ngưt đ/c đc tr
    st mr mrs ms dr prof lt col maj capt cpt cmdr adm sgt brig sen rep hon rev jr sr no nr vs vol
    """.split()  # noqa: SIM905
)
_ITEM_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[a-zđ]")
_LONGEST_MARK = 24  # characters; neither an abbreviation nor an item's number is longer
_DAY_NUMBER = re.compile(r"\d{1,2}")
_LONG_LINE = 60  # characters; a shorter line without a full stop is a title or a caption
_NARROWEST_WRAP, _WIDEST_WRAP = 50, 130  # characters of the longest line of hard-wrapped text
_FEWEST_WRAPPED = 3  # line ends, before a text counts as hard-wrapped


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a normalized text as ordered spans without edge spaces.

    Together they cover every character that is not white space. A line break ends a sentence, unless the
    line ends in no terminal punctuation and the text is hard-wrapped there.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        begin = start
        for match in _END.finditer(text, start, end):
            if _ends_sentence(text, begin, match):
                _add(spans, text, begin, match.end())
                begin = match.end()
        _add(spans, text, begin, end)
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(stripped)))


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Spans of lines, where the lines of hard-wrapped text are joined."""
    lines = text.split("\n")
    width = _wrap_width(lines)
    spans: list[tuple[int, int]] = []
    at = 0
    before = ""
    for line in lines:
        start, at = at, at + len(line) + 1
        if _goes_on(before, line, width):
            spans[-1] = (spans[-1][0], start + len(line))
        else:
            spans.append((start, start + len(line)))
        before = line
    return spans


def _goes_on(before: str, line: str, width: int | None) -> bool:
    """Whether ``line`` takes up the sentence of the line before it."""
    if not before or not line.strip() or _TERMINAL.search(before.rstrip()):
        return False
    if len(before) >= _LONG_LINE and line.lstrip()[0].islower():
        return True
    return width is not None and _is_full(before, line, width)


def _wrap_width(lines: list[str]) -> int | None:
    """The column at which most lines break because the next word had no room; None where they do not."""
    width = max(map(len, lines))
    if not _NARROWEST_WRAP <= width <= _WIDEST_WRAP:
        return None
    pairs = [pair for pair in pairwise(lines) if all(map(str.strip, pair))]
    full = sum(_is_full(*pair, width) for pair in pairs)
    return width if full >= max(_FEWEST_WRAPPED, len(pairs) / 2) else None


def _is_full(before: str, line: str, width: int) -> bool:
    return len(before) + 1 + len(line.split(maxsplit=1)[0]) > width


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    if match["glued"]:
        word, following = _word_before(text, begin, match.start()), text[match.end() :].lstrip("\"'“‘«([{")[0]
        return following.isupper() and word.isalpha() and word.casefold() not in _ABBREVIATIONS
    following = match["next"]
    if not (following.isupper() or following.isdigit()):
        return False
    if match["mark"] != ".":
        return True
    word = _word_before(text, begin, match.start())
    if _is_abbreviation(word):
        return False
    # "1. Việt Nam" and "2.1. Việt Nam" number an item; "24. 10" is a date with a space in it.
    opens = match.start() - begin <= _LONGEST_MARK and text[begin : match.start()].strip() == word
    if opens and _ITEM_NUMBER.fullmatch(word):
        return False
    return not (following.isdigit() and _DAY_NUMBER.fullmatch(word))


def _word_before(text: str, begin: int, end: int) -> str:
    match = _WORD_BEFORE.search(text, max(begin, end - _LONGEST_MARK), end)
    return match.group() if match else ""


def _is_abbreviation(word: str) -> bool:
    """Whether ``word``, without its last full stop, is an initial or a known short form."""
    if word.casefold() in _ABBREVIATIONS:
        return True
    last = re.split(r"[.-]", word)[-1]
    return (len(last) == 1 and last.isupper()) or last.casefold() in _ABBREVIATIONS
