"""spaCy's ``DocBin`` files (``.spacy``), ready for ``spacy train``.

Entities are ``doc.ents``, evidence and furniture the span groups of these names, the article's areas
``doc.cats``, its id ``doc.user_data["id"]``. Source: spaCy's API reference, "DocBin". Such files are
zlib-packed msgpack; nothing in them is ever unpickled.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hoptac.annotations.formats.labelled import (
    FURNITURE,
    Intake,
    LabelledSpan,
    labelled_spans,
    tokens_at_edges,
)
from hoptac.annotations.formats.losses import Losses
from hoptac.article import Article
from hoptac.errors import AnnotationError, ConfigError
from hoptac.schema import load_schema

_LIKELY = 0.5  # a category with a score from here on is the article's
_ID = "id"


def render(articles: Sequence[Article], path: Path, losses: Losses) -> dict[Path, bytes]:
    """One file with all articles; raises :class:`ConfigError` where spaCy is not installed.

    Tokens are words and single punctuation marks, cut where a mark begins or ends inside one.
    """
    spacy = _spacy()
    vocab = spacy.vocab.Vocab()
    # ORTH and SPACY, the text, are always there; no other layer of spaCy's is filled.
    bin_ = spacy.tokens.DocBin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True)
    for article in articles:
        bin_.add(_doc(article, spacy, vocab, losses))
    return {path: bin_.to_bytes()}


def read(path: Path, intake: Intake) -> list[Article]:
    """The articles of a file: entities, every span group, and categories as areas.

    Raises :class:`AnnotationError` for a file that is no ``DocBin``, :class:`ConfigError` without spaCy.
    """
    spacy = _spacy()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AnnotationError(f"cannot be read: {error.strerror}", path) from error
    try:
        docs = list(spacy.tokens.DocBin().from_bytes(data).get_docs(spacy.vocab.Vocab()))
    except Exception as error:  # whatever msgpack, numpy and spaCy make of bytes that are something else
        raise AnnotationError("is no spaCy DocBin; write it with DocBin.to_disk", path) from error
    return [_article(doc, number, path, intake) for number, doc in enumerate(docs, start=1)]


def _spacy() -> Any:
    try:
        import spacy.tokens
        import spacy.util
        import spacy.vocab
    except ModuleNotFoundError as error:
        message = "The format 'spacy' needs spaCy, which is not installed: pip install 'hoptac[spacy]'."
        raise ConfigError(message) from error
    return spacy


def _doc(article: Article, spacy: Any, vocab: Any, losses: Losses) -> Any:
    spans = labelled_spans(article, losses)
    text = article.text
    edges = {edge for span in spans for edge in (span.start, span.end)}
    tokens = tokens_at_edges(text, 0, len(text), edges)
    words, spaces = spacy.util.get_words_and_spaces([text[t.start : t.end] for t in tokens], text)
    doc = spacy.tokens.Doc(vocab, words=words, spaces=spaces)
    schema = load_schema()
    layers: dict[str, list[Any]] = {"entities": [], "evidence": [], "furniture": []}
    for span in spans:
        made = doc.char_span(span.start, span.end, label=span.label)
        if made is None:
            losses.add(
                "marks with white space at their edges (left out)", article.id, text[span.start : span.end]
            )
            continue
        layer = "evidence" if span.label in schema.area_labels else "entities"
        layers["furniture" if span.label == FURNITURE else layer].append(made)
    doc.set_ents(layers["entities"])
    doc.spans["evidence"] = layers["evidence"]
    doc.spans["furniture"] = layers["furniture"]
    doc.cats = {area: float(area in article.areas) for area in schema.area_labels}
    doc.user_data[_ID] = article.id
    return doc


def _article(doc: Any, number: int, path: Path, intake: Intake) -> Article:
    own = doc.user_data.get(_ID)
    article_id = intake.id(own if isinstance(own, str) else f"{path.stem}-{number}", f"doc-{number}")
    marks = [*doc.ents, *(span for group in doc.spans.values() for span in group)]
    spans = [LabelledSpan(span.start_char, span.end_char, span.label_) for span in marks]
    article = intake.article(article_id, doc.text, spans)
    intake.areas(article, (name for name, score in doc.cats.items() if score >= _LIKELY))
    others = [key for key in doc.user_data if key != _ID]
    intake.losses.add("entries of user data (left out)", article_id, str(others[:1]), count=len(others))
    return article
