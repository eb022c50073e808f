"""CoNLL-style word/tag files as articles, one for each sentence, and back.

A line holds a token and, in its last column, a tag; columns are parted by tabs, or by spaces on a line
without a tab; an empty line ends a sentence, ``-DOCSTART-`` lines are skipped. A JSON-lines variant
holds one sentence a line with the keys ``words`` and ``tags``, as in PhoNER_COVID19. Tags are read as
:mod:`hoptac.annotations.bio` has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hoptac.annotations.bio import TAG, bio_tags, tags_to_bio
from hoptac.annotations.files import read_text
from hoptac.article import Article, Entity, Span
from hoptac.errors import AnnotationError, InputError
from hoptac.evaluate.output import write_text

_SPACES = re.compile(r"[ \t]+")
_TOKEN = re.compile(r"[^ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_conll(path: Path) -> tuple[Article, ...]:
    """The sentences of ``path`` as articles: words joined by a space, chunks as entities.

    The id is the file's name without its ending, a dash and the sentence's number from 1; words
    keep their ``_``. Raises :class:`AnnotationError` when the file cannot be read as UTF-8 or holds no
    sentence, and with the line of the first malformed one.
    """
    content = read_text(path).removeprefix("\ufeff")
    lines = [line.rstrip("\r") for line in content.split("\n")]
    as_json = next((line.lstrip() for line in lines if line.strip()), "").startswith('{"')
    sentences = list(_json_sentences(lines, path) if as_json else _column_sentences(lines, path))
    if not sentences:
        raise AnnotationError("the file holds no sentence; it needs lines of a token and its tag", path)
    return tuple(
        _article(f"{path.stem}-{number:05d}", sentence) for number, sentence in enumerate(sentences, start=1)
    )


def write_conll(articles: Sequence[Article], path: Path) -> None:
    """Write ``articles`` as sentences of tab-parted tokens and BIO tags, replacing ``path``.

    Tokens are runs without space, cut where an entity begins or ends. Raises :class:`InputError` for an
    article without a token, which the format cannot hold.
    """
    blocks = []
    for article in articles:
        rows = list(bio_rows(article))
        if not rows:
            raise InputError(
                f"Article {article.id} has no token, and a CoNLL file cannot hold it; leave it out."
            )
        blocks.append("".join(f"{word}\t{tag}\n" for word, tag in rows))
    write_text(path, "\n".join(blocks))


def bio_rows(article: Article) -> Iterator[tuple[str, str]]:
    """Tokens and BIO tags of an article's text."""
    entities = sorted(article.entities)
    edges = sorted({edge for entity in entities for edge in (entity.start, entity.end)})
    pieces = [Span(*piece) for piece in _pieces(article.text, edges)]
    for piece, tag in zip(pieces, bio_tags(pieces, entities), strict=True):
        yield article.text[piece.start : piece.end], tag


def _pieces(text: str, edges: Sequence[int]) -> Iterator[tuple[int, int]]:
    at = 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        while at < len(edges) and edges[at] <= start:
            at += 1
        while at < len(edges) and edges[at] < token.end():
            yield start, edges[at]
            start = edges[at]
            at += 1
        yield start, token.end()


def _column_sentences(lines: Iterable[str], path: Path) -> Iterator[_Sentence]:
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(lines, start=1):
        row = line.strip(" \t")
        if not row or row.startswith("-DOCSTART-"):
            if words:
                yield _Sentence(tuple(words), tuple(tags))
            words, tags = [], []
            continue
        columns = row.split("\t") if "\t" in row else _SPACES.split(row)
        if len(columns) < 2:
            raise AnnotationError(
                f"{columns[0]!r} stands alone; write a token and its tag, parted by a tab or a space",
                path,
                number,
            )
        words.append(_word(columns[0], path, number))
        tags.append(_tag(columns[-1], path, number))
    if words:
        yield _Sentence(tuple(words), tuple(tags))


def _json_sentences(lines: Iterable[str], path: Path) -> Iterator[_Sentence]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise AnnotationError(
                f"the line is not JSON ({error}); write one object a line", path, number
            ) from error
        words, tags = _columns(record)
        if words is None or tags is None:
            raise AnnotationError(
                "the line needs the keys 'words' and 'tags', both lists of strings", path, number
            )
        if len(words) != len(tags) or not words:
            raise AnnotationError(
                f"{len(words)} words have {len(tags)} tags; give each word one tag", path, number
            )
        yield _Sentence(
            tuple(_word(word, path, number) for word in words),
            tuple(_tag(tag, path, number) for tag in tags),
        )


def _columns(record: object) -> tuple[list[str] | None, list[str] | None]:
    words, tags = (record.get("words"), record.get("tags")) if isinstance(record, dict) else (None, None)
    return _strings(words), _strings(tags)


def _strings(value: object) -> list[str] | None:
    return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _word(word: str, path: Path, line: int) -> str:
    if not _TOKEN.search(word):
        raise AnnotationError("the line has a tag but no token; give it one or leave it empty", path, line)
    return word


def _tag(tag: str, path: Path, line: int) -> str:
    if not TAG.fullmatch(tag):
        raise AnnotationError(
            f"{tag!r} is no tag; write O, or B- or I- (or E-, S-, L-, U-) and a label", path, line
        )
    return tag


def _article(article_id: str, sentence: _Sentence) -> Article:
    entities: list[Entity] = []
    start = 0
    for word, tag in zip(sentence.words, tags_to_bio(sentence.tags), strict=True):
        end = start + len(word)
        if tag.startswith("B-"):
            entities.append(Entity(start, end, tag[2:]))
        elif tag.startswith("I-"):
            entities[-1] = Entity(entities[-1].start, end, tag[2:])
        start = end + 1
    return Article(id=article_id, text=" ".join(sentence.words), entities=tuple(entities))
