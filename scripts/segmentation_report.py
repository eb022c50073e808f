"""Which share of the gold entities' boundaries each word segmenter leaves reachable.

    python scripts/segmentation_report.py --vocabulary vinai/phobert-base --glued 30

Labels are per subword: a boundary is reachable where a subword begins or ends, so that a word glued across
an entity's edge is still split by the tokenizer more often than not. The share at word level is what a
tagger with one label a word could reach. The articles are those of the corpus whose text is at hand.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.console import Console
from rich.table import Table

from hoptac.annotations.corpus import load_corpus
from hoptac.article import Article
from hoptac.errors import ModelError
from hoptac.text.encode import TextEncoder, TokenizedText
from hoptac.text.segment import get_segmenter
from hoptac.text.tokenizer import PhobertTokenizerFast

SEGMENTERS = ("underthesea", "vncorenlp", "none")
CONTEXT = 20  # characters shown on each side of a boundary that cannot be reached


@dataclass
class Reach:
    """What one segmenter lets a tagger reach."""

    words: int = 0
    seconds: float = 0.0
    boundaries: int = 0
    by_word: int = 0
    by_subword: int = 0
    entities: int = 0
    whole: int = 0
    glued: Counter[str] = field(default_factory=Counter)

    def add(self, article: Article, tokens: TokenizedText) -> None:
        """Count the boundaries of the article's entities that ``tokens`` reach."""
        first = np.ones(len(tokens), dtype=bool)
        first[1:] = tokens.words[1:] != tokens.words[:-1]
        last = np.append(first[1:], True) if len(tokens) else first
        subword_edges = set(tokens.starts.tolist()), set(tokens.ends.tolist())
        word_edges = set(tokens.starts[first].tolist()), set(tokens.ends[last].tolist())
        self.words += int(first.sum())
        for entity in article.entities:
            edges = entity.start, entity.end
            found = [at in known for at, known in zip(edges, subword_edges, strict=True)]
            self.boundaries += 2
            self.by_word += sum(at in known for at, known in zip(edges, word_edges, strict=True))
            self.by_subword += sum(found)
            self.entities += 1
            self.whole += all(found)
            self.glued.update(
                around(article.text, at) for at, reached in zip(edges, found, strict=True) if not reached
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--vocabulary", default="vinai/phobert-base", help="hub id or folder of a PhoBERT model"
    )
    parser.add_argument(
        "--segmenter", action="append", choices=SEGMENTERS, help="only this one (may be given again)"
    )
    parser.add_argument("--glued", type=int, default=0, help="list so many boundaries out of reach for each")
    options = parser.parse_args()

    console = Console()
    corpus = load_corpus()
    if missing := corpus.describe_missing():
        console.print(missing)
    articles = [article for split in corpus.articles.values() for article in split]
    tokenizer = PhobertTokenizerFast.from_pretrained(options.vocabulary)
    table = Table(title=f"Reachable boundaries of entities, {len(articles)} articles")
    for heading in (
        "segmenter",
        "boundaries",
        "at word level",
        "at subword level",
        "whole entities",
        "words/s",
    ):
        table.add_column(heading, justify="left" if heading == "segmenter" else "right")
    for name in options.segmenter or SEGMENTERS:
        try:
            reach = measure(articles, name, tokenizer)
        except ModelError as error:
            console.print(f"Left out: {error}")
            continue
        table.add_row(
            name,
            f"{reach.boundaries:,}",
            f"{reach.by_word / max(reach.boundaries, 1):.4f}",
            f"{reach.by_subword / max(reach.boundaries, 1):.4f}",
            f"{reach.whole / max(reach.entities, 1):.4f}",
            f"{reach.words / max(reach.seconds, 1e-9):,.0f}",
        )
        for place, times in reach.glued.most_common(options.glued):
            console.print(f"{name}: {times} × {place}", markup=False, highlight=False)
    console.print(table)
    console.print("words/s: from raw text to subwords, CPU time; 'none' takes each syllable for a word.")


def measure(articles: Sequence[Article], name: str, tokenizer: PhobertTokenizerFast) -> Reach:
    """Encode all articles with one segmenter; raises ``ModelError`` where it is not installed."""
    encoder = TextEncoder(tokenizer, get_segmenter(name))
    encoder("Khởi động")  # models are loaded on the first call
    reach = Reach()
    for article in articles:
        began = time.process_time()
        tokens = encoder(article.text)
        reach.seconds += time.process_time() - began
        reach.add(article, tokens)
    return reach


def around(text: str, at: int) -> str:
    """The words on both sides of a boundary, parted by ``|``."""
    before = text[max(0, at - CONTEXT) : at].split("\n")[-1]
    after = text[at : at + CONTEXT].split("\n")[0]
    return f"{' '.join(before.split(' ')[-2:])}|{' '.join(after.split(' ')[:2])}"


if __name__ == "__main__":
    main()
