"""Where a word segmenter has joined too much: rules on letter case, punctuation and a word list.

A statistical segmenter glues names to the words around them (``Tô Lâm bày tỏ``, ``Reuters dẫn``). A label can
change only where a word or subword does, so such joins are undone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

# Words of the domain that general word lists lack.
_DOMAIN_WORDS = frozenset(
    [
        "liên hợp quốc",
        "liên hiệp quốc",
        "bản ghi nhớ",
        "ý định thư",
        "phó tư lệnh",
        "thuỷ đạc",
        "người dân",
        "châu á",
        "châu âu",
        "châu phi",
        "châu mỹ",
        "châu úc",
    ]
)
# A syllable without its tone and vowel marks.
_SYLLABLE = re.compile(
    r"(?:b|ch?|d|đ|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x)?[aeiouy]{1,3}(?:ch?|m|ng?|nh|p|t)?"
)
_MARKS = re.compile("[\u0300-\u036f]")


def split_join(tokens: Sequence[str], lexicon: Collection[str]) -> list[int]:
    """Sizes, in tokens, of the words that the tokens of one joined word really are.

    ``lexicon`` holds words in lower case with single spaces between their syllables. What it does not hold
    as a whole is cut by these rules:

    - Numbers and punctuation stand alone.
    - A word does not go from a small letter to a capital (``Đại tá | Vi``), nor a name from a Vietnamese
      syllable to a foreign part (``Mỹ | Mattis``; Korean ``Kim Jong-un`` is one name).
    - A join that goes from capitals to small letters begins with a known word (``Liên hợp quốc | nhắc``), or
      ends with one (``Bộ | Tư pháp``), or is cut where the case changes (``Phùng Quang Thanh | đón``).
    """
    if _is_word(tokens, lexicon):
        return [len(tokens)]
    sizes: list[int] = []
    start = 0
    for i in range(1, len(tokens) + 1):
        if i == len(tokens) or _stand_apart(tokens[i - 1], tokens[i]):
            sizes += _cut(tokens[start:i], lexicon)
            start = i
    return sizes


def _stand_apart(before: str, after: str) -> bool:
    if not before[0].isalpha() or not after[0].isalpha():
        return True
    if not after[0].isupper():
        return False
    return before[0].islower() or (_is_syllable(before) and "-" not in after and not _is_syllable(after))


def _is_syllable(token: str) -> bool:
    """Whether a Vietnamese word could hold ``token``."""
    return bool(_SYLLABLE.fullmatch(_MARKS.sub("", unicodedata.normalize("NFD", token)).lower()))


def _cut(tokens: Sequence[str], lexicon: Collection[str]) -> list[int]:
    """The words of tokens that go at most once from capitals to small letters."""
    size = len(tokens)
    capitals = next((i for i, token in enumerate(tokens) if not token[0].isupper()), size)
    if size == 1 or capitals in (0, size) or _is_word(tokens, lexicon):
        return [size]
    for end in range(size - 1, 1, -1):
        if _is_word(tokens[:end], lexicon):
            return [end, *_cut(tokens[end:], lexicon)]
    at = capitals - 1 if capitals > 1 and _is_word(tokens[capitals - 1 :], lexicon) else capitals
    return [at, size - at]


def _is_word(tokens: Sequence[str], lexicon: Collection[str]) -> bool:
    word = " ".join(tokens).lower()
    return word in _DOMAIN_WORDS or word in lexicon
