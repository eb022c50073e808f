"""One line of a page by itself: what it looks like, and whether its own words say that it is furniture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from hoptac.text import page_lexicon as lexicon
from hoptac.text.page_words import CAPITAL, FAMILIAR, beginning, cover, fold, phrase_set, words

# Longer lines are read by their beginning only: furniture is short, and a page may be one line.
_LONGEST_BAR = 600
_LONGEST_TEASER = 300
_LOOK = 120
_MOST_WORDS = 60
# Words of an entry in a menu.
_LONGEST_ITEM = 8
_LONGEST_PATH = 24


class Shape(Enum):
    """What a line looks like."""

    BODY = "a paragraph or a full sentence"
    CAPTION = "a picture's caption or credit"
    BYLINE = "who wrote it"
    SHORT = "a title, a heading, an entry of a list, anything else"


class Box(Enum):
    """What a line announces: titles, comments or an advertisement under it; a title after it on the line and
    perhaps more under it (``TEASER``); nothing, but that it is the title of something else (``TITLE``)."""

    RELATED = "related"
    COMMENTS = "comment"
    AD = "ad"
    TEASER = "teaser"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Look:
    """A line seen by itself.

    ``reason`` is set where its own words make it furniture, ``box`` where lines under it may follow it.
    ``date``, ``section``, ``site``, ``menu`` and ``footer`` say what it would be above or below the article.
    """

    shape: Shape
    reason: str | None = None
    box: Box | None = None
    date: bool = False
    section: bool = False
    site: bool = False
    menu: bool = False
    footer: bool = False


_TERMINAL = re.compile(r"[.!?…:;]['\"”’»)\]]*\s*$")
_FULL_STOP = re.compile(r"\.(?:/\.)?['\"”’»)\]]*\s*$")
_BREAK = re.compile(rf"[^\s.][.!?]['\"”’)]* {CAPITAL}")
_CAPTION = re.compile(
    r"(?:(?<!chùm )ảnh|nguồn|đồ hoạ|đồ họa|photo|video|clip)[^:.\n]{0,20}:\s*\S[^\n]{0,70}$", re.I
)
_SPEAKER = re.compile(r"\s*(?:pv|hỏi|đáp|phóng viên|nhà báo)\s*:", re.I)
_CREDIT = re.compile(
    r"\(?(?i:tin|bài|ảnh|bài viết|thực hiện|theo|nguồn|tổng hợp|biên dịch|tác giả|pv|ctv|phóng viên"
    r"|ghi chép của)"
    rf"(?i:\s*(?:,|và|&|-)\s*ảnh)?\s*(?::|\s{CAPITAL})"
)
_PROPER = rf"{CAPITAL}[\w'’.]*"
_NAME = re.compile(
    rf"\(?{_PROPER}(?:(?:\s+|\s*[-–,&/]\s*|\s+và\s+){_PROPER}){{0,9}}\)?(?:\s*\([^()]{{2,40}}\))?\.?"
)
_IMAGE = re.compile(r"(?:!\[[^\]]*\](?:\([^)]*\))?[\s|\\]*)+")
_PLACEHOLDER = re.compile(r"\[\s*(?:hình ảnh|ảnh|image|photo|video|img|logo|slide)\b[^\]]{0,60}\]\s*", re.I)
_HASHTAGS = re.compile(r"(?:chủ đề\s*:\s*)?#\s?\w[^#]*(?:\s#\s?\w[^#]*)+|#\w+", re.I)
_LINK = re.compile(r"\W*(?:https?://|www\.)\S+\W*")
_SOURCE_LINK = re.compile(r"(?:nguồn|link|theo|xem)\b[^\n]{0,80}\shttps?://\S+", re.I)
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,4}", re.I)
_SEPARATOR = re.compile(r"\s*[|•·»›‹▸▾►◄▶→←˅☰⌂>]+\s*|\s—\s|\s{2,}|\s/\s")
_PATH = re.compile(r"\S\s*[»›>▸→]+\s*\S")
_MARKS = ("|", "•", "·", "»", "›", "▸", "▾", "→", "˅", ">", "[", "  ", "\t", " / ", " — ")
_ARROWS = re.compile(r"(?:>\s?>|»|▸|►|▶|⏵|📌|🔥|👉|☞|➤|=>)[\s>]*\S")
_STRONG_ARROWS = re.compile(r">\s?>|📌|🔥|👉")
_TAGGED = re.compile(r"\[(?:video|ảnh|clip|infographic|podcast|e-?magazine|photo|quảng cáo)\]\s+\S", re.I)
_PREVIOUS_NEXT = re.compile(r"[←◄«].*|.*[→►]")
_AGGREGATED = re.compile(r"·\s*\d+\s*(?:phút|giờ|ngày|tuần)(?:\s+trước)?")
_FULL_DATE = re.compile(r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{4}|tháng\s", re.I)
_CLOCK = re.compile(r"\d{1,2}[:h]\d{2}|gmt", re.I)
_COPYRIGHT = re.compile(r"\W*(?:©|\(c\)\s|copyright\b)", re.I)
_LEADS_ON = re.compile(
    rf"(?i:xem thêm|đọc thêm|xem chi tiết|xem tiếp)\s+[\"“'‘]?{CAPITAL}|(?i:xem toàn văn)\b"
)
_INVITES = re.compile(r"\W*mời (?:bạn đọc|độc giả|quý vị|các bạn)[^.]{0,40}\b(?:xem|theo dõi|đón)\b", re.I)

_RELATED = (
    *lexicon.RELATED,
    *(f"{more}{kind} {relation}" for more in ("", "các ", "những ") for kind in lexicon.RELATED_KINDS
      for relation in lexicon.RELATED_RELATIONS),
)  # fmt: skip
_HEADINGS = {
    **dict.fromkeys(phrase_set(_RELATED), Box.RELATED),
    **dict.fromkeys(phrase_set(lexicon.COMMENTS), Box.COMMENTS),
    **dict.fromkeys(phrase_set(lexicon.ADS), Box.AD),
}
_POINTING = beginning(_RELATED, r"\s*(?:\(\d+\)\s*)?([:>»›–—])")
_POINTERS = re.compile(r"[:>»›–—]")
_COMMENT = beginning(lexicon.COMMENTS, r"\s*\(\d+\)\s*:")
_LABELLED = [(reason, beginning(labels, r"\s*[:»>›]")) for reason, labels in lexicon.LABELS.items()]
_IMPRINT = beginning(lexicon.FOOTER, "")
_IMPRINT_LABEL = beginning(lexicon.FOOTER, r"\s*:")
_IMPRINT_ANYWHERE = beginning(lexicon.FOOTER_ANYWHERE, "")
_SITE = beginning(lexicon.SITES, "")
_SITE_MARK = re.compile("|".join(re.escape(fold(mark)) for mark in lexicon.SITE_MARKS))


def look(line: str) -> Look:
    """What one line (composed, NFC) is by itself; only the first characters of a long one are read."""
    line = line.strip()
    shape = shape_of(line)
    if len(line) > _LONGEST_BAR or (len(line) > _LOOK and not _parted(line)):
        # A paragraph: only a label at its beginning could tell otherwise.
        return _by_first_words(line, fold(line[:_LOOK]), shape) or Look(shape)
    if reason := _by_form(line):
        return Look(Shape.SHORT, reason)
    folded = fold(line)
    tokens = words(folded)
    if not tokens:
        return Look(Shape.SHORT, "image" if "[]" in line else None)
    if box := _HEADINGS.get(tokens):
        return Look(Shape.SHORT, box.value, box)
    if found := _by_first_words(line, folded, shape):
        return found
    in_full = len(tokens) <= _MOST_WORDS and shape is not Shape.CAPTION
    if in_full and (found := _by_all_words(line, folded, tokens)):
        return found
    teaser = bool(_TAGGED.match(line)) or (folded.startswith("infographic:") and not _FULL_STOP.search(line))
    site = shape is not Shape.BODY and (
        bool(_DOMAIN.fullmatch(line))
        or bool(_SITE.match(folded) and (line.isupper() or _SITE_MARK.search(folded)))
    )
    footer = bool((_IMPRINT_LABEL if shape is Shape.BODY else _IMPRINT).match(folded))
    return Look(shape, None, Box.TITLE if teaser else None, site=site, footer=footer)


def shape_of(line: str) -> Shape:
    """What a stripped line looks like, by its length, its capitals and its last characters."""
    end, length = line[-100:], len(line)
    if _SPEAKER.match(line):
        return Shape.BODY
    if length < 90 and (_NAME.fullmatch(line) or (_CREDIT.match(line) and not _BREAK.search(line))):
        return Shape.BYLINE
    if length < 600 and ":" in end and _CAPTION.search(end):
        return Shape.CAPTION
    if length >= 250 or (length >= 40 and _FULL_STOP.search(end)):
        return Shape.BODY
    if length >= 100 and (_TERMINAL.search(end) or _BREAK.search(line)):
        return Shape.BODY
    return Shape.SHORT


def _parted(line: str) -> bool:
    """Whether a line has the marks that part the entries of menus and bars."""
    return any(mark in line for mark in _MARKS)


def _by_form(line: str) -> str | None:
    """Furniture by its characters: pictures, links, hashtags."""
    if line.startswith("![") and _IMAGE.fullmatch(line):
        return "image"
    if line.startswith("[") and _PLACEHOLDER.fullmatch(line):
        return "image"
    if "#" in line and _HASHTAGS.fullmatch(line):
        return "tags"
    if ("://" in line or "www." in line) and (_LINK.fullmatch(line) or _SOURCE_LINK.fullmatch(line)):
        return "link"
    return None


def _by_first_words(line: str, folded: str, shape: Shape) -> Look | None:
    """Teasers, tags, imprints: lines whose first words tell, whatever follows."""
    if _COPYRIGHT.match(line) or _IMPRINT_ANYWHERE.match(folded):
        return Look(Shape.SHORT, "footer", footer=True)
    for reason, label in _LABELLED:
        if label.match(folded):
            return Look(Shape.SHORT, reason)
    if _COMMENT.match(folded):
        return Look(Shape.SHORT, "comment")
    if len(line) > _LONGEST_TEASER:
        return None
    if _POINTERS.search(folded) and (pointing := _POINTING.match(folded)):
        # A colon may open a list of titles, an arrow points to one.
        return Look(Shape.SHORT, "teaser", Box.TEASER if pointing[1] == ":" else None)
    if _INVITES.match(line):
        return Look(Shape.SHORT, "teaser")
    sentence = _FULL_STOP.search(line) is not None
    if not sentence and _LEADS_ON.match(line):
        return Look(Shape.SHORT, "teaser")
    if _ARROWS.match(line) and (_STRONG_ARROWS.match(line) or not _TERMINAL.search(line)):
        return Look(Shape.SHORT, "teaser")
    if shape is Shape.SHORT and (_PREVIOUS_NEXT.fullmatch(line) or _AGGREGATED.search(line[-24:])):
        return Look(Shape.SHORT, "related")
    return None


def _by_all_words(line: str, folded: str, tokens: tuple[str, ...]) -> Look | None:
    """Bars of buttons, menus and dates: lines that the lexicon covers, whole or segment by segment."""
    unfamiliar = sum(word not in FAMILIAR for word in tokens)
    if unfamiliar * 3 > len(tokens) and not _parted(line):
        return None
    covered = cover(tokens)
    parts = [part for part in _SEPARATOR.split(line) if part]
    dated, timed = bool(_FULL_DATE.search(line)), bool(_CLOCK.search(line))
    if not covered.unknown:
        if covered.widgets:
            return Look(Shape.SHORT, covered.reason)
        if covered.sections:
            several = len(parts) > 1
            return Look(Shape.SHORT, "menu" if several else None, section=True, menu=several)
        if timed and not dated and not covered.dates:
            return Look(Shape.SHORT, "player")
        return Look(Shape.SHORT, date=True) if dated or timed else None
    if tokens.count("[file]") > 1:
        return Look(Shape.SHORT, "image")
    if _FULL_STOP.search(line):
        return None
    in_widgets = sum(covered.widgets.values())
    if covered.unknown * 4 <= covered.total and in_widgets * 2 >= covered.total:
        return Look(Shape.SHORT, covered.reason)
    if covered.unknown * 3 <= covered.total and covered.dates and dated and timed:
        return Look(Shape.SHORT, date=True)
    if len(parts) > 1 and _PATH.search(line):
        # Where on the site the article stands; elsewhere only when it begins at the home page.
        from_home = not cover(words(fold(parts[0]))).unknown and len(tokens) <= _LONGEST_PATH
        if from_home or all(len(part.split()) <= _LONGEST_ITEM for part in parts):
            return Look(Shape.SHORT, "menu" if covered.widgets.get("menu") and from_home else None, menu=True)
    if len(parts) < 2 or not all(
        len(part.split()) <= _LONGEST_ITEM and part[-1] not in ".;?!" for part in parts
    ):
        return None
    known = sum(not cover(words(fold(part))).unknown for part in parts)
    if len(parts) > 2 and known * 2 >= len(parts) and (covered.widgets or covered.sections or covered.dates):
        return Look(Shape.SHORT, covered.reason or "menu", menu=bool(covered.sections))
    # A row of a timetable has numbers, a menu whose words the lexicon lacks has none.
    familiar = bool(covered.widgets or covered.sections)
    if _parted(line) and ((known and familiar) or (len(parts) > 2 and (familiar or "#" not in tokens))):
        return Look(Shape.SHORT, menu=True)
    return None
