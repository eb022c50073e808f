"""Measure the way from raw text to model input: words per second of every stage, on one core.

python scripts/benchmark_text.py --vocabulary vinai/phobert-base --words 50000

The texts are the corpus articles at hand, or the files given. Words are counted once, as what white space
parts in the texts as given, so that all rates compare. Each stage gets what the one before it made. The
tokenizer is set against ``transformers.PhobertTokenizer`` on the same word-segmented sentences, first with
empty word caches and then with full ones.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # before tokenizers is loaded: one core for both

from transformers import PhobertTokenizer

from hoptac.annotations.corpus import load_corpus
from hoptac.text.encode import TextEncoder
from hoptac.text.normalize import normalize
from hoptac.text.page import read_page
from hoptac.text.segment import get_segmenter
from hoptac.text.sentences import sentence_spans
from hoptac.text.tokenizer import PhobertTokenizerFast

SPACE = re.compile(r"\s")
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "files", nargs="*", type=Path, help="text files to read; the corpus when none is given"
    )
    parser.add_argument(
        "--vocabulary", default="vinai/phobert-base", help="hub id or folder of a PhoBERT model"
    )
    parser.add_argument(
        "--segmenter", default="underthesea", help="word segmenter: underthesea, vncorenlp, none"
    )
    parser.add_argument("--words", type=int, default=50_000, help="stop reading texts after so many words")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each stage; the fastest counts")
    options = parser.parse_args()

    texts = take(read_texts(options.files), options.words)
    words = sum(len(text.split()) for text in texts)
    table = Table(title=f"{len(texts)} texts, {words:,} words, one core")
    for heading in ("stage", "CPU seconds", "words/s"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")

    def measure(stage: str, work: Callable[[], T], repeat: int = options.repeat) -> tuple[T, float]:
        result, seconds = timed(work, repeat)
        table.add_row(stage, f"{seconds:.3f}", f"{words / seconds:,.0f}")
        return result, seconds

    segmenter = get_segmenter(options.segmenter)
    segmenter("Khởi động")  # its model is loaded on the first call
    measure("page filter", lambda: [read_page(text) for text in texts])
    clean, _ = measure("normalization", lambda: [normalize(text).text for text in texts])
    spans, _ = measure("sentences", lambda: [sentence_spans(text) for text in clean])
    sentences = [text[a:b] for text, found in zip(clean, spans, strict=True) for a, b in found]
    segmented, _ = measure(
        f"word segmentation ({options.segmenter})", lambda: list(map(segmenter, sentences))
    )
    lines = [
        " ".join(SPACE.sub("_", sentence[a:b]) for a, b in found)
        for sentence, found in zip(sentences, segmented, strict=True)
    ]

    fast = PhobertTokenizerFast.from_pretrained(options.vocabulary)
    slow = PhobertTokenizer.from_pretrained(options.vocabulary)
    mine, first_fast = measure("PhobertTokenizerFast, first pass", lambda: fast(lines)["input_ids"], 1)
    theirs, first_slow = measure("PhobertTokenizer, first pass", lambda: slow(lines)["input_ids"], 1)
    _, again_fast = measure("PhobertTokenizerFast", lambda: fast(lines))
    measure("PhobertTokenizerFast with offsets", lambda: fast(lines, return_offsets_mapping=True))
    _, again_slow = measure("PhobertTokenizer", lambda: slow(lines))
    encoder = TextEncoder(fast, segmenter)
    measure("raw text to subwords with offsets", lambda: [encoder(text) for text in texts])

    console = Console()
    console.print(table)
    same = sum(a == b for a, b in zip(mine, theirs, strict=True))
    console.print(
        f"Speed against PhobertTokenizer: {first_slow / first_fast:.1f} times on the first pass,"
        f" {again_slow / again_fast:.1f} times on later ones; equal ids for {same:,} of {len(lines):,} lines."
    )


def read_texts(files: list[Path]) -> Iterable[str]:
    """The texts of the files, or of the corpus articles whose text is at hand."""
    if files:
        return (path.read_text(encoding="utf-8") for path in files)
    corpus = load_corpus()
    return (article.text for split in ("test", "dev", "train") for article in corpus.split(split))


def take(texts: Iterable[str], words: int) -> list[str]:
    """Texts from the front until they hold ``words`` words."""
    taken: list[str] = []
    for text in texts:
        if words <= 0:
            break
        taken.append(text)
        words -= len(text.split())
    return taken


def timed(work: Callable[[], T], repeat: int) -> tuple[T, float]:
    """The result of ``work`` and the CPU seconds of its fastest run: other programs at work do not count."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return result, best


if __name__ == "__main__":
    main()
