"""From a request's marks to annotation files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from hoptac.annotations.corpus import ARTICLE_SUFFIXES, TEXTS
from hoptac.annotations.files import write_bytes
from hoptac.annotations.inline import write_inline
from hoptac.annotations.standoff import to_standoff, write_standoff
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import AnnotationError, HoptacError
from hoptac.serve.bodies import Form, MarkedArticle, MarkedEntity, MarkedEvidence, Stretch

# The inline markup's ids, but short enough for every file system.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


class ExistsError(HoptacError):
    """An annotation of this id has been saved before."""


@dataclass(frozen=True, slots=True)
class Written:
    """An annotation as a file; ``text`` is the article's text where the file does not hold it."""

    article_id: str
    suffix: str
    content: str
    text: str | None

    @property
    def filename(self) -> str:
        return self.article_id + self.suffix


def to_article(body: MarkedArticle) -> Article:
    """The article of a request.

    Raises `AnnotationError` for an id that is none: it names a file, so it must not lead out of its folder.
    """
    if not _ID.fullmatch(body.id):
        raise AnnotationError(
            f"{body.id!r} is not an id: use letters without accents, digits, '_', '.' and '-', at most 100, "
            "with a letter or digit first."
        )
    return Article(
        id=body.id,
        text=body.text,
        entities=tuple(sorted(Entity(mark.start, mark.end, mark.label) for mark in body.entities)),
        evidence=tuple(sorted(AreaEvidence(mark.start, mark.end, mark.area) for mark in body.evidence)),
        furniture=tuple(sorted(Span(line.start, line.end) for line in body.furniture)),
    )


def to_body(article: Article) -> MarkedArticle:
    """The article as it goes over the wire."""
    return MarkedArticle(
        id=article.id,
        text=article.text,
        entities=[MarkedEntity(start=m.start, end=m.end, label=m.label) for m in article.entities],
        evidence=[MarkedEvidence(start=m.start, end=m.end, area=m.area) for m in article.evidence],
        furniture=[Stretch(start=span.start, end=span.end) for span in article.furniture],
    )


def write(article: Article, form: Form) -> Written:
    """The article as a file.

    Raises `AnnotationError` for marks that overlap, cross, leave their line or stand on furniture: neither
    form is written from them, though stand-off records could hold some.
    """
    markup = write_inline(article)
    if form == "inline":
        return Written(article.id, ".md", markup, None)
    return Written(article.id, ".json", write_standoff(to_standoff(article)), article.text)


def save(folder: Path, written: Written, overwrite: bool) -> list[str]:
    """Write an annotation's files into ``folder`` and return their names there, as a corpus has them.

    Each is written aside and then renamed. Raises `ExistsError` where the id is taken, and without asking for
    ``overwrite`` where it is taken by the other form; ``HoptacError`` where a file cannot be written.
    """
    for suffix in ARTICLE_SUFFIXES:
        other = folder / (written.article_id + suffix)
        if other.exists() and suffix != written.suffix:
            raise ExistsError(f"{other.name} holds this article in the other form; choose another id.")
        if other.exists() and not overwrite:
            raise ExistsError(f"{other.name} is there already; replace it, or choose another id.")
    files = {written.filename: written.content}
    if written.text is not None:  # first: a record without its text is of no use
        files = {f"{TEXTS}/{written.article_id}.txt": written.text, **files}
    for name, content in files.items():
        try:
            write_bytes(folder / name, content.encode("utf-8"))
        except OSError as error:
            raise HoptacError(f"{folder / name} cannot be written: {error.strerror}.") from error
    return list(files)
