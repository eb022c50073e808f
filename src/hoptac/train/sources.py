"""The training and development articles that a configuration asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hoptac.annotations.corpus import load_corpus
from hoptac.annotations.files import read_text
from hoptac.annotations.inline import read_inline
from hoptac.article import Article
from hoptac.errors import AnnotationError, ConfigError
from hoptac.evaluate.conll import read_conll
from hoptac.schema import Schema, load_schema
from hoptac.train.config import DataConfig
from hoptac.train.silver import read_silver


@dataclass(frozen=True)
class TrainingData:
    """Articles and the labels they are marked with; ``notes`` say what is missing, ``silver`` ones a model
    marked."""

    train: tuple[Article, ...]
    dev: tuple[Article, ...]
    entity_labels: tuple[str, ...]
    area_labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    silver: tuple[Article, ...] = ()


def load_data(config: DataConfig) -> TrainingData:
    """Read what ``config`` names.

    Raises `ConfigError` when that leaves no article to train on or to choose by, `AnnotationError` for a
    mistake in an article.
    """
    if config.conll_train or config.conll_dev:
        if not (config.conll_train and config.conll_dev):
            raise ConfigError("data: conll_train and conll_dev belong together; give both files.")
        train, dev = read_conll(Path(config.conll_train)), read_conll(Path(config.conll_dev))
        labels = sorted({entity.label for article in (*train, *dev) for entity in article.entities})
        if not labels:
            raise ConfigError(f"data: {config.conll_train} marks no entity; its last column must hold tags.")
        return TrainingData(train[: config.max_articles], dev, tuple(labels), ())
    schema = load_schema()
    root = Path(config.annotations) if config.annotations else None
    texts = Path(config.texts) if config.texts else None
    corpus = load_corpus(root, texts, ("train", "dev"))
    missing = corpus.describe_missing()
    train = corpus.split("train")[: config.max_articles] if config.corpus else ()
    train = (*train, *(article for folder in config.articles for article in _inline_folder(Path(folder))))
    if not train:
        raise ConfigError(
            "data: there is no training article; set `corpus: true` or name folders in `articles`."
        )
    if len(corpus.split("dev")) < 2:
        raise ConfigError(
            "data: fewer than two development articles have a text, too few to choose thresholds by; name "
            "more in splits.json, or run scripts/fetch_texts.py first."
        )
    silver = read_silver(Path(config.silver)) if config.silver else ()
    _check_labels((*train, *corpus.split("dev"), *silver), schema)
    notes = (missing,) if missing else ()
    return TrainingData(train, corpus.split("dev"), schema.entity_labels, schema.area_labels, notes, silver)


def _check_labels(articles: Sequence[Article], schema: Schema) -> None:
    for article in articles:
        marks = [(entity.label, schema.entity_labels) for entity in article.entities]
        marks += [(mark.area, schema.area_labels) for mark in article.evidence]
        for label, known in marks:
            if label not in known:
                raise AnnotationError(
                    f"article {article.id} has the label {label!r}, which is none of {', '.join(known)}"
                )


def _inline_folder(folder: Path) -> Sequence[Article]:
    paths = sorted(folder.rglob("*.md"))
    if not paths:
        raise ConfigError(f"data: {folder} holds no article in the inline markup (.md).")
    return [read_inline(read_text(path), path) for path in paths]
