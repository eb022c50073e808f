"""The form of a marked phrase: no space, closing punctuation or enclosing pair at its edges."""

from __future__ import annotations

import unicodedata

_PUNCTUATION = frozenset(".,;:!?…")
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "‘": "’", "«": "»", '"': '"', "'": "'"}


def phrase_errors(text: str, start: int, end: int) -> list[str]:
    """What is wrong with the edges of ``text[start:end]``, one short sentence each."""
    phrase = text[start:end]
    errors = []
    if _is_space(phrase[0]) or _is_space(phrase[-1]):
        errors.append("space at the edge")
    if phrase[0] in _PUNCTUATION or phrase[-1] in _PUNCTUATION:
        errors.append("punctuation at the edge")
    if any(_encloses(phrase, opening, closing) for opening, closing in _PAIRS.items()):
        errors.append("quotation mark or bracket around the phrase, or at its edge without its partner")
    if any(at < len(text) and unicodedata.combining(text[at]) for at in (start, end)):
        errors.append("edge between a letter and its combining mark")
    return errors


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """``start`` and ``end`` moved inwards until the phrase's edges are as `phrase_errors` wants them.

    A phrase of which nothing would be left stays as it is.
    """
    first, last = start, end
    while first < last:
        phrase = text[first:last]
        if _loose(phrase[0]) or any(
            _encloses(phrase, *pair) and phrase[0] in pair for pair in _PAIRS.items()
        ):
            first += 1
        elif _loose(phrase[-1]) or any(_encloses(phrase, *pair) for pair in _PAIRS.items()):
            last -= 1
        else:
            return first, last
    return start, end


def _loose(character: str) -> bool:
    return character in _PUNCTUATION or _is_space(character)


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"


def _encloses(phrase: str, opening: str, closing: str) -> bool:
    """Whether the first or last character is a mark whose partner is at the other edge or not inside."""
    if phrase[0] in (opening, closing):
        partner = _partner(phrase, opening, closing) if phrase[0] == opening else -1
        if partner in (-1, len(phrase) - 1):
            return True
    if phrase[-1] in (opening, closing):
        # Read from the other end, a closing mark opens.
        partner = _partner(phrase[::-1], closing, opening) if phrase[-1] == closing else -1
        return partner == -1
    return False


def _partner(phrase: str, opening: str, closing: str) -> int:
    """Index of the mark that closes the one at 0, or -1."""
    depth = 0
    for index, character in enumerate(phrase):
        if character == closing and index:
            depth -= 1
            if depth == 0:
                return index
        elif character == opening:
            depth += 1
    return -1
