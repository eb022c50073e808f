"""The inline markup: an article as a text file with its marks in the running text.

::

    ---
    id: composed-001
    ---
    [Thượng tướng|RANK] [Trần Gia Bảo|PERSON]: {gìn giữ hòa bình [Liên hợp quốc|ORGANIZATION]|peacekeeping}.
    ~ Tin liên quan

``annotations/GUIDELINES.md`` describes it. What follows the three header lines is the article's text to
the last byte, with three differences: marks; backslashes before ``[ ] { } | \\``; and, on lines of page
furniture, a leading ``~ ``. Furniture is otherwise literal, without marks or backslashes. An article's own
line that begins with ``~ `` is written ``\\~ ``. A mark opens and closes on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hoptac.annotations.marks import Mark, label_of, line_errors, outside_in, structure_errors
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import AnnotationError

HEADER_LINES = 3

_HEADER = re.compile(r"---\nid: (?P<id>[A-Za-z0-9][A-Za-z0-9_.-]*)\n---\n")
_SPECIAL = re.compile(r"[\[\]{}|\\]")
_LABEL_AND_CLOSE = re.compile(r"\|([A-Za-z_]+)([\]}])")
_FURNITURE = "~ "
_OPENED_BY = {"]": "[", "}": "{"}
_KIND = {"[": "an entity", "{": "evidence"}


@dataclass(frozen=True, slots=True)
class InlineScan:
    """What an inline file holds: its article, its mistakes, and where each mark opens in the file.

    ``places`` maps a mark to its line and column (from 1). With ``errors``, ``article`` lacks the marks of
    the lines that are wrong.
    """

    article: Article
    errors: tuple[AnnotationError, ...]
    places: Mapping[Mark, tuple[int, int]]


def read_inline(text: str, path: Path | str | None = None) -> Article:
    """The article that an inline file holds; :func:`write_inline` gives back the same characters.

    ``path`` is for messages only. Raises :class:`AnnotationError` with line and column at the first mistake
    in the markup. Labels are not compared with the schema here (``hoptac annotations check`` does).
    """
    scan = scan_inline(text, path)
    if scan.errors:
        raise scan.errors[0]
    return scan.article


def scan_inline(text: str, path: Path | str | None = None) -> InlineScan:
    """Like :func:`read_inline`, but goes on after a mistake and lists them all, at most one a line.

    Raises :class:`AnnotationError` only where the header is not one.
    """
    header = _HEADER.match(text)
    if header is None:
        message = "the file must begin with the lines '---', 'id: NAME', '---', with plain '\\n' line ends"
        raise AnnotationError(message, path, 1, 1)
    scanner = _Scanner(path)
    for line in text[header.end() :].split("\n"):
        scanner.read_line(line)
    return scanner.result(header["id"])


def write_inline(article: Article) -> str:
    """The article in inline markup, to be saved as UTF-8 without change of line ends.

    Raises :class:`AnnotationError` where the markup cannot hold the article's marks: they overlap within a
    layer, cross, leave their line or the text, or stand on furniture.
    """
    header = f"---\nid: {article.id}\n---\n"
    if not _HEADER.fullmatch(header):
        raise AnnotationError(f"{article.id!r} is not an id (letters, digits, '_', '.' and '-')")
    for _, message in structure_errors(article, len(article.text)) or line_errors(article):
        raise AnnotationError(message, article.id)
    brackets = [*_brackets(article), (len(article.text) + 1, "")]
    furniture = {span.start for span in article.furniture}
    lines = []
    start = index = 0
    for line in article.text.split("\n"):
        if start in furniture:
            lines.append(_FURNITURE + line)
        else:
            parts = []
            done = 0
            while brackets[index][0] <= start + len(line):
                at, bracket = brackets[index]
                parts += [_escape(line[done : at - start]), bracket]
                done, index = at - start, index + 1
            parts.append(_escape(line[done:]))
            written = "".join(parts)
            lines.append("\\" + written if written.startswith(_FURNITURE) else written)
        start += len(line) + 1
    return header + "\n".join(lines)


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _brackets(article: Article) -> Iterator[tuple[int, str]]:
    """Opening and closing brackets with their positions in the text, in the order they are written."""
    stack: list[Mark] = []
    for mark in outside_in(article):
        while stack and stack[-1].end <= mark.start:
            yield _closing(stack.pop())
        stack.append(mark)
        yield mark.start, "[" if isinstance(mark, Entity) else "{"
    while stack:
        yield _closing(stack.pop())


def _closing(mark: Mark) -> tuple[int, str]:
    return mark.end, f"|{label_of(mark)}{']' if isinstance(mark, Entity) else '}'}"


@dataclass(frozen=True, slots=True)
class _Open:
    """A mark that is not closed yet: its bracket, its start in the text and its column in the file."""

    bracket: str
    start: int
    column: int


@dataclass(frozen=True, slots=True)
class _Line:
    """The text of one line, its marks with their columns, and its entities outside evidence of one span."""

    text: str
    marks: list[tuple[Mark, int]]
    outer_entities: list[Span]


class _Scanner:
    """Turns the lines after the header, one by one, into text and marks."""

    def __init__(self, path: Path | str | None) -> None:
        self.path = path
        self.number = HEADER_LINES
        self.start = 0  # of the current line in the article's text
        self.lines: list[str] = []
        self.places: dict[Mark, tuple[int, int]] = {}
        self.furniture: list[Span] = []
        self.outer_entities: list[Span] = []
        self.errors: list[AnnotationError] = []

    def read_line(self, line: str) -> None:
        self.number += 1
        if line.startswith(_FURNITURE):
            plain = line.removeprefix(_FURNITURE)
            self.furniture.append(Span(self.start, self.start + len(plain.removesuffix("\r"))))
        else:
            try:
                read = self._read_marks(line)
            except AnnotationError as error:
                self.errors.append(error)
                plain = line
            else:
                plain = read.text
                self.places.update((mark, (self.number, column)) for mark, column in read.marks)
                self.outer_entities += read.outer_entities
        self.lines.append(plain)
        self.start += len(plain) + 1

    def _read_marks(self, line: str) -> _Line:
        parts: list[str] = []
        stack: list[_Open] = []
        marks: list[tuple[Mark, int]] = []
        outer: list[Span] = []
        done = 1 if line.startswith("\\" + _FURNITURE) else 0  # characters of the line that are read
        length = 0  # characters of its text
        while (special := _SPECIAL.search(line, done)) is not None:
            at, character = special.start(), special.group()
            parts.append(line[done:at])
            length += at - done
            if character == "\\":
                if not _SPECIAL.match(line, at + 1):
                    raise self._error("a literal '\\' is written '\\\\'", at)
                parts.append(line[at + 1])
                length, done = length + 1, at + 2
            elif character in "[{":
                if any(mark.bracket == character for mark in stack):
                    raise self._error(
                        f"{_KIND[character]} inside {_KIND[character]}; marks of one kind never nest", at
                    )
                stack.append(_Open(character, self.start + length, at + 1))
                done = at + 1
            else:
                close = _LABEL_AND_CLOSE.match(line, at)
                if close is None or not stack:
                    lacks = "is not followed by a label and its bracket" if stack else "closes no mark"
                    raise self._error(f"'{character}' {lacks}; a literal one is written '\\{character}'", at)
                opened, end, done = stack.pop(), self.start + length, close.end()
                if _OPENED_BY[close[2]] != opened.bracket:
                    raise self._error(
                        f"'{close.group()}' crosses the mark opened in column {opened.column}", at
                    )
                if end == opened.start:
                    raise self._error("the mark holds no text", opened.column - 1)
                if opened.bracket == "{":
                    marks.append((AreaEvidence(opened.start, end, close[1]), opened.column))
                    continue
                # Marks close from the inside out: evidence of this span that is here already is inside.
                if any(type(m) is AreaEvidence and (m.start, m.end) == (opened.start, end) for m, _ in marks):
                    outer.append(Span(opened.start, end))
                marks.append((Entity(opened.start, end, close[1]), opened.column))
        if stack:
            bracket = stack[-1].bracket
            message = f"'{bracket}' is not closed on its line; a literal one is written '\\{bracket}'"
            raise self._error(message, stack[-1].column - 1)
        parts.append(line[done:])
        return _Line("".join(parts), marks, outer)

    def _error(self, message: str, index: int) -> AnnotationError:
        return AnnotationError(message, self.path, self.number, index + 1)

    def result(self, article_id: str) -> InlineScan:
        article = Article(
            id=article_id,
            text="\n".join(self.lines),
            entities=tuple(sorted(mark for mark in self.places if isinstance(mark, Entity))),
            evidence=tuple(sorted(mark for mark in self.places if isinstance(mark, AreaEvidence))),
            furniture=tuple(self.furniture),
            outer_entities=tuple(self.outer_entities),
        )
        return InlineScan(article, tuple(self.errors), self.places)
