"""Where a surface, typed by hand, occurs in a text, whatever way the two are encoded.

A text is folded for the search: letters composed (NFC), white space within a line one plain space, invisible
characters left out. Every place found is a span of the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from hoptac.article import Span


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text; its character ``i`` stands for ``starts[i]`` up to ``ends[i]`` of the text as it is."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def raw(self, start: int, end: int) -> Span:
        """The span of the text as it is for ``start`` up to ``end`` of the folded one."""
        return Span(self.starts[start], self.ends[end - 1])


def fold(text: str) -> FoldedText:
    """The text folded for a search, with the way back."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        start, at = at, at + 1
        while at < len(text) and unicodedata.combining(text[at]):
            at += 1
        char = text[start]
        if char == "\n":
            piece = "\n"
        elif char.isspace():
            if characters and characters[-1] == " ":
                ends[-1] = at
                continue
            piece = " "
        elif unicodedata.category(char) == "Cf":
            continue
        else:
            piece = unicodedata.normalize("NFC", text[start:at])
        characters += piece
        starts += [start] * len(piece)
        ends += [at] * len(piece)
    return FoldedText("".join(characters), tuple(starts), tuple(ends))


def occurrences(text: FoldedText, surface: str, glued: bool = False) -> list[Span]:
    """Every place of ``surface`` in order: as whole words, or, ``glued``, with letters beside it too."""
    wanted = re.escape(fold(surface).text.strip())
    if not wanted:
        return []
    # Never between a letter and a mark that no composed letter has.
    pattern = (wanted if glued else rf"(?<!\w){wanted}(?!\w)") + r"(?![\u0300-\u036f])"
    return [text.raw(*match.span()) for match in re.finditer(pattern, text.text)]


def alike(text: FoldedText, surface: str) -> str | None:
    """Words of the folded text that differ from ``surface`` in case, accents or tone marks only, or None."""
    wanted = _bare(fold(surface).text.strip())
    match = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", _bare(text.text)) if wanted else None
    return text.text[match.start() : match.end()] if match else None


def _bare(text: str) -> str:
    """Small letters without accents, one for each character."""
    bare = (unicodedata.normalize("NFD", char.lower())[0] for char in text)
    return "".join(bare).replace("đ", "d")
