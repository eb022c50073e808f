"""Checks of a whole corpus: every mistake with its file, line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hoptac.annotations.corpus import (
    ARTICLE_SUFFIXES,
    SPLITS,
    TEXTS,
    article_files,
    files_beside_articles,
    read_splits,
)
from hoptac.annotations.files import read_text, text_hash, word_count
from hoptac.annotations.inline import HEADER_LINES, scan_inline, write_inline
from hoptac.annotations.marks import Mark, kind_of, label_of, line_errors, outside_in, structure_errors
from hoptac.annotations.spelling import phrase_errors
from hoptac.annotations.standoff import StandoffRecord, find, read_standoff, write_standoff
from hoptac.article import Article, Entity, Span
from hoptac.errors import AnnotationError
from hoptac.schema import Schema, load_schema

_MARKED = re.compile(r"[\[{][^\[\]{}|]*\|(\w+)[\]}]")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The ``problems`` of a corpus in order of place, how many article ``files`` were read, and the ids of
    the stand-off records whose text is absent, so that their hashes and phrases could not be checked."""

    problems: tuple[AnnotationError, ...]
    files: int
    without_text: tuple[str, ...]


def check_corpus(root: Path, texts: Path | None = None) -> CheckReport:
    """Check every article file and ``splits.json`` of the corpus at ``root``.

    Looked at are: markup and JSON form; ids, file names and splits; labels; spans that overlap, cross, leave
    their line or stand on furniture; phrases with spaces, punctuation or quotes at their edges; and, where
    the text of a stand-off record is in ``texts`` (default ``root/texts``), its hash and word count.
    Raises nothing for a mistake in the corpus; :class:`AnnotationError` where ``root`` is no folder.
    """
    if not root.is_dir():
        raise AnnotationError("is no folder; give the corpus's folder, such as annotations/", root)
    texts = root / TEXTS if texts is None else texts
    problems: list[AnnotationError] = []
    without_text: list[str] = []
    try:
        files = article_files(root)
    except AnnotationError as error:
        return CheckReport((error,), 0, ())
    for path in files_beside_articles(root):
        if path.suffix not in ARTICLE_SUFFIXES:
            problems.append(AnnotationError("is no article file (ID.md or ID.json)", path))
    schema = load_schema()
    for article_id, path in files.items():
        text_path = texts / f"{article_id}.txt"
        try:
            if path.suffix == ".md":
                problems += _check_inline(path, schema)
            else:
                problems += _check_standoff(path, text_path, schema)
                if not text_path.is_file():
                    without_text.append(article_id)
        except AnnotationError as error:
            problems.append(error)
    problems += _check_splits(root, files)
    problems.sort(key=lambda problem: (str(problem.path), problem.line or 0, problem.column or 0))
    return CheckReport(tuple(problems), len(files), tuple(without_text))


def _check_splits(root: Path, files: dict[str, Path]) -> Iterator[AnnotationError]:
    path = root / "splits.json"
    try:
        splits, text = read_splits(root), read_text(path)
    except AnnotationError as error:
        yield error
        return
    if set(splits) != set(SPLITS):
        yield AnnotationError(f"the splits must be {', '.join(SPLITS)}", path, 1, 1)
    seen: dict[str, str] = {}
    for split, ids in splits.items():
        for article_id in ids:
            quoted = json.dumps(article_id, ensure_ascii=False)
            if article_id in seen:
                last = text.rfind(quoted)
                line, column = find(text[:last] + "\0", "\0")
                yield AnnotationError(f"{article_id} is in {seen[article_id]} already", path, line, column)
            elif article_id not in files:
                yield AnnotationError(f"{article_id} of {split} has no file", path, *find(text, quoted))
            seen[article_id] = split
    for article_id, file in files.items():
        if article_id not in seen:
            yield AnnotationError(f"{article_id} is in no split of splits.json", file, 2, 1)


