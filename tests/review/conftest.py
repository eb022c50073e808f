from __future__ import annotations

from pathlib import Path

import pytest

from hoptac.annotations.corpus import SPLITS, article_files, load_corpus
from hoptac.article import Article
from hoptac.review.case import merged
from hoptac.review.inconsistent import inconsistencies
from hoptac.review.place import PlacedCase, place_cases
from tests.review.corpus import write_review_corpus


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    return write_review_corpus(tmp_path)


def read_all(root: Path) -> dict[str, tuple[str, Article]]:
    corpus = load_corpus(root)
    return {article.id: (split, article) for split in SPLITS for article in corpus.split(split)}


def find_cases(root: Path) -> list[PlacedCase]:
    articles = read_all(root)
    cases = merged(inconsistencies(article for _, article in articles.values()))
    return place_cases(cases, articles, article_files(root))
