"""Learning a vocabulary in PhoBERT's form: byte-pair merges of words (Sennrich et al. 2016) in two files.

``bpe.codes`` holds the merges as fastBPE writes them, ``left right count`` with ``</w>`` at a word's end;
``vocab.txt`` the subwords as fairseq's dictionary lists them, ``subword count`` with ``@@`` where the word
goes on, the most frequent first. The ids are ``<s> <pad> </s> <unk>``, the lines of ``vocab.txt``,
``<mask>``.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from hoptac.errors import ConfigError, ModelError
from hoptac.pretrain.config import VocabularyConfig
from hoptac.pretrain.folders import whole_folder
from hoptac.text.bpe import CONTINUED, WORD_END
from hoptac.text.tokenizer import PhobertTokenizerFast

FILES = ("vocab.txt", "bpe.codes")
FRONT = ("<s>", "<pad>", "</s>", "<unk>")
MASK = "<mask>"
CHECKED_WORDS, CHECKED_TOGETHER = 10_000, 20
CHUNK = 1 << 16  # characters of one repeated word that the trainer gets at a time


def make_vocabulary(config: VocabularyConfig, lines: Iterable[str], folder: Path) -> PhobertTokenizerFast:
    """Write the two files into ``folder``, learned from word-segmented ``lines`` or copied from
    ``config.folder``.

    Raises `ConfigError` for a size that the text cannot fill or that its letters alone exceed, `ModelError`
    where the files to copy are not there or PhoBERT's own tokenizer reads the new ones differently.
    """
    if config.folder is not None:
        PhobertTokenizerFast.from_pretrained(config.folder)
        with whole_folder(folder) as aside:
            for name in FILES:
                shutil.copyfile(Path(config.folder) / name, aside / name)
    else:
        words: Counter[str] = Counter()
        for line in lines:
            words.update(line.split())
        learn_vocabulary(words, config, folder)
        check_parity(folder, [word for word, _ in words.most_common(CHECKED_WORDS)])
    tokenizer: PhobertTokenizerFast = PhobertTokenizerFast.from_pretrained(folder)
    return tokenizer


def learn_vocabulary(words: Counter[str], config: VocabularyConfig, folder: Path) -> None:
    """Learn merges from words and their counts and write ``vocab.txt`` and ``bpe.codes``.

    The same counts give the same files, whatever their order. Raises `ConfigError` as `make_vocabulary` does.
    """
    learnable = _learnable(words, config.min_letter)
    letters = sorted({letter for word in learnable for letter in word})
    units = config.size - len(FRONT) - 1
    if units < 2 * len(letters):
        raise ConfigError(
            f"vocabulary.size: {config.size} is too small for {len(letters)} letters within and at the end "
            "of words; "
            "raise it, or min_letter."
        )
    merges = _learn(learnable, letters, units)
    symbols = dict.fromkeys(letter + end for letter in letters for end in ("", WORD_END))
    symbols |= dict.fromkeys(left + right for left, right in merges)
    if len(symbols) < units:
        raise ConfigError(
            f"vocabulary.size: the text gives only {len(symbols)} subwords, not {units}; lower it."
        )
    counts = _symbol_counts(learnable, symbols, merges)
    ranked = sorted(symbols, key=lambda symbol: -counts[symbol])
    codes = [f"{left} {right} {counts[left + right]}\n" for left, right in merges]
    lines = [f"{_token(symbol)} {counts[symbol]}\n" for symbol in ranked]
    with whole_folder(folder) as aside:
        (aside / "vocab.txt").write_text("".join(lines), encoding="utf-8")
        (aside / "bpe.codes").write_text("".join(codes), encoding="utf-8")


def check_parity(folder: Path, words: list[str]) -> None:
    """Raise `ModelError` unless ``transformers.PhobertTokenizer`` and hoptac's give ``words`` the same
    ids."""
    from transformers import PhobertTokenizer

    slow, fast = PhobertTokenizer.from_pretrained(folder), PhobertTokenizerFast.from_pretrained(folder)
    if len(slow) != len(fast):
        raise ModelError(f"{folder}: PhobertTokenizer reads {len(slow)} subwords there, hoptac {len(fast)}.")
    for start in range(0, len(words), CHECKED_TOGETHER):
        line = " ".join(words[start : start + CHECKED_TOGETHER])
        if fast.encode_line(line).ids != slow.convert_tokens_to_ids(slow.tokenize(line)):
            raise ModelError(f"{folder}: PhobertTokenizer and hoptac differ on the words {line!r}.")


def surface(token: str) -> str:
    """The text that a subword stands for: ``gìn_giữ@@`` is ``gìn giữ``."""
    return token.removesuffix(CONTINUED).replace("_", " ").strip()


def _learnable(words: Counter[str], min_letter: int) -> dict[str, int]:
    """Words, in order, of letters that are seen often enough, and that no marker of the two files spoils."""
    letters: Counter[str] = Counter()
    for word, count in words.items():
        for letter in word:
            letters[letter] += count
    spoiled = (CONTINUED, WORD_END, MASK, *FRONT)
    return {
        word: words[word]
        for word in sorted(words)
        if all(letters[letter] >= min_letter for letter in word) and not any(mark in word for mark in spoiled)
    }


def _learn(words: dict[str, int], letters: list[str], units: int) -> list[tuple[str, str]]:
    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(BPE(end_of_word_suffix=WORD_END))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    trainer = BpeTrainer(
        vocab_size=units,
        initial_alphabet=letters,
        # ids given beforehand: the trainer numbers these as its hash table has them and breaks ties by number
        special_tokens=[letter + WORD_END for letter in letters],
        end_of_word_suffix=WORD_END,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_repeated(words), trainer)
    return [(left, right) for left, right in json.loads(tokenizer.to_str())["model"]["merges"]]


def _repeated(words: dict[str, int]) -> Iterator[str]:
    """Every word as often as it was counted: the trainer takes text, not counts."""
    for word, count in words.items():
        step = max(1, CHUNK // (len(word) + 1))
        for done in range(0, count, step):
            yield f"{word} " * min(step, count - done)


def _symbol_counts(
    words: dict[str, int], symbols: Iterable[str], merges: list[tuple[str, str]]
) -> Counter[str]:
    """How often each symbol is left in the text when all merges are applied."""
    from tokenizers.models import BPE

    ids = {symbol: index for index, symbol in enumerate(symbols)}
    model = BPE(vocab=ids, merges=merges, end_of_word_suffix=WORD_END)
    counts: Counter[str] = Counter()
    for word, count in words.items():
        for token in model.tokenize(word):
            counts[token.value] += count
    return counts


def _token(symbol: str) -> str:
    return symbol.removesuffix(WORD_END) if symbol.endswith(WORD_END) else symbol + CONTINUED