def _check_inline(path: Path, schema: Schema) -> Iterator[AnnotationError]:
    text = read_text(path)
    scan = scan_inline(text, path)
    yield from scan.errors
    article = scan.article
    yield from _check_id(article.id, path, 2)
    for mark, (line, column) in scan.places.items():
        for message in _mark_errors(article, mark, schema):
            yield AnnotationError(message, path, line, column)
    for span in article.furniture:
        line = HEADER_LINES + 1 + article.text.count("\n", 0, span.start)
        for marked in _MARKED.finditer(article.text, span.start, span.end):
            if marked[1] in schema.entity_labels + schema.area_labels:
                column = marked.start() - span.start + len("~ ") + 1
                yield AnnotationError("mark on a furniture line, where nothing is marked", path, line, column)
    for number, line_text in enumerate(text.split("\n"), start=1):
        if line_text.rstrip("\r") == "~":
            yield AnnotationError("a line of furniture begins with '~' and a space", path, number, 1)
    if not scan.errors and write_inline(article) != text:
        yield AnnotationError("is not as hoptac writes it", path, 1, 1)


def _check_standoff(path: Path, text_path: Path, schema: Schema) -> Iterator[AnnotationError]:
    source = read_text(path)
    record = read_standoff(source, path)
    yield from _check_id(record.id, path, find(source, '"id"')[0])
    if write_standoff(record) != source:
        yield AnnotationError("is not as hoptac writes it (one mark a line)", path, 1, 1)
    article = record.article
    layers: dict[str, Sequence[Mark | Span]] = {
        "entities": article.entities,
        "evidence": article.evidence,
        "furniture": article.furniture,
    }
    for kind, spans in layers.items():
        if list(spans) != sorted(spans, key=lambda span: (span.start, span.end)):
            yield AnnotationError(f"{kind} are not in order of position", path, *find(source, f'"{kind}"'))
    text = None
    if text_path.is_file():
        text = read_text(text_path)
        yield from _check_text(record, text, path, text_path, source)
        text = text if text_hash(text) == record.sha256 else None
    problems = structure_errors(article, None if text is None else len(text))
    if text is not None and not problems:
        article = replace(article, text=text)
        problems = line_errors(article)
    for about, message in problems:
        yield AnnotationError(message, path, *_find_row(source, about))
    for mark in outside_in(article):
        for message in _mark_errors(article, mark, schema):
            yield AnnotationError(message, path, *_find_row(source, mark))


def _check_text(
    record: StandoffRecord, text: str, path: Path, text_path: Path, source: str
) -> Iterator[AnnotationError]:
    if text_hash(text) != record.sha256:
        message = f"{text_path} is not the text that was marked (its SHA-256 differs); fetch it again"
        yield AnnotationError(message, path, *find(source, '"sha256"'))
    elif word_count(text) != record.words:
        message = f"the text has {word_count(text)} words, not {record.words}"
        yield AnnotationError(message, path, *find(source, '"words"'))


def _check_id(article_id: str, path: Path, line: int) -> Iterator[AnnotationError]:
    if article_id != path.stem:
        yield AnnotationError(f"the id is {article_id!r}; file name and id must be the same", path, line, 1)


def _mark_errors(article: Article, mark: Mark, schema: Schema) -> Iterator[str]:
    label = label_of(mark)
    known = schema.entity_labels if isinstance(mark, Entity) else schema.area_labels
    if label not in known:
        other = schema.area_labels if isinstance(mark, Entity) else schema.entity_labels
        belongs = " (it belongs to the other layer)" if label in other else ""
        yield f"{kind_of(mark)} with the unknown label {label!r}{belongs}"
    if article.text:
        for error in phrase_errors(article.text, mark.start, mark.end):
            yield f"{label} {article.text[mark.start : mark.end]!r}: {error}"


def _find_row(source: str, about: Mark | Span) -> tuple[int, int]:
    row = [about.start, about.end] if isinstance(about, Span) else [about.start, about.end, label_of(about)]
    return find(source, json.dumps(row, ensure_ascii=False))
