"""The formats by name: which one a path holds, reading it, and writing it whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from hoptac.annotations.corpus import SPLITS, load_corpus
from hoptac.annotations.files import read_text, write_bytes
from hoptac.annotations.formats import brat, conll, doccano, inline, label_studio, spacy, standoff
from hoptac.annotations.formats.labelled import Intake
from hoptac.annotations.formats.losses import Losses
from hoptac.article import Article
from hoptac.errors import AnnotationError


class Format(StrEnum):
    """What ``--format`` takes."""

    LABEL_STUDIO = "label-studio"
    DOCCANO = "doccano"
    BRAT = "brat"
    CONLL = "conll"
    SPACY = "spacy"
    INLINE = "inline"
    STANDOFF = "standoff"


FOLDERS = frozenset({Format.BRAT, Format.INLINE, Format.STANDOFF})
"""The formats with files of their own for each article; the others are one file."""

_SUFFIXES = {
    ".jsonl": Format.DOCCANO,
    ".ann": Format.BRAT,
    ".conll": Format.CONLL,
    ".bio": Format.CONLL,
    ".iob": Format.CONLL,
    ".iob2": Format.CONLL,
    ".tsv": Format.CONLL,
    ".spacy": Format.SPACY,
    ".md": Format.INLINE,
}


def detect(path: Path) -> Format:
    """The format that a file or folder is in, by the endings of its files and, for JSON, by its content.

    Raises :class:`AnnotationError` where it cannot be told.
    """
    if path.is_dir():
        for suffix, form in ((".ann", Format.BRAT), (".md", Format.INLINE), (".json", Format.STANDOFF)):
            if any(file.stem not in ("README", "splits") for file in path.rglob(f"*{suffix}")):
                return form
        raise AnnotationError("the folder holds no .ann, .md or .json file", path)
    if path.suffix == ".json":
        try:
            held = json.loads(read_text(path))
        except json.JSONDecodeError as error:
            raise AnnotationError(f"not JSON: {error.msg}", path, error.lineno, error.colno) from error
        return Format.STANDOFF if isinstance(held, dict) and "sha256" in held else Format.LABEL_STUDIO
    if path.suffix not in _SUFFIXES:
        raise AnnotationError("its format cannot be told from its name; say it with --format", path)
    return _SUFFIXES[path.suffix]


def read_articles(
    path: Path,
    form: Format | None = None,
    intake: Intake | None = None,
    *,
    texts: Path | None = None,
    splits: Sequence[str] = SPLITS,
) -> list[Article]:
    """The articles of a file or folder in ``form``, by default the one that :func:`detect` finds.

    A folder with ``splits.json`` is read as our corpus, of which ``splits`` are taken. ``intake`` gathers
    what our articles cannot hold. Raises :class:`AnnotationError` for files that are not in the format, and
    where two articles have one id.
    """
    intake = intake or Intake()
    if not path.exists():
        raise AnnotationError("there is no such file or folder", path)
    if form in (None, Format.INLINE, Format.STANDOFF) and (path / "splits.json").is_file():
        corpus = load_corpus(path, texts, splits)
        for ids in corpus.missing.values():
            for article_id in ids:
                intake.losses.add("articles whose text is absent (left out)", article_id)
        articles = [article for split in splits for article in corpus.split(split)]
        if form is not None:
            suffix = ".md" if form is Format.INLINE else ".json"
            of_form = {file.stem for file in path.rglob(f"*{suffix}")}
            articles = [article for article in articles if article.id in of_form]
    else:
        form = form or detect(path)
        if form not in FOLDERS and path.is_dir():
            raise AnnotationError(f"the format {form} is one file, this is a folder", path)
        articles = _read(path, form, intake, texts)
    twice = [article_id for article_id, count in Counter(a.id for a in articles).items() if count > 1]
    if twice:
        raise AnnotationError(f"holds several articles with the id {twice[0]!r}; give each its own", path)
    return articles


def write_articles(
    articles: Sequence[Article],
    path: Path,
    form: Format,
    losses: Losses,
    *,
    sentences: conll.Sentences,
    texts: Path | None = None,
    replace: bool = False,
) -> list[Path]:
    """Write articles in a format, to a folder for those of :data:`FOLDERS`, else to a file.

    Gives the files. ``sentences`` splits texts for CoNLL, ``texts`` is the folder for the texts of stand-off
    records. Raises :class:`AnnotationError`, before anything is written, where there is no article, an
    article cannot be written, or a file that differs is there already and ``replace`` is not set.
    """
    if not articles:
        raise AnnotationError("there is no article to write", path)
    if form in FOLDERS and path.exists() and not path.is_dir():
        raise AnnotationError(
            f"the format {form} is a folder with files for each article, this is a file", path
        )
    if form not in FOLDERS and path.is_dir():
        raise AnnotationError(f"the format {form} is one file, this is a folder; name a file in it", path)
    files = _render(articles, path, form, losses, sentences, texts)
    changed = {
        file: data for file, data in files.items() if not (file.is_file() and file.read_bytes() == data)
    }
    there = [file for file in changed if file.exists()]
    if there and not replace:
        others = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise AnnotationError(f"is there already{others} with other content; --force replaces it", there[0])
    try:
        for file, data in changed.items():
            write_bytes(file, data)
    except OSError as error:
        raise AnnotationError(f"cannot be written: {error.strerror}", error.filename or path) from error
    return list(files)


def _read(path: Path, form: Format, intake: Intake, texts: Path | None) -> list[Article]:
    if form is Format.STANDOFF:
        return standoff.read(path, intake, texts)
    readers = {
        Format.LABEL_STUDIO: label_studio.read,
        Format.DOCCANO: doccano.read,
        Format.BRAT: brat.read,
        Format.CONLL: conll.read,
        Format.SPACY: spacy.read,
        Format.INLINE: inline.read,
    }
    return readers[form](path, intake)


def _render(
    articles: Sequence[Article],
    path: Path,
    form: Format,
    losses: Losses,
    sentences: conll.Sentences,
    texts: Path | None,
) -> dict[Path, bytes]:
    if form is Format.CONLL:
        return conll.render(articles, path, losses, sentences)
    if form is Format.STANDOFF:
        return standoff.render(articles, path, losses, texts)
    renderers = {
        Format.LABEL_STUDIO: label_studio.render,
        Format.DOCCANO: doccano.render,
        Format.BRAT: brat.render,
        Format.SPACY: spacy.render,
        Format.INLINE: inline.render,
    }
    return renderers[form](articles, path, losses)
