"""Page furniture: which lines of a scraped page are its article, and which are menus or other articles.

A line is dropped for what it says itself (:mod:`hoptac.text.page_lines`) or for where it stands: the site's
name above the title, the titles under `Tin liên quan`, what follows the imprint. When in doubt a line is
kept: a dropped paragraph loses its names, a kept menu costs little.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from hoptac.article import Span
from hoptac.text.page_html import extract_html, looks_like_html
from hoptac.text.page_lines import Box, Shape, look
from hoptac.text.page_words import CAPITAL

__all__ = ["Line", "Page", "extract_html", "looks_like_html", "read_page"]


@dataclass(frozen=True, slots=True)
class Line:
    """Characters ``start`` up to ``end`` of a page's text: a line without its break.

    ``reason`` is why it is no part of the article (``menu``, ``site``, ``date``, ``share``, ``player``,
    ``rating``, ``image``, ``tags``, ``link``, ``comment``, ``subscribe``, ``cookie``, ``ad``, ``traffic``,
    ``teaser``, ``related``, ``other-article``, ``footer``), or None.
    """

    start: int
    end: int
    reason: str | None = None

    @property
    def kept(self) -> bool:
        """Whether the line belongs to the article."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text, line by line; lines without visible characters are left out.

    ``text`` is the text as given, or for HTML the text extracted from it: what all offsets refer to.
    """

    text: str
    lines: tuple[Line, ...]
    html: bool = False

    @property
    def kept(self) -> tuple[Span, ...]:
        """The article: runs of kept lines, with the breaks and empty lines between them."""
        runs: list[Span] = []
        joined = False
        for line in self.lines:
            if line.kept:
                runs.append(Span(runs.pop().start if joined else line.start, line.end))
            joined = line.kept
        return tuple(runs)

    @property
    def dropped(self) -> tuple[Line, ...]:
        """The lines that are furniture."""
        return tuple(line for line in self.lines if not line.kept)


_LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")


def read_page(text: str, *, keep_furniture: bool = False) -> Page:
    """Find the article in a scraped page, plain text or HTML.

    With ``keep_furniture`` every line is kept (an HTML page is still reduced to its text). A page that would
    lose every line is kept whole. Raises :class:`hoptac.errors.InputError` for HTML without an article.
    """
    html = looks_like_html(text)
    if html:
        text = extract_html(text)
    spans = [match.span() for match in _LINE.finditer(text)]
    if keep_furniture or len(spans) < 2:
        return Page(text, tuple(Line(*span) for span in spans), html)
    lines = [unicodedata.normalize("NFC", text[start:end]).strip() for start, end in spans]
    gaps = [False] + [text.count("\n", left[1], right[0]) > 1 for left, right in itertools.pairwise(spans)]
    reasons = _Reader(lines, gaps).reasons()
    if all(reasons):
        reasons = [None] * len(spans)
    return Page(text, tuple(Line(*span, reason) for span, reason in zip(spans, reasons, strict=True)), html)


_FIRST_OF_HEADER = 25
_SHORTEST_TITLE = 20
_LONGEST_ENTRY = 220
_LONGEST_HEADING = 45
_LONGEST_BOX = 40
_FLATTENED = range(120, 2000)
_END_MARK = re.compile(r"\./\.\W{0,3}$")
_NO_ENTRY_END = re.compile(r"(?<!\.)[.;:,]$")
_NUMBERED = re.compile(r"\s*(?:\d{1,2}[.)]|[-•*»▸+])\s*\S")
_SOURCE_DATELINE = re.compile(r"\s*\(([^()\n]{2,40})\)\s*[-–—]\s")
_CAPITALS = re.compile(rf"{CAPITAL}\w*(?: {CAPITAL}\w*)+")
_ENDS = '.!?…:;"”’)'
# Words after which a name goes on a sentence (`Thứ trưởng Bộ …`) rather than beginning a new title.
_NO_TITLE_END = re.compile(
    r"(?:và|của|với|do|tại|là|giữa|từ|đến|cho|để|cùng|thuộc|trong|về|theo|trưởng|phó|viên|đạo|diện|quan|đoàn)",
    re.I,
)


class _Reader:
    """The rules that see a page's lines together; ``_reason[i]`` is set once line ``i`` is furniture."""

    def __init__(self, lines: Sequence[str], gaps: Sequence[bool]) -> None:
        self._lines, self._gaps = lines, gaps
        self._looks = [look(line) for line in lines]
        self._reason: list[str | None] = [seen.reason for seen in self._looks]
        body = [i for i, seen in enumerate(self._looks) if seen.reason is None and seen.shape is Shape.BODY]
        # The first paragraph and the line after the last one part a page into header, article and tail.
        self._header_end = min(body[0], _FIRST_OF_HEADER) if body else 0
        while body and self._looks[body[-1]].footer:
            body.pop()
        self._body = body
        self._text = [i for i, seen in enumerate(self._looks) if seen.shape in (Shape.BODY, Shape.CAPTION)]
        self._tail_start = body[-1] + 1 if body else len(lines)

    def reasons(self) -> list[str | None]:
        self._header()
        self._tail_by_words()
        self._other_articles()
        self._boxes()
        self._flattened_titles()
        return self._reason

    def _kept(self, start: int, end: int) -> list[int]:
        return [i for i in range(start, end) if self._reason[i] is None]

    def _header(self) -> None:
        """Menus, date bars, rubrics and the site's name above the first paragraph."""
        end = self._header_end
        for i in range(end):
            seen = self._looks[i]
            if self._reason[i] is None and seen.menu:
                self._reason[i] = "menu"
            elif self._reason[i] is None and seen.date:
                self._reason[i] = "date"
        menus = [i for i in range(end) if self._looks[i].menu or self._reason[i] == "menu"]
        for i in self._kept(0, end):
            rest = [k for k in self._kept(i + 1, end) if self._may_be_title(k)]
            if not rest:
                break
            above_menu = (
                bool(menus) and i < menus[-1] and rest[-1] > menus[-1] and self._like_site(self._lines[i])
            )
            if self._looks[i].section:
                self._reason[i] = "menu"
            elif self._looks[i].site or above_menu:
                self._reason[i] = "site"

    def _may_be_title(self, i: int) -> bool:
        seen = self._looks[i]
        long_enough = len(self._lines[i].strip()) >= _SHORTEST_TITLE
        return long_enough and seen.shape in (Shape.SHORT, Shape.BYLINE) and not (seen.section or seen.site)

    @staticmethod
    def _like_site(line: str) -> bool:
        return len(line) <= 100 and (line.isupper() or len(line.split()) <= 6 or " — " in line or "|" in line)

    def _tail_by_words(self) -> None:
        """Imprint, menus and dates below the last paragraph; all that follows an imprint goes with it."""
        imprint = False
        for i in range(self._tail_start, len(self._lines)):
            seen = self._looks[i]
            if self._reason[i] is None:
                if seen.footer or (imprint and seen.shape is Shape.SHORT):
                    self._reason[i] = "footer"
                elif seen.menu or (seen.date and i > self._tail_start):
                    self._reason[i] = "menu" if seen.menu else "date"
            imprint = imprint or self._reason[i] == "footer"

    def _boxes(self) -> None:
        """Titles of other articles under a heading, an advertisement under its mark, readers' comments."""
        last = len(self._lines)
        i = 0
        while i < last:
            box = self._looks[i].box
            if box is None:
                i += 1
                continue
            if self._reason[i] is None:
                if i < self._header_end:
                    i += 1
                    continue
                self._reason[i] = Box.TEASER.value
            if box is Box.TITLE or not any(reason is None for reason in itertools.islice(self._reason, i)):
                # Above the title a box may be a tab of the menu: its entries are not told from the title.
                i += 1
            elif box is Box.AD:
                i = self._take_advertisement(i + 1)
            elif self._is_tail(i + 1):
                i = self._take_tail(i, box)
            elif box is Box.RELATED:
                i = self._take_list(i + 1)
            else:
                i += 1

    def _take_advertisement(self, i: int) -> int:
        alone = (
            i < len(self._lines) and not self._gaps[i] and (i + 1 == len(self._lines) or self._gaps[i + 1])
        )
        if alone and self._reason[i] is None and self._looks[i].shape is Shape.SHORT:
            self._reason[i] = "ad"
        return i

    def _is_tail(self, start: int) -> bool:
        """Whether the article is over: no paragraph or caption follows, or it has been signed."""
        while self._text and self._reason[self._text[-1]] is not None:
            self._text.pop()
        if not self._text or self._text[-1] < start:
            return True
        if len(self._body) < 2 or self._body[1] >= start:
            return False
        last = next(i for i in range(start - 1, -1, -1) if self._reason[i] is None)
        if self._looks[last].shape is Shape.BYLINE or _END_MARK.search(self._lines[last]):
            return True
        rest = self._kept(start, min(start + _LONGEST_BOX, len(self._lines)))
        return self._teasers_alternate(rest) and not self._same_story(self._kept(0, start), rest)

    def _teasers_alternate(self, rest: Sequence[int]) -> bool:
        """Title, paragraph, title, paragraph …: other articles with their leads."""
        shapes = [self._looks[i].shape is Shape.BODY for i in rest]
        pairs = sum(not first and second for first, second in zip(shapes[::2], shapes[1::2], strict=False))
        return pairs >= 2 and pairs == len(shapes) // 2

    def _same_story(self, before: Sequence[int], after: Sequence[int], source: str = "") -> bool:
        """Whether a fifth of the names in the later lines were named before, the ``source`` apart."""
        known = {name for i in before for name in _CAPITALS.findall(self._lines[i])}
        names = {name for i in after for name in _CAPITALS.findall(self._lines[i])} - {source}
        return not names or len(names & known) * 5 >= len(names)

    def _take_tail(self, start: int, box: Box) -> int:
        """All to the end, but for a byline the article still lacks."""
        signed = any(self._looks[k].shape is Shape.BYLINE for k in self._kept(self._header_end, start))
        for i in range(start + 1, len(self._lines)):
            if self._reason[i] is not None:
                continue
            shape = self._looks[i].shape
            if shape is Shape.BYLINE and not signed:
                signed = True
            elif box is not Box.TEASER or self._may_be_entry(i):
                self._reason[i] = Box.COMMENTS.value if box is Box.COMMENTS else Box.RELATED.value
        return len(self._lines)

    def _may_be_entry(self, i: int) -> bool:
        line = self._lines[i]
        return (
            self._looks[i].shape is Shape.SHORT
            and len(line) <= _LONGEST_ENTRY
            and not _NO_ENTRY_END.search(line)
        )

    def _take_list(self, start: int) -> int:
        """The titles under a heading in the middle of an article, up to the line that is none of them."""
        entries: list[int] = []
        i = start
        while i < len(self._lines):
            if self._reason[i] is not None:
                break
            if not self._may_be_entry(i) and not (entries == [] and self._looks[i].box):
                break
            if self._ends_list(entries, i):
                break
            entries.append(i)
            i += 1
        parted = i < len(self._lines) and self._gaps[i] and not any(self._gaps[k] for k in entries[1:])
        if len(entries) > 1 and not parted and self._heads_what_follows(entries):
            entries.pop()
        for k in entries:
            self._reason[k] = Box.RELATED.value
        return (entries[-1] if entries else start - 1) + 1

    def _ends_list(self, entries: Sequence[int], i: int) -> bool:
        """Whether an empty line before line ``i`` ends a list that had none between its entries."""
        if not entries or not self._gaps[i] or any(self._gaps[k] for k in entries[1:]):
            return False
        return len(entries) > 1 or not self._gaps[entries[0]] or not self._followed_by_entry(i)

    def _followed_by_entry(self, i: int) -> bool:
        return i + 1 < len(self._lines) and self._may_be_entry(i + 1)

    def _heads_what_follows(self, entries: Sequence[int]) -> bool:
        """Whether the last entry rather heads the paragraph after it: short, and unlike the others."""
        last = entries[-1]
        line = self._lines[last]
        marked = all(_NUMBERED.match(self._lines[k]) for k in entries[:-1])
        if marked:
            return not _NUMBERED.match(line)
        return len(line) <= _LONGEST_HEADING and all(len(self._lines[k]) > len(line) for k in entries[:-1])

    def _other_articles(self) -> None:
        """A second article that opens with the source the first one opened with: `(Báo) - …`."""
        opened: str | None = None
        paragraphs = 0
        for i, line in enumerate(self._lines):
            if self._looks[i].shape is not Shape.BODY:
                continue
            dateline = _SOURCE_DATELINE.match(line[:60])
            if dateline and opened is None and paragraphs < 2:
                opened = dateline[1]
            elif dateline and dateline[1] == opened and paragraphs >= 2 and i > 0:
                start = self._block_start(i)
                if start < i and not self._same_story(self._kept(0, start), range(start, i + 1), dateline[1]):
                    for k in self._kept(start, len(self._lines)):
                        self._reason[k] = "other-article"
                # The first return of the source decides: news in brief name it in each item.
                return
            paragraphs += 1

    def _block_start(self, i: int) -> int:
        """The first line of the block of title, captions and teaser that ends in line ``i``."""
        start = i
        while start > 0 and not self._gaps[start] and i - start < 4:
            start -= 1
        return start if self._gaps[start] else i - 1

    def _flattened_titles(self) -> None:
        """A box of titles that the scraper wrote as one line: one opening again and again, no full stop."""
        for i in self._kept(0, len(self._lines)):
            line = self._lines[i]
            if len(line) not in _FLATTENED or self._looks[i].shape is Shape.CAPTION or line[-1] in _ENDS:
                continue
            opening = " ".join(line.split(maxsplit=3)[:3])
            before = re.findall(rf"(\w+) {re.escape(opening)}\b", line)
            if len(before) >= 2 and not any(_NO_TITLE_END.fullmatch(word) for word in before):
                self._reason[i] = Box.RELATED.value
