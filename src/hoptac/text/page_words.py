"""Comparing lines with the page lexicon: words without case, tone marks and punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hoptac.text import page_lexicon as lexicon

# Tone marks only (grave, acute, tilde, hook, dot below): `hòa` and `hoà` become one, `ê` and `e` stay two.
_TONES_AND_INVISIBLE = re.compile("[\u0300\u0301\u0303\u0309\u0323\u00ad\u200b-\u200f\u2060\ufeff]")
_FILE = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|mp4)\b|\b(?:img|dsc)_\d+\b")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_WORD = re.compile(r"\[(?:file|link)\]|[★☆⭐]+|\d[\d.,:]*|[^\W\d_]+")

# A capital letter of Vietnamese or another Latin alphabet: their code points do not form ranges.
CAPITAL = (
    "["
    + "".join(chr(code) for code in (*range(0x41, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isupper())
    + "]"
)

WEAK = ""


def fold(text: str) -> str:
    """Lower case, composed, without tone marks and invisible characters: `Tòa soạn` -> `toa soan`."""
    bare = _TONES_AND_INVISIBLE.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).casefold()


def words(folded: str) -> tuple[str, ...]:
    """The words of a folded text; numbers and clock times are ``#``, stars ``★``, file names ``[file]``."""
    if "." in folded or "_" in folded:
        folded = _LINK.sub(" [link] ", _FILE.sub(" [file] ", folded))
    return tuple(_plain(word) for word in _WORD.findall(folded))


def _plain(word: str) -> str:
    if word[0] in "★☆⭐":
        return "★"
    return "#" if word[0].isdecimal() else word


def phrase_words(phrase: str) -> tuple[str, ...]:
    """The words of a phrase of the lexicon, where ``#`` is written for a number."""
    return words(fold(phrase).replace("#", "0"))


@dataclass(frozen=True, slots=True)
class Cover:
    """How many words of a line belong to phrases of each kind; ``unknown`` belong to none."""

    total: int
    unknown: int
    sections: int
    dates: int
    widgets: dict[str, int]

    @property
    def reason(self) -> str | None:
        """The kind of widget most words belong to."""
        return max(self.widgets, key=lambda name: self.widgets[name]) if self.widgets else None


_SECTION, _DATE = "section", "date"


def _phrase_table() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    kinds: dict[tuple[str, ...], str] = {}
    for kind, phrases in (
        (WEAK, lexicon.FILLERS),
        (_DATE, lexicon.DATES),
        (_SECTION, lexicon.SECTIONS),
        *lexicon.WIDGETS.items(),
    ):
        kinds.update((phrase_words(phrase), kind) for phrase in phrases)
    # A bare number is a filler whatever list holds it.
    kinds[("#",)] = WEAK
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, kind in sorted(kinds.items(), key=lambda item: -len(item[0])):
        table.setdefault(phrase[0], []).append((phrase, kind))
    return table


_PHRASES = _phrase_table()
# The words of all phrases.
FAMILIAR = frozenset(word for phrases in _PHRASES.values() for phrase, _ in phrases for word in phrase)
_UNKNOWN: tuple[tuple[str, ...], str | None] = (("",), None)


def cover(line: tuple[str, ...]) -> Cover:
    """Read the words of a line from left to right, each time as the longest phrase that fits."""
    at, unknown, sections, dates = 0, 0, 0, 0
    widgets: dict[str, int] = {}
    while at < len(line):
        starting = _PHRASES.get(line[at], ())
        phrase, kind = next(
            (entry for entry in starting if line[at : at + len(entry[0])] == entry[0]), _UNKNOWN
        )
        at += len(phrase)
        if kind is None:
            unknown += 1
            continue
        if kind == _SECTION:
            sections += len(phrase)
        elif kind == _DATE:
            dates += len(phrase)
        elif kind != WEAK:
            widgets[kind] = widgets.get(kind, 0) + len(phrase)
    return Cover(len(line), unknown, sections, dates, widgets)


def phrase_set(phrases: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Phrases of the lexicon as their words, to look a whole line up."""
    return frozenset(phrase_words(phrase) for phrase in phrases)


def beginning(phrases: Iterable[str], after: str) -> re.Pattern[str]:
    """A pattern for a folded line that begins with one of the phrases, followed by ``after``."""
    # Words of a phrase may be parted by any punctuation ("tin, bài khác").
    parts = sorted(
        {r"[\W_]+".join(map(_escape, phrase_words(phrase))) for phrase in phrases}, key=len, reverse=True
    )
    return re.compile(rf"[\W_]*(?:{'|'.join(parts)})(?!\w){after}")


def _escape(word: str) -> str:
    return r"\d[\d.,:]*" if word == "#" else re.escape(word)
