"""Sentence boundaries for Vietnamese news, by rule.

A boundary must never fall inside a name, a rank or an abbreviation, for the reader of the sentences labels
them one by one; a boundary too few costs nothing but length.
"""

from __future__ import annotations

import re

_OPENERS = "\"'“‘«([{"
_CLOSERS = "\"'”’»)]}"
# A run of terminators with what closes after it, then a space and something that can begin a sentence.
_END = re.compile(
    rf"(?P<mark>[.?!…]+)[{re.escape(_CLOSERS)}]*(?= (?:[-–—•*] ?)?[{re.escape(_OPENERS)}]*(?P<next>[^\W_]))"
)
_TERMINAL = re.compile(rf"[.?!…:;][{re.escape(_CLOSERS)}]*$")
_WORD_BEFORE = re.compile(r"[^\s\"'“”‘’«»()\[\]{},;:]*$")
# Titles and ranks of scholars and officers, places, honours, and what English names bring with them.
_ABBREVIATIONS = frozenset(
    "tp tx tt gs pgs ts ths th.s bs ks kts cn ls ncs nsnd nsưt ngnd ngưt đ/c đc ubnd nxb tr st"
    " mr mrs ms dr prof gen lt col maj capt cpt cmdr adm sgt brig sen rep gov hon rev jr sr no nr vs fig vol".split()
)
_NUMBER = re.compile(r"\d{1,2}|[IVX]{1,5}")
_WRAP_WIDTH = 60  # characters; a shorter line without a full stop is a title or a caption


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a normalized text as ordered spans without edge spaces.

    Together they cover every character that is not white space. A line break ends a sentence, unless the
    line is long, ends in no terminal punctuation and the next one goes on in lower case (hard-wrapped text).
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
    """Lines, with the lines of hard-wrapped text joined."""
    spans: list[tuple[int, int]] = []
    at = 0
    joins = False
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        if joins and line.lstrip()[:1].islower():
            spans[-1] = (spans[-1][0], start + len(line))
        else:
            spans.append((start, start + len(line)))
        joins = len(line) >= _WRAP_WIDTH and not _TERMINAL.search(line.rstrip())
    return spans


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    following = match["next"]
    if not (following.isupper() or following.isdigit()):
        return False
    if match["mark"] != ".":
        return True
    before = _WORD_BEFORE.search(text, begin, match.start())
    word = before.group() if before else ""
    if not word:
        return True
    if _is_abbreviation(word):
        return False
    if _NUMBER.fullmatch(word):
        # "1. Việt Nam" numbers an item, "24. 10" is a date with spaces.
        return bool(text[begin : match.start()].strip() != word) and not following.isdigit()
    return True


def _is_abbreviation(word: str) -> bool:
    """Whether ``word``, without its last full stop, is an initial or a known short form."""
    if word.casefold() in _ABBREVIATIONS:
        return True
    last = word.rpartition(".")[2] if "." in word else word.rpartition("-")[2]
    return (len(last) == 1 and last.isupper()) or last.casefold() in _ABBREVIATIONS
