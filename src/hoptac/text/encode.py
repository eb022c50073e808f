"""From a text as given to subword ids that each know their characters in it.

text → normalized text → sentences → words → one segmented line → subwords.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hoptac.article import Span
from hoptac.text.normalize import normalize
from hoptac.text.segment import Segmenter
from hoptac.text.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """The subwords of a text, without special tokens.

    ``ids``, ``starts``, ``ends``, ``words`` and ``sentences`` have shape ``(tokens,)``: vocabulary id, first
    and past-the-end character in ``text`` as given, index of the word and of the sentence.
    ``sentence_spans[i]`` holds the characters of sentence ``i`` in ``text``.
    """

    text: str
    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    words: NDArray[np.int32]
    sentences: NDArray[np.int32]
    sentence_spans: tuple[Span, ...]

    def __len__(self) -> int:
        return len(self.ids)


class LineEncoding(Protocol):
    """Subword ids of a line and their ``(start, end)`` in it."""

    @property
    def ids(self) -> list[int]: ...

    @property
    def offsets(self) -> list[tuple[int, int]]: ...


class Tokenizer(Protocol):
    """What encoding asks of a tokenizer; ``PhobertTokenizerFast`` and ``LineTokenizer`` have it."""

    @property
    def mask_token_id(self) -> int: ...

    def encode_line(self, line: str) -> LineEncoding: ...


class TextEncoder:
    """Turns texts into `TokenizedText` with one tokenizer and one word segmenter."""

    def __init__(self, tokenizer: Tokenizer, segmenter: Segmenter) -> None:
        self.tokenizer = tokenizer
        self.segmenter = segmenter

    def __call__(self, text: str, regions: Iterable[Span] | None = None) -> TokenizedText:
        """Encode ``text``, or only its ``regions`` (runs of lines, in order, not overlapping)."""
        parts = [
            self._region(text, span) for span in (regions if regions is not None else [Span(0, len(text))])
        ]
        return _join(text, parts)

    def _region(self, text: str, region: Span) -> TokenizedText:
        normalized = normalize(text[region.start : region.end])
        clean = normalized.text
        sentences = sentence_spans(clean)
        words = [
            (start + a, start + b, i)
            for i, (start, end) in enumerate(sentences)
            for a, b in self.segmenter(clean[start:end])
        ]
        if not words:
            return _empty(text)
        # normalized text has no other white space
        pieces = [clean[a:b].replace(" ", "_").replace("\n", "_") for a, b, _ in words]
        encoding = self.tokenizer.encode_line(" ".join(pieces))
        offsets = _table(encoding.offsets, 2)
        table = _table(words, 3)
        # every word starts one separator after the end of the one before it on the segmented line
        line_starts = np.concatenate([[0], np.cumsum(table[:-1, 1] - table[:-1, 0] + 1)]).astype(np.int32)
        word = (np.searchsorted(line_starts, offsets[:, 0], side="right") - 1).astype(np.int32)
        shift = table[word, 0] - line_starts[word]
        return TokenizedText(
            text,
            np.array(encoding.ids, np.int32),
            normalized.starts[offsets[:, 0] + shift].astype(np.int32) + region.start,
            normalized.ends[offsets[:, 1] + shift - 1].astype(np.int32) + region.start,
            word,
            table[word, 2],
            tuple(_shifted(normalized.to_raw(*sentence), region.start) for sentence in sentences),
        )


def _table(rows: Sequence[tuple[int, ...]], columns: int) -> NDArray[np.int32]:
    """Rows as an array ``(rows, columns)``, several times faster than by ``np.array``."""
    flat = np.fromiter(chain.from_iterable(rows), np.int32, len(rows) * columns)
    return flat.reshape(-1, columns)


def _shifted(span: tuple[int, int], by: int) -> Span:
    return Span(span[0] + by, span[1] + by)


def _empty(text: str) -> TokenizedText:
    none = np.zeros(0, np.int32)
    return TokenizedText(text, none, none, none, none, none, ())


def _join(text: str, parts: Sequence[TokenizedText]) -> TokenizedText:
    """One `TokenizedText` of several regions, words and sentences counted on."""
    parts = [part for part in parts if len(part)]
    if len(parts) <= 1:
        return parts[0] if parts else _empty(text)
    words = np.cumsum([0] + [int(part.words[-1]) + 1 for part in parts])
    sentences = np.cumsum([0] + [len(part.sentence_spans) for part in parts])
    return TokenizedText(
        text,
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.ends for part in parts]),
        np.concatenate([part.words + words[i] for i, part in enumerate(parts)]).astype(np.int32),
        np.concatenate([part.sentences + sentences[i] for i, part in enumerate(parts)]).astype(np.int32),
        tuple(span for part in parts for span in part.sentence_spans),
    )
