"""VnCoreNLP's RDRSegmenter, what PhoBERT's authors segmented with, as a segmenter of spans.

Nguyen et al. (2018), "A Fast and Accurate Vietnamese Word Segmenter". It runs in Java through the package
``py_vncorenlp`` and gives words back as strings, which are aligned with the text.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

from hoptac.errors import ModelError

FOLDER_VARIABLE = "HOPTAC_VNCORENLP"  # environment variable: the folder with VnCoreNLP's jar and models
_DEFAULT_FOLDER = Path("~/.cache/hoptac/vncorenlp")
_PARTS = ("VnCoreNLP-1.2.jar", "models/wordsegmenter/wordsegmenter.rdr", "models/wordsegmenter/vi-vocab")
_WITH_STOP = re.compile(r".*[^\W_]\.", re.DOTALL)
_NOT_SHOWN = re.compile(r"[\s_]")  # what the segmenter's output has more or less of than the text


class VncorenlpSegmenter:
    """``vncorenlp``: RDRSegmenter, from ``$HOPTAC_VNCORENLP`` or ``~/.cache/hoptac/vncorenlp``.

    Raises ``ModelError`` when the package, Java or the folder's files are missing.
    """

    name = "vncorenlp"

    def __init__(self) -> None:
        self._lock = threading.Lock()  # the Java object keeps state between calls
        self._model = _load(Path(os.environ.get(FOLDER_VARIABLE) or _DEFAULT_FOLDER).expanduser().resolve())

    def __call__(self, text: str) -> list[tuple[int, int]]:
        if not text.strip():
            return []
        with self._lock:
            sentences = self._model.word_segment(text)
        spans = align_words(text, (word for sentence in sentences for word in sentence.split()))
        # It keeps the last full stop in "tháng 7/2018." and "Ảnh: H.M.".
        start, end = spans[-1]
        if _WITH_STOP.fullmatch(text, start, end):
            spans[-1:] = [(start, end - 1), (end - 1, end)]
        return spans


def align_words(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """The spans of ``words`` in ``text``, whose syllables are joined by ``_`` where ``text`` has a space.

    Both hold the same characters in the same order, but for white space, underscores and a character here and
    there that the segmenter changed. Each character of ``text`` that is not white space lies in one span.
    """
    shown = [i for i, char in enumerate(text) if char != "_" and not char.isspace()]
    if not shown:
        return [match.span() for match in re.finditer(r"\S+", text)]
    pieces = [_NOT_SHOWN.sub("", word) for word in words]
    starts = {0, *_word_starts("".join(text[i] for i in shown), pieces)}
    firsts = [position for k, position in enumerate(shown) if k in starts]
    return list(_covering(text, firsts))


def _word_starts(compact: str, pieces: list[str]) -> Iterator[int]:
    """Indexes in ``compact`` where the pieces begin."""
    joined = "".join(pieces)
    at, starts = 0, []
    for piece in pieces:
        if piece:
            starts.append(at)
        at += len(piece)
    if len(joined) == len(compact):
        yield from starts
        return
    matcher = SequenceMatcher(None, joined, compact, autojunk=False)
    to_compact = {a + k: b + k for a, b, size in matcher.get_matching_blocks() for k in range(size)}
    yield from (to_compact[start] for start in starts if start in to_compact)


def _covering(text: str, firsts: list[int]) -> Iterator[tuple[int, int]]:
    """Spans that begin at ``firsts`` and reach to the next one, never over a line break."""
    bounds = [0, *firsts[1:], len(text)]
    for start, end in pairwise(bounds):
        for line in re.finditer(r"[^\n]+", text[start:end]):
            piece = line.group()
            if piece.strip():
                left = start + line.start() + len(piece) - len(piece.lstrip())
                yield left, left + len(piece.strip())


def _load(folder: Path) -> Any:
    try:
        import py_vncorenlp
    except ImportError as error:
        raise ModelError(
            f"The segmenter 'vncorenlp' lacks its package ({error}): install Java and run pip install"
            " 'hoptac[vncorenlp]'."
        ) from error
    missing = [part for part in _PARTS if not (folder / part).is_file()]
    if missing:
        raise ModelError(
            f"{folder} has no {missing[0]}: create the folder and run once in Python"
            f" py_vncorenlp.download_model(save_dir='{folder}'), or set {FOLDER_VARIABLE} to a folder that"
            " holds VnCoreNLP."
        )
    here = Path.cwd()
    try:
        return py_vncorenlp.VnCoreNLP(annotators=["wseg"], save_dir=str(folder))
    except Exception as error:  # the Java bridge raises many kinds, for a missing JVM and for a broken jar
        raise ModelError(f"VnCoreNLP in {folder} does not start ({error}): check that Java runs.") from error
    finally:
        os.chdir(here)  # the package changes the working directory
