"""Corpus files for pre-training: from a clone of the public data set vietnews, or from a folder of own
articles."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hoptac.annotations.corpus import article_files, read_record, read_splits
from hoptac.annotations.files import read_text
from hoptac.annotations.standoff import StandoffRecord
from hoptac.errors import AnnotationError, InputError
from hoptac.pretrain.corpus import open_text
from hoptac.text.normalize import normalize
from hoptac.text.page import read_page
from hoptac.text.segment import Segmenter
from hoptac.text.sentences import sentence_spans

SEGMENTED = (
    "data/*_tokenized/*.txt.seg"  # vietnews: one article a file, segmented by VnCoreNLP's RDRSegmenter
)
KEPT_OUT = ("dev", "test")


@dataclass(frozen=True, slots=True)
class PrepareReport:
    """How many articles were written, how many words they have, and how many were left out and why."""

    articles: int
    words: int
    evaluation: int  # articles of the annotated corpus's development and test splits
    repeated: int
    empty: int


def prepare_vietnews(clone: Path, output: Path, annotations: Path) -> PrepareReport:
    """Write the articles of a clone of vietnews, one a line, without those that models are evaluated on.

    Those are the development and test articles of the corpus in ``annotations``, and any file with the same
    words.

    Raises `InputError` where ``clone`` is no such clone, `AnnotationError` for a faulty record.
    """
    paths = sorted(clone.glob(SEGMENTED))
    if not paths:
        raise InputError(
            f"{clone}: no {SEGMENTED} there; give a clone of vietnews with its files checked out, or use "
            "--texts."
        )
    banned = evaluation_paths(annotations)
    hashes = {_hash(_line(clone / path)) for path in banned if (clone / path).is_file()}

    def lines() -> Iterator[tuple[str, bool]]:
        for path in paths:
            line = _line(path)
            yield line, path.relative_to(clone).as_posix() in banned or _hash(line) in hashes

    return _write(lines(), output)


def prepare_texts(folder: Path, output: Path, segmenter: Segmenter) -> PrepareReport:
    """Write the plain texts ``*.txt`` of a folder, one article a line, segmented as the tagger segments its
    input.

    Menus and other page furniture are left out. Raises `InputError` where there is no text or one is not
    UTF-8.
    """
    paths = sorted(path for path in folder.rglob("*.txt") if path.is_file())
    if not paths:
        raise InputError(f"{folder}: no .txt file there; give a folder of plain texts, one article a file.")
    return _write(((segment_article(_read(path), segmenter), False) for path in paths), output)


def segment_article(text: str, segmenter: Segmenter) -> str:
    """The article's own lines as one word-segmented line."""
    words = []
    for region in read_page(text).kept:
        clean = normalize(text[region.start : region.end]).text
        for start, end in sentence_spans(clean):
            sentence = clean[start:end]
            words += ["_".join(sentence[a:b].split()) for a, b in segmenter(sentence)]
    return " ".join(words)


def evaluation_paths(annotations: Path) -> frozenset[str]:
    """The vietnews files of the development and test articles.

    Raises `AnnotationError` where a split names an article without a file.
    """
    splits, files = read_splits(annotations), article_files(annotations)
    paths = set()
    for split in KEPT_OUT:
        for article_id in splits.get(split, ()):
            if article_id not in files:
                raise AnnotationError(
                    f"{article_id!r} of split {split!r} has no file", annotations / "splits.json"
                )
            record = read_record(files[article_id])
            if isinstance(record, StandoffRecord) and record.path is not None:
                paths.add(record.path)
    return frozenset(paths)


def _write(lines: Iterator[tuple[str, bool]], output: Path) -> PrepareReport:
    """Write the lines that are not flagged, not empty and not there before."""
    output.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    os.close(handle)
    aside = Path(name)
    articles = words = evaluation = repeated = empty = 0
    seen: set[bytes] = set()
    try:
        with open_text(aside, "w", compressed=output.suffix == ".xz") as file:
            for line, is_evaluation in lines:
                digest = _hash(line)
                if is_evaluation:
                    evaluation += 1
                elif not line:
                    empty += 1
                elif digest in seen:
                    repeated += 1
                else:
                    seen.add(digest)
                    file.write(line + "\n")
                    articles, words = articles + 1, words + line.count(" ") + 1
        aside.chmod(0o644)
        aside.replace(output)
    finally:
        aside.unlink(missing_ok=True)
    return PrepareReport(articles, words, evaluation, repeated, empty)


def _line(path: Path) -> str:
    return " ".join(normalize(_read(path)).text.split())


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except AnnotationError as error:
        raise InputError(str(error)) from error


def _hash(line: str) -> bytes:
    return sha256(line.encode("utf-8")).digest()[:16]
