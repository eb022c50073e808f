"""Word segmentation behind one small interface: a sentence in, spans of words out.

PhoBERT reads words, not syllables. Segmenters work on normalized text and return spans of it, so that nothing
they do can move an offset.
"""

from __future__ import annotations

import ast
import re
import threading
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from hoptac.errors import ConfigError, ModelError
from hoptac.text.crf import WordCrf
from hoptac.text.joins import split_join
from hoptac.text.vncorenlp import VncorenlpSegmenter

Spans = list[tuple[int, int]]

_CRF = "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727/models.bin"
_TOKENIZER = "pipeline/word_tokenize/regex_tokenize.py"
_WORD_LIST = "corpus/data/Viet74K.txt"
_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠ-Ỹ"
_NOT_SPACE = re.compile(r"\S+")
# "LHQ.Đồng chí": a full stop without its space, which the tokenizer takes for an abbreviation's.
_GLUED_STOP = re.compile(rf"([{_UPPER}]{{2,}})(\.)([{_UPPER}][{_UPPER.lower()}]+)")
# "Ảnh: H.M.": initials with the sentence's full stop.
_INITIALS = re.compile(rf"[{_UPPER}]+(?:\.[{_UPPER}{_UPPER.lower()}]+)+\.")


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
        return [match.span() for match in _NOT_SPACE.finditer(text)]


class UndertheseaSegmenter:
    """underthesea's regular-expression tokenizer and its CRF (VLSP 2013), without its text normalization.

    The CRF was trained on tone marks in the old style (``hoà``), as normalized text has them. What it joins
    too much is split by the rules of ``hoptac.text.joins`` over underthesea's word list.

    Raises ``ModelError`` on the first call when underthesea lacks its model.
    """

    name = "underthesea"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: _Underthesea | None = None

    def __call__(self, text: str) -> Spans:
        model = self._model
        if model is None:
            with self._lock:
                model = self._model = self._model or _Underthesea()
        tokens = _tokens(text, model.pattern)
        if not tokens:
            return []
        surfaces = [text[start:end] for start, end in tokens]
        continues = model.crf.continues(surfaces)
        words: Spans = []
        first = 0
        for i in range(1, len(tokens) + 1):
            if i < len(tokens) and continues[i] and "\n" not in text[tokens[i - 1][1] : tokens[i][0]]:
                continue
            if i - first == 1:
                words.append(tokens[first])
            else:
                for size in split_join(surfaces[first:i], model.words):
                    words.append((tokens[first][0], tokens[first + size - 1][1]))
                    first += size
            first = i
        return words


class _Underthesea:
    """The parts of underthesea that its word segmentation is made of, read from its files.

    Importing the package would load PyTorch and transformers, which nothing here needs.
    """

    def __init__(self) -> None:
        found = find_spec("underthesea")
        if found is None or not found.submodule_search_locations:
            raise ModelError("The segmenter 'underthesea' lacks its package: run pip install underthesea.")
        folder = Path(found.submodule_search_locations[0])
        try:
            self.pattern = _assigned(folder / _TOKENIZER, "patterns")
            self.words = frozenset((folder / _WORD_LIST).read_text(encoding="utf-8").lower().split("\n"))
            self.crf = WordCrf(folder / _CRF, self.words)
        except OSError as error:
            raise ModelError(
                f"This underthesea has no {error.filename}: install a version that hoptac names in its"
                " requirements."
            ) from error


def _assigned(path: Path, name: str) -> re.Pattern[str]:
    """The pattern ``name`` that a module assigns, without what the module imports beside ``re``."""
    tree = ast.parse(path.read_bytes())
    values: dict[str, Any] = {"re": re}
    kept = ast.Module([part for part in tree.body if isinstance(part, ast.Assign)], [])
    try:
        exec(compile(kept, str(path), "exec"), values)
    except NameError as error:
        raise ModelError(
            f"{path} is not as hoptac knows it ({error}); install another underthesea."
        ) from error
    if not isinstance(values.get(name), re.Pattern):
        raise ModelError(f"{path} assigns no pattern {name!r}; install another version of underthesea.")
    pattern: re.Pattern[str] = values[name]
    return pattern


def _tokens(text: str, pattern: re.Pattern[str]) -> Spans:
    """The tokenizer's tokens, but for combining marks, which stay with their base, and for full stops that
    it took for an abbreviation's."""
    tokens: Spans = []
    for match in pattern.finditer(text):
        start, end = match.span()
        if tokens and tokens[-1][1] == start and unicodedata.category(text[start])[0] == "M":
            tokens[-1] = (tokens[-1][0], end)
            continue
        if end - start > 1 and "." in match.group():
            glued = _GLUED_STOP.fullmatch(text, start, end)
            if glued:
                tokens += [glued.span(1), glued.span(2)]
                start = glued.start(3)
            elif end == len(text) and _INITIALS.fullmatch(text, start, end):
                tokens.append((start, end - 1))
                start = end - 1
        tokens.append((start, end))
    return tokens


_SEGMENTERS: dict[str, Callable[[], Segmenter]] = {
    "underthesea": UndertheseaSegmenter,
    "vncorenlp": VncorenlpSegmenter,
    "none": WhitespaceSegmenter,
}
