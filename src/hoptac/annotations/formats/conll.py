"""CoNLL files: a token and its tag a line, an empty line after a sentence, ``-DOCSTART-`` before an article.

Columns are parted by tabs, or by spaces on a line without a tab; the first is the token, the last its tag.
``-DOCSTART- (ID)``, as in AIDA-CoNLL, or ``# newdoc id = ID`` names an article. The format has
only entities; on reading, spaces around punctuation are put as in running text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from hoptac.annotations.bio import TAG, bio_tags, tags_to_bio
from hoptac.annotations.files import read_text
from hoptac.annotations.formats.labelled import Intake, LabelledSpan, tokens_at_edges
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.vietnews import plain_line
from hoptac.article import Article, Span
from hoptac.errors import AnnotationError

Sentences = Callable[[str], Iterable[tuple[int, int]]]
"""The sentences of a text as spans: in order, not overlapping, covering every visible character."""

_DOCUMENT = re.compile(r"-DOCSTART-[\s-]*(?:\((?P<in_brackets>[^)]*)\))?.*|#\s*newdoc id = (?P<named>.+)")
_COMMENT = re.compile(r"#\s*[\w.]+ = .*|#(?:begin|end) document.*")


def render(
    articles: Sequence[Article], path: Path, losses: Losses, sentences: Sentences
) -> dict[Path, bytes]:
    """One file with all articles; furniture is left out, a sentence never cuts an entity."""
    blocks = []
    for article in articles:
        blocks.append(f"-DOCSTART- ({article.id})\tO\n\n")
        edges = [edge for entity in article.entities for edge in (entity.start, entity.end)]
        for sentence in _sentences(article, sentences):
            tokens = tokens_at_edges(article.text, sentence.start, sentence.end, edges)
            inside = [e for e in sorted(article.entities) if sentence.start <= e.start < sentence.end]
            rows = zip(tokens, bio_tags(tokens, inside), strict=True)
            lines = [f"{article.text[token.start : token.end]}\t{tag}\n" for token, tag in rows]
            if lines:
                blocks.append("".join(lines) + "\n")
        losses.add("evidence phrases, and the areas they show", article.id, count=len(article.evidence))
        losses.add("furniture lines (left out)", article.id, count=len(article.furniture))
    if articles:
        losses.add("texts whose white space and line breaks are lost", articles[0].id, count=len(articles))
    return {path: "".join(blocks).encode("utf-8")}


def read(path: Path, intake: Intake) -> list[Article]:
    """The articles of a file, a sentence a line of their text; ``_`` in a token joins syllables.

    Without a line that begins one, the file is one article. Raises :class:`AnnotationError` with the first
    malformed line.
    """
    documents = [document for document in _documents(path) if document.sentences]
    if not documents:
        raise AnnotationError("the file holds no sentence; it needs lines of a token and its tag", path)
    named = path.stem if len(documents) == 1 else ""
    return [
        _article(document, intake.id(document.name or named or f"{path.stem}-{number}"), intake)
        for number, document in enumerate(documents, start=1)
    ]


@dataclass(slots=True)
class _Document:
    """An article's name, if it has one, and its sentences as rows of token and tag."""

    name: str = ""
    sentences: list[list[tuple[str, str]]] = field(default_factory=list)


def _sentences(article: Article, sentences: Sentences) -> list[Span]:
    """Sentences off the furniture, joined where an entity goes over their border."""
    spans: list[Span] = []
    for start, end in sentences(article.text):
        # A sentence of hard-wrapped text may hold a furniture line, which is cut out of it.
        cuts = [line for line in article.furniture if line.start < end and start < line.end]
        borders = [start, *(edge for line in cuts for edge in (line.start, line.end)), end]
        for left, right in list(pairwise(borders))[::2]:
            if left >= right:
                continue
            if spans and any(mark.start < spans[-1].end <= left < mark.end for mark in article.entities):
                left = spans.pop().start
            spans.append(Span(left, right))
    return spans


def _documents(path: Path) -> Iterator[_Document]:
    document = _Document()
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(read_text(path).removeprefix("\ufeff").split("\n"), start=1):
        row = line.strip(" \t\r")
        begins = _DOCUMENT.fullmatch(row)
        if (not row or begins) and rows:
            document.sentences.append(rows)
            rows = []
        if begins:
            yield document
            document = _Document((begins["in_brackets"] or begins["named"] or "").strip())
        elif row and not _COMMENT.fullmatch(row):
            rows.append(_row(row, path, number))
    if rows:
        document.sentences.append(rows)
    yield document


def _row(row: str, path: Path, number: int) -> tuple[str, str]:
    columns = row.split("\t") if "\t" in row else row.split()
    word, tag = columns[0].strip(), columns[-1].strip()
    if len(columns) < 2 or not word.strip("_"):
        message = f"{row!r} needs a token and its tag, parted by a tab or a space"
        raise AnnotationError(message, path, number)
    if not TAG.fullmatch(tag):
        message = f"{tag!r} is no tag; write O, or B- or I- (or E-, S-, L-, U-) and a label"
        raise AnnotationError(message, path, number)
    return word, tag


def _article(document: _Document, article_id: str, intake: Intake) -> Article:
    lines: list[str] = []
    spans: list[LabelledSpan] = []
    at = 0
    for rows in document.sentences:
        line = plain_line(" ".join(word for word, _ in rows))
        places = [at + index for index, char in enumerate(line) if not char.isspace()]
        done = 0
        for (word, _), tag in zip(rows, tags_to_bio([tag for _, tag in rows]), strict=True):
            visible = sum(char != "_" and not char.isspace() for char in word)
            start, end = places[done], places[done + visible - 1] + 1
            done += visible
            if tag.startswith("B-"):
                spans.append(LabelledSpan(start, end, tag[2:]))
            elif tag.startswith("I-"):
                spans[-1] = LabelledSpan(spans[-1].start, end, tag[2:])
        lines.append(line)
        at += len(line) + 1
    return intake.article(article_id, "\n".join(lines) + "\n", spans)
