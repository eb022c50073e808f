"""Predictions for gold articles, in the form that `hoptac.evaluate` scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hoptac.article import Article, Span
from hoptac.evaluate.prediction import Prediction
from hoptac.reader import Reader
from hoptac.text.page import read_page


def article_lines(article: Article) -> list[Span]:
    """The parts of an article's text between the furniture lines marked by hand."""
    regions, position = [], 0
    for line in (*article.furniture, Span(len(article.text), len(article.text))):
        if line.start > position:
            regions.append(Span(position, line.start))
        position = line.end
    return regions


def predict_articles(
    reader: Reader, articles: Sequence[Article], gold_lines: bool = False, batch_size: int | None = None
) -> list[Prediction]:
    """Read the articles as `predict` would, or with ``gold_lines`` only what is marked as the article."""
    prepared = [
        reader.prepare(a.text, article_lines(a) if gold_lines else read_page(a.text).kept) for a in articles
    ]
    readings = reader.read(prepared, batch_size)
    return [
        replace(reader.predict(article.id, reading), tags=reader.gold_tags(article, reading))
        for article, reading in zip(articles, readings, strict=True)
    ]
