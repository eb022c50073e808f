"""The articles of a data set that are nearest to the domain, as plain texts: what self-training marks."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from hoptac.annotations.corpus import SPLITS, Corpus, load_corpus
from hoptac.annotations.files import read_text
from hoptac.annotations.vietnews import plain_text
from hoptac.errors import AnnotationError, InputError
from hoptac.pretrain.corpus import Scorer
from hoptac.pretrain.prepare import SEGMENTED

_WORD = re.compile(r"\w+")
SHINGLE = 8  # words in a row by which an article is known again
SHARED = 0.2  # the share of an article's shingles in an annotated one from which on it counts as the same


def select_vietnews(
    clone: Path, words: Sequence[str], count: int, annotations: Path, texts: Path | None = None
) -> list[tuple[str, str]]:
    """The ``count`` articles ``(id, text)`` of a clone of vietnews with most domain ``words`` by length.

    Articles of the annotated corpus, whatever their split, and those that repeat a good part of one, stay
    out, and so does any second one of the same words.

    Raises `InputError` where ``clone`` is no such clone, `AnnotationError` for a faulty record.
    """
    paths = sorted(clone.glob(SEGMENTED))
    if not paths:
        raise InputError(
            f"{clone}: no {SEGMENTED} there; give a clone of vietnews with its files checked out."
        )
    scorer = Scorer(words)
    known = _known_shingles(load_corpus(annotations, texts, SPLITS))
    # twice as many as asked for, as some turn out to be known
    best = heapq.nlargest(2 * count, ((scorer(_read(path).split()), path) for path in paths))
    seen: set[bytes] = set()
    chosen: list[tuple[str, str]] = []
    for _, path in best:
        text = plain_text(_read(path))
        shingles = list(_shingles(text))
        digest = sha256(" ".join(text.split()).encode("utf-8")).digest()
        shared = sum(shingle in known for shingle in shingles) / max(1, len(shingles))
        if digest not in seen and shared < SHARED and len(chosen) < count:
            chosen.append((f"{path.parent.name.removesuffix('_tokenized')}-{path.name.split('.')[0]}", text))
        seen.add(digest)
    return chosen


def _known_shingles(corpus: Corpus) -> set[int]:
    return {
        shingle for split in SPLITS for article in corpus.split(split) for shingle in _shingles(article.text)
    }


def _shingles(text: str) -> Iterator[int]:
    words = _WORD.findall(text.lower())
    return (hash(tuple(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1))


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except AnnotationError as error:
        raise InputError(str(error)) from error
