"""Measure the page filter against the corpus: precision and recall of dropped lines, entities lost with them.

Gold are the furniture lines of the annotated articles::

    python scripts/evaluate_page.py

``--errors SPLIT`` lists the lines that were judged wrongly; articles without a text are named and left out.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hoptac.annotations.corpus import SPLITS, load_corpus
from hoptac.article import Article
from hoptac.text.page import read_page


@dataclass
class Score:
    """Counts over the non-empty lines of some articles, and over their entities."""

    articles: int = 0
    both: int = 0
    wrongly_dropped: int = 0
    wrongly_kept: int = 0
    lines: int = 0
    entities: int = 0
    entities_lost: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Share of the dropped lines that are furniture."""
        return self.both / max(self.both + self.wrongly_dropped, 1)

    @property
    def recall(self) -> float:
        """Share of the furniture lines that were dropped."""
        return self.both / max(self.both + self.wrongly_kept, 1)


def measure(article: Article, score: Score) -> Iterator[str]:
    """Add an article's lines to the counts; yields a message for each line judged wrongly."""
    gold = {(span.start, span.end) for span in article.furniture}
    lost: list[tuple[int, int]] = []
    score.articles += 1
    for line in read_page(article.text).lines:
        furniture = (line.start, line.end) in gold
        score.lines += 1
        score.both += furniture and not line.kept
        score.wrongly_dropped += not furniture and not line.kept
        score.wrongly_kept += furniture and line.kept
        if not line.kept:
            lost.append((line.start, line.end))
            score.reasons[line.reason or ""] += 1
        if furniture == line.kept:
            word = "kept furniture" if furniture else f"dropped as {line.reason}"
            yield f"{article.id}: {word}: {article.text[line.start : line.end][:150]}"
    score.entities += len(article.entities)
    score.entities_lost += sum(
        any(start <= entity.start < end for start, end in lost) for entity in article.entities
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--annotations", type=Path, help="the corpus, if not annotations/")
    parser.add_argument("--texts", type=Path, help="its texts, if not annotations/texts")
    parser.add_argument("--errors", metavar="SPLIT", help="list this split's lines that were judged wrongly")
    options = parser.parse_args()

    corpus = load_corpus(options.annotations, options.texts)
    if missing := corpus.describe_missing():
        print(missing)
    scores: dict[tuple[str, str], Score] = {}
    for split in SPLITS:
        for article in corpus.split(split):
            score = scores.setdefault((article.source, split), Score())
            for message in measure(article, score):
                if split == options.errors:
                    print(message)

    table = Table("source", "split", "articles", "lines", "furniture", "precision", "recall", "entities lost")
    for (source, split), score in sorted(scores.items()):
        furniture = score.both + score.wrongly_kept
        table.add_row(
            source, split, str(score.articles), str(score.lines), str(furniture),
            f"{score.precision:.4f}", f"{score.recall:.4f}", f"{score.entities_lost}/{score.entities}",
        )  # fmt: skip
    Console().print(table)


if __name__ == "__main__":
    main()
