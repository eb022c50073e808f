"""Counts of a corpus: articles, words, labels and areas by split and source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hoptac.annotations.corpus import TEXTS, article_files, read_record, read_splits
from hoptac.annotations.files import word_count
from hoptac.annotations.standoff import StandoffRecord
from hoptac.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts over some articles.

    ``entities`` and ``phrases`` count marks by label and by area, ``articles_by_area`` the articles that have
    the area; ``without_text`` counts stand-off articles whose text is absent. Words include furniture.
    """

    articles: int = 0
    words: int = 0
    furniture_lines: int = 0
    without_text: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    phrases: Counter[str] = field(default_factory=Counter)
    articles_by_area: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.articles + other.articles,
            self.words + other.words,
            self.furniture_lines + other.furniture_lines,
            self.without_text + other.without_text,
            self.entities + other.entities,
            self.phrases + other.phrases,
            self.articles_by_area + other.articles_by_area,
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "articles": self.articles,
            "words": self.words,
            "furniture_lines": self.furniture_lines,
            "without_text": self.without_text,
            "entities": dict(sorted(self.entities.items())),
            "phrases": dict(sorted(self.phrases.items())),
            "articles_by_area": dict(sorted(self.articles_by_area.items())),
        }


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """Counts by split and, within it, by source (``composed``, ``real``, ``seed``)."""

    groups: dict[str, dict[str, Counts]]

    def split(self, name: str) -> Counts:
        return _sum(self.groups[name].values())

    @property
    def total(self) -> Counts:
        return _sum(self.split(name) for name in self.groups)

    def to_dict(self) -> dict[str, Any]:
        by_split = {
            split: {
                "all": self.split(split).to_dict(),
                "sources": {source: counts.to_dict() for source, counts in sources.items()},
            }
            for split, sources in self.groups.items()
        }
        return {"splits": by_split, "all": self.total.to_dict()}


def corpus_stats(root: Path, texts: Path | None = None) -> CorpusStats:
    """Count the corpus at ``root``; no text is needed, as stand-off records hold their word counts.

    Raises :class:`AnnotationError` for a mistake in a file, or an article of ``splits.json`` without one.
    """
    texts = root / TEXTS if texts is None else texts
    files = article_files(root)
    groups: dict[str, dict[str, Counts]] = {}
    for split, ids in read_splits(root).items():
        sources = groups.setdefault(split, {})
        for article_id in ids:
            if article_id not in files:
                raise AnnotationError(f"{article_id!r} of split {split!r} has no file", root / "splits.json")
            source, counts = _count(files[article_id], texts)
            sources[source] = sources.get(source, Counts()) + counts
        groups[split] = dict(sorted(sources.items()))
    return CorpusStats(groups)


def _count(path: Path, texts: Path) -> tuple[str, Counts]:
    record = read_record(path)
    if isinstance(record, StandoffRecord):
        article, words = record.article, record.words
        is_absent = not (texts / f"{record.id}.txt").is_file()
    else:
        article, words, is_absent = record, word_count(record.text), False
    return article.source, Counts(
        articles=1,
        words=words,
        furniture_lines=len(article.furniture),
        without_text=int(is_absent),
        entities=Counter(mark.label for mark in article.entities),
        phrases=Counter(mark.area for mark in article.evidence),
        articles_by_area=Counter(article.areas),
    )


def _sum(counts: Iterable[Counts]) -> Counts:
    total = Counts()
    for one in counts:
        total = total + one
    return total
