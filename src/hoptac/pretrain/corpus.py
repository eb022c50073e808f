"""The articles of a pre-training corpus: streamed, split by hash, scored by their domain words."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Literal, cast

import numpy as np

from hoptac.errors import ConfigError, InputError
from hoptac.pretrain.config import CorpusConfig, DomainConfig

SMOOTHING = 50  # words added to an article's length, so that a short one is not near by a single word


@dataclass(frozen=True, slots=True)
class CorpusArticle:
    """One line of a corpus: ``words``, whether it is ``held_out`` from training, and whether it is
    ``near``."""

    words: list[str]
    held_out: bool
    near: bool


def read_lines(paths: Iterable[Path | str]) -> Iterator[str]:
    """The lines that are not blank of text files, ``.xz`` or plain; memory holds one at a time.

    Raises `InputError` with the file, and the line where one is at fault, for a file that cannot be read.
    """
    for path in map(Path, paths):
        number = 0
        try:
            with open_text(path, "r") as file:
                for line in file:
                    number += 1
                    if not line.isspace():
                        yield line
        except (OSError, EOFError, lzma.LZMAError) as error:
            raise InputError(
                f"{path}: cannot be read after line {number} ({error}); fetch or make it anew."
            ) from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 after line {number}; save the file as UTF-8.") from error


def open_text(path: Path, mode: Literal["r", "w"], compressed: bool | None = None) -> IO[str]:
    """Open a UTF-8 text file, compressed by LZMA if asked to or, by default, if its name ends in ``.xz``."""
    if path.suffix == ".xz" if compressed is None else compressed:
        return cast(IO[str], lzma.open(path, f"{mode}t", encoding="utf-8"))
    return path.open(mode, encoding="utf-8")


def is_held_out(line: str, share: float) -> bool:
    """Whether a ``share`` of all articles that is chosen by a hash of the text holds this one.

    The choice depends on nothing else: in whatever files and order an article comes, it is on the same side.
    """
    digest = blake2b(" ".join(line.split()).encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2**64


class Scorer:
    """An article's share of domain words (any case): their number over the number of words plus
    `SMOOTHING`."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(word.lower() for word in words)

    def __call__(self, words: list[str]) -> float:
        return sum(word.lower() in self.words for word in words) / (len(words) + SMOOTHING)


def score_threshold(lines: Iterable[str], domain: DomainConfig) -> float:
    """The score above which articles are near: ``min_score``, or more where ``max_words`` asks for it."""
    if domain.max_words is None:
        return domain.min_score
    scorer = Scorer(domain.words)
    scores: list[float] = []
    sizes: list[int] = []
    for line in lines:
        words = line.split()
        score = scorer(words)
        if score > domain.min_score:
            scores.append(score)
            sizes.append(len(words))
    order = np.argsort(-np.array(scores), kind="stable")
    within = np.cumsum(np.array(sizes, np.int64)[order]) <= domain.max_words
    if within.all():
        return domain.min_score
    # the first article that is too much, and all that score as it does, stay out
    return scores[int(order[int(within.argmin())])]


def read_corpus(config: CorpusConfig) -> Iterator[CorpusArticle]:
    """All articles of the corpus in order; without domain words every one is near.

    Raises `InputError` for a file that cannot be read, `ConfigError` where one is not there.
    """
    check_files(config.files)
    domain = config.domain
    scorer = Scorer(domain.words)
    threshold = score_threshold(read_lines(config.files), domain) if domain.words else 0.0
    for line in read_lines(config.files):
        words = line.split()
        near = not domain.words or scorer(words) > threshold
        yield CorpusArticle(words, is_held_out(line, config.held_out), near)


def check_files(paths: Iterable[str]) -> None:
    """Raise `ConfigError` for the first path that is not a file."""
    for path in paths:
        if not Path(path).is_file():
            raise ConfigError(
                f"corpus.files: there is no file {path}; `pretrain.py prepare` makes such files."
            )
