"""Places of a marked article that may have been missed: a list to go through, with false alarms in it.

Looked for are capitalised names, dates, ranks, and bodies with a country, where no entity stands. Places that
the annotator dropped on purpose are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from hoptac.annotations import missed_words as lexicon
from hoptac.annotations.surfaces import FoldedText, fold
from hoptac.article import Article, Span

KINDS = ("name", "date", "rank", "body")

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_DATES = re.compile(
    r"(?:(?:rạng\s)?(?:sáng|trưa|chiều|tối|đêm)\s)?"
    r"(?:\b(?:ngày|hôm|mùng|mồng)\s\d{1,2}(?:\s?[-/.]\s?\d{1,2}(?:\s?[-/.]\s?\d{4})?|\stháng\s\d{1,2})?"
    r"(?:[,\s]+năm\s\d{4})?"
    r"|\b\d{1,2}\s?[-/]\s?\d{1,2}(?:\s?[-/]\s?\d{4})?(?![\d%/-])"
    r"|\b(?:đầu |giữa |cuối )?tháng\s(?:\d{1,2}|giêng|chạp)(?:\s?[-/]\s?\d{4}|\snăm\s\d{4})?"
    r"|\b(?:đầu |giữa |cuối )?năm\s\d{4}"
    r"|\bquý\s(?:[IVX]+|\d)(?:\s?[-/]\s?\d{4})?"
    r"|\bgiai đoạn\s\d{4}"
    r"|\bthứ\s(?:hai|ba|tư|năm|sáu|bảy)\b|\bchủ nhật\b"
    r"|\b(?:19|20)\d{2}\b)",
    re.IGNORECASE,
)
_ENDS_SENTENCE = frozenset(".!?…:\n")
_BESIDE = frozenset("\"'“”‘’«»()[]-–—•* ")


@dataclass(frozen=True, slots=True)
class Hint:
    """A surface that may have been missed, with every unmarked place of it; ``kind`` is one of ``KINDS``."""

    kind: str
    surface: str
    places: tuple[Span, ...]


def missed(article: Article, dropped: Iterable[Span] = ()) -> list[Hint]:
    """Hints by kind and first place; ``dropped`` are places that are known to be no entity."""
    folded = fold(article.text)
    taken = [(mark.start, mark.end) for mark in article.entities]
    silent = [(span.start, span.end) for span in (*article.furniture, *dropped)]
    # An exercise's own name is evidence and no entity.
    silent += [(mark.start, mark.end) for mark in article.evidence if article.text[mark.start].isupper()]
    found: dict[tuple[str, str], list[Span]] = {}
    seen: list[tuple[int, int]] = []
    for kind, start, end in _candidates(folded):
        place = folded.raw(start, end)
        if kind == "body":
            # A body whose country was left outside its mark is worth a look too.
            covered = any(left <= place.start and place.end <= right for left, right in taken)
        else:
            covered = _touches(place, taken)
        if covered or _touches(place, silent) or _touches(place, seen):
            continue
        seen.append((place.start, place.end))
        found.setdefault((kind, folded.text[start:end]), []).append(place)
    hints = [Hint(kind, surface, tuple(places)) for (kind, surface), places in found.items()]
    return sorted(hints, key=lambda hint: (KINDS.index(hint.kind), hint.places[0]))


def _candidates(folded: FoldedText) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end in the folded text; the surest kinds first."""
    for kind, pattern in (("rank", _ranks()), ("body", _bodies()), ("date", _DATES)):
        for match in pattern.finditer(folded.text):
            yield kind, match.start(), match.end()
    for start, end in _names(folded.text):
        yield "name", start, end


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that are not a sentence's first word, a post, or a known place."""
    known = _known()
    run: list[re.Match[str]] = []
    at = 0
    for word in _WORD.finditer(text):
        if word.start() < at:
            continue
        match = known.match(text, word.start()) if word.group()[0].isupper() else None
        # "Anh" alone is a country, in "Vũ Anh" or "Anh Thư" a name.
        if match and (" " in match.group() or not _has_capital_beside(text, run, match.end())):
            yield from _name(text, run)
            run, at = [], match.end()
        elif not word.group()[0].isupper():
            yield from _name(text, run)
            run = []
        elif run and text[run[-1].end() : word.start()] in (" ", "-", " - ", "."):
            run.append(word)
        else:
            yield from _name(text, run)
            run = [word]
    yield from _name(text, run)


def _has_capital_beside(text: str, run: list[re.Match[str]], end: int) -> bool:
    after = text[end : end + 2]
    return (len(after) == 2 and after[0] == " " and after[1].isupper()) or (
        bool(run) and text[run[-1].end()] == " "
    )


def _name(text: str, run: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    if not run:
        return
    first = run[0].group()
    opens = _begins_sentence(text, run[0].start())
    is_short_form = len(first) > 1 and first.isupper()
    # A letter by itself, and the model of a weapon ("Su-30"), are no name.
    is_code = len(run) == 1 and (len(first) == 1 or re.match(r"-?\d", text[run[0].end() :]) is not None)
    if (len(run) > 1 or not opens or is_short_form) and not is_code:
        yield run[0].start(), run[-1].end()


def _begins_sentence(text: str, start: int) -> bool:
    before = start - 1
    while before >= 0 and text[before] in _BESIDE:
        before -= 1
    return before < 0 or text[before] in _ENDS_SENTENCE


def _touches(place: Span, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < place.end and place.start < end for start, end in spans)


@cache
def _known() -> re.Pattern[str]:
    words = (*lexicon.COUNTRIES, *lexicon.PLACES, *lexicon.POSTS)
    return re.compile(rf"(?:{_any(words)})(?!\w)", re.IGNORECASE)


@cache
def _ranks() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_any(lexicon.RANKS)})(?!\w)", re.IGNORECASE)


@cache
def _bodies() -> re.Pattern[str]:
    body, country = _any(lexicon.BODIES), _any(lexicon.COUNTRIES)
    return re.compile(rf"(?<!\w)(?:{body})\s(?:của\s|nước\s)?(?:{country})(?!\w)", re.IGNORECASE)


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
