"""Word segmentation behind one small interface: a sentence in, spans of words out.

PhoBERT reads words, not syllables. Segmenters work on normalized text and return spans of it, so that nothing
they do can move an offset.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from hoptac.errors import ConfigError

Spans = list[tuple[int, int]]

_UNDERTHESEA_MODEL = "ws_crf_vlsp2013_20230727"
_LETTER_RUN = re.compile(r"\S+")


class Segmenter(Protocol):
    """Splits one sentence of normalized text into words."""

    @property
    def name(self) -> str:
        """The name ``get_segmenter`` knows it by."""
        ...

    def __call__(self, text: str) -> Spans:
        """Spans of words in order; together they cover every character that is not white space.

        A word of several syllables is one span that holds the spaces between them.
        """
        ...


def get_segmenter(name: str) -> Segmenter:
    """The segmenter called ``name``: ``underthesea``, ``vncorenlp`` or ``none``; each is built once.

    Raises ``ConfigError`` for another name and ``ModelError`` where a segmenter's package is not installed.
    """
    if name not in _SEGMENTERS:
        raise ConfigError(f"There is no segmenter '{name}': choose one of {', '.join(_SEGMENTERS)}.")
    return _build(name)


@cache
def _build(name: str) -> Segmenter:
    return _SEGMENTERS[name]()


class WhitespaceSegmenter:
    """``none``: each run of characters without white space is a word; ``_`` inside joins syllables."""

    name = "none"

    def __call__(self, text: str) -> Spans:
        return [match.span() for match in _LETTER_RUN.finditer(text)]


class UndertheseaSegmenter:
    """underthesea's regular-expression tokenizer and its CRF (VLSP 2013), without its text normalization.

    The CRF was trained on tone marks in the old style (``hoà``), as normalized text has them.
    """

    name = "underthesea"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tag: Callable[[list[str]], list[str]] | None = None
        self._pattern: re.Pattern[str] | None = None

    def _load(self) -> None:
        with self._lock:
            if self._tag is not None:
                return
            import underthesea
            from underthesea.models.fast_crf_sequence_tagger import FastCRFSequenceTagger
            from underthesea.pipeline.word_tokenize import regex_tokenize

            model: Any = FastCRFSequenceTagger()
            folder = Path(underthesea.__file__).parent / "pipeline" / "word_tokenize" / "models"
            model.load(str(folder / _UNDERTHESEA_MODEL))
            featurizer, estimator = model.featurizer, model.estimator

            def tag(tokens: list[str]) -> list[str]:
                features = featurizer.process([[[token] for token in tokens]])[0]
                tags: list[str] = estimator.tag(features)
                return tags

            self._pattern = regex_tokenize.patterns
            self._tag = tag

    def __call__(self, text: str) -> Spans:
        if self._tag is None or self._pattern is None:
            self._load()
        assert self._tag is not None and self._pattern is not None
        tokens = [match.span() for match in self._pattern.finditer(text)]
        if not tokens:
            return []
        words: Spans = []
        for (start, end), tag in zip(tokens, self._tag([text[a:b] for a, b in tokens]), strict=True):
            if tag == "I-W" and words and "\n" not in text[words[-1][1] : start]:
                words[-1] = (words[-1][0], end)
            else:
                words.append((start, end))
        return words


_SEGMENTERS: dict[str, Callable[[], Segmenter]] = {
    "underthesea": UndertheseaSegmenter,
    "none": WhitespaceSegmenter,
}
