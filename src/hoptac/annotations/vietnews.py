"""From a word-segmented file (``.seg``) of the public data set vietnews to plain text.

The data set (https://github.com/ThanhChinhBK/vietnews) joins the syllables of a word with ``_`` and stands
punctuation apart. The rule below is the one by which the annotated texts were made; it is fixed, as the
marks' offsets and the texts' hashes depend on every character of it.
"""

from __future__ import annotations

import re

_BEFORE_CLOSING = re.compile(r" +(?=[,.;:!?%)\]}”’…])")
_AFTER_OPENING = re.compile(r"(?<=[(\[{“‘]) +")
_QUOTE_THEN_CLOSING = re.compile(r'(?<=") +(?=[,.;:!?)\]])')
_OPENING_THEN_QUOTE = re.compile(r'(?<=[(\[]) +(?=")')
_POSSESSIVE = re.compile(r" ' s\b")
_SPACES = re.compile(r" +")


def plain_text(segmented: str) -> str:
    """The plain text of a ``.seg`` file: its lines joined, trimmed, with one newline at the end."""
    return "\n".join(plain_line(line) for line in segmented.split("\n")).strip() + "\n"


def plain_line(segmented: str) -> str:
    """The plain text of one line, without white space at its ends."""
    line = segmented.replace("_", " ")
    line = _BEFORE_CLOSING.sub("", line)
    line = _AFTER_OPENING.sub("", line)
    line = _pair_quotes(line)
    line = _QUOTE_THEN_CLOSING.sub("", line)
    line = _OPENING_THEN_QUOTE.sub("", line)
    line = _POSSESSIVE.sub("'s", line).replace(" / ", "/")
    return _SPACES.sub(" ", line).strip(" ")


def _pair_quotes(line: str) -> str:
    """Straight quotes open and close in turn: one space outside each, none inside."""
    first, *rest = line.split('"')
    parts = [first.rstrip(" ")]
    for index, after in enumerate(rest):
        is_opening = index % 2 == 0
        if is_opening:
            parts.append(' "' if parts[-1] else '"')
        else:
            parts.append('" ')
        parts.append(after.strip(" "))
    return "".join(parts)
