"""A corpus as blocks of subwords on disk, so that training reads any of them and memory stays flat.

A file of blocks is int32 of shape ``(blocks, block)``; each value is ``2 * id + 1`` for a subword that starts
a word and ``2 * id`` for one that goes on. Every article stands as ``<s> … </s>``, one behind the other;
block ends cut where they fall, and the rest that fills no block is dropped.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from hoptac.errors import ConfigError
from hoptac.pretrain.corpus import CorpusArticle
from hoptac.pretrain.folders import whole_folder
from hoptac.text.tokenizer import PhobertTokenizerFast

Packed = NDArray[np.int32]
KINDS = ("train_near", "train_far", "held_out_near", "held_out_far")
COUNTS = "blocks.json"
REMEMBERED_WORDS = 1 << 19
TOGETHER = 256  # articles whose new words are tokenized in one call
FLUSH = 1 << 18


@dataclass(frozen=True)
class Blocks:
    """The four files of blocks, mapped into memory; ``counts`` say how many articles, words and tokens they
    hold."""

    train_near: Packed
    train_far: Packed
    held_out_near: Packed
    held_out_far: Packed
    counts: dict[str, dict[str, int]]


def write_blocks(
    articles: Iterable[CorpusArticle],
    tokenizer: PhobertTokenizerFast,
    block: int,
    with_far: bool,
    folder: Path,
) -> None:
    """Tokenize a corpus into ``folder``; ``with_far`` says whether training reads articles that are not
    near."""
    encode = WordEncoder(tokenizer)
    first, last = (2 * index + 1 for index in (tokenizer.bos_token_id, tokenizer.eos_token_id))
    with whole_folder(folder) as aside:
        writers = {kind: _Writer((aside / f"{kind}.bin").open("wb"), block) for kind in KINDS}
        for group in _batches(articles, TOGETHER):
            encode.learn(word for article in group for word in article.words)
            for article in group:
                kind = f"{'held_out' if article.held_out else 'train'}_{'near' if article.near else 'far'}"
                if kind != "train_far" or with_far:
                    writers[kind].add(article.words, encode, first, last)
        counts = {kind: writer.close() for kind, writer in writers.items()}
        (aside / COUNTS).write_text(json.dumps({"block": block, **counts}, indent=2) + "\n", encoding="utf-8")


def open_blocks(folder: Path) -> Blocks:
    """Map what `write_blocks` wrote.

    Raises `ConfigError` when nothing is there to train on or to evaluate on.
    """
    counts = json.loads((folder / COUNTS).read_text(encoding="utf-8"))
    block = counts.pop("block")
    files = {kind: _open(folder / f"{kind}.bin", block) for kind in KINDS}
    for kind in ("train_near", "held_out_near"):
        if not len(files[kind]):
            raise ConfigError(
                f"corpus: the {kind.rpartition('_')[0].replace('_', '-')} articles near the domain fill no "
                "block of "
                f"{block} subwords; give more text, lower corpus.domain.min_score, or raise corpus.held_out."
            )
    return Blocks(**files, counts=counts)


class WordEncoder:
    """Subwords of single words as packed values, remembered: a word's subwords do not depend on its
    neighbours."""

    def __init__(self, tokenizer: PhobertTokenizerFast) -> None:
        self.tokenizer = tokenizer
        self.special = tuple(map(str, tokenizer.all_special_tokens))
        self.known: dict[str, tuple[int, ...]] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Tokenize those of ``words`` that are not known yet."""
        if len(self.known) > REMEMBERED_WORDS:
            self.known.clear()
        new = [word for word in dict.fromkeys(words) if word not in self.known]
        # a special token spelled out in a text is text, not a mark of ours
        literal = {word for word in new if any(token in word for token in self.special)}
        plain = [word for word in new if word not in literal]
        encoding = self.tokenizer.encode_line(" ".join(plain))
        for index, pairs in groupby(
            zip(encoding.word_ids, encoding.ids, strict=True), key=lambda pair: pair[0]
        ):
            self.known[plain[index]] = _packed([subword for _, subword in pairs])
        for word in literal:
            self.known[word] = _packed([self.tokenizer.unk_token_id])

    def __getitem__(self, word: str) -> tuple[int, ...]:
        return self.known[word]


def _packed(ids: list[int]) -> tuple[int, ...]:
    return (2 * ids[0] + 1, *(2 * index for index in ids[1:]))


class _Writer:
    """Appends articles to one file of blocks."""

    def __init__(self, file: IO[bytes], block: int) -> None:
        self.file, self.block = file, block
        self.buffer = array("i")
        self.articles = self.words = self.written = 0

    def add(self, words: list[str], encode: WordEncoder, first: int, last: int) -> None:
        self.buffer.append(first)
        for word in words:
            self.buffer.extend(encode[word])
        self.buffer.append(last)
        self.articles += 1
        self.words += len(words)
        if len(self.buffer) > FLUSH:
            self._flush()

    def close(self) -> dict[str, int]:
        self._flush()
        self.file.close()
        return {"articles": self.articles, "words": self.words, "tokens": self.written}

    def _flush(self) -> None:
        whole = len(self.buffer) // self.block * self.block
        self.file.write(self.buffer[:whole].tobytes())
        self.written += whole
        self.buffer = self.buffer[whole:]


def _batches(articles: Iterable[CorpusArticle], size: int) -> Iterator[list[CorpusArticle]]:
    iterator = iter(articles)
    while group := list(islice(iterator, size)):
        yield group


def _open(path: Path, block: int) -> Packed:
    if not path.stat().st_size:
        return np.zeros((0, block), np.int32)
    return np.memmap(path, np.int32, "r").reshape(-1, block)
