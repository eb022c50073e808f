"""Our stand-off records, a file ``ID.json`` an article, with the texts apart as ``ID.txt``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hoptac.annotations.corpus import TEXTS
from hoptac.annotations.files import read_text
from hoptac.annotations.formats.inline import article_files
from hoptac.annotations.formats.labelled import Intake
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.standoff import read_standoff, to_standoff, write_standoff
from hoptac.article import Article
from hoptac.errors import AnnotationError


def render(
    articles: Sequence[Article], path: Path, losses: Losses, texts: Path | None = None
) -> dict[Path, bytes]:
    """A folder with a record an article, and its texts (see :func:`texts_folder`).

    A record that replaces one of the same text keeps the place in the public data set that that one names.
    """
    texts = texts or texts_folder(path)
    files = {}
    for article in articles:
        file = path / f"{article.id}.json"
        record = to_standoff(article)
        if file.is_file():
            there = read_standoff(read_text(file), file)
            if there.sha256 == record.sha256:
                record = to_standoff(article, there.path)
        files[file] = write_standoff(record).encode("utf-8")
        files[texts / f"{article.id}.txt"] = article.text.encode("utf-8")
    return files


def read(path: Path, intake: Intake, texts: Path | None = None) -> list[Article]:
    """The articles of a folder's records, its sub-folders' too, or of one record.

    Records whose text is absent are noted as losses. Raises :class:`AnnotationError` where a text is not
    the one that was marked.
    """
    articles = []
    for file in article_files(path, ".json"):
        record = read_standoff(read_text(file), file)
        folders = (
            [texts]
            if texts
            else [texts_folder(path if path.is_dir() else path.parent), texts_folder(file.parent)]
        )
        text_path = next(
            (f / f"{record.id}.txt" for f in folders if (f / f"{record.id}.txt").is_file()), None
        )
        if text_path is None:
            intake.losses.add(
                "records whose text ID.txt is absent (left out; --texts names its folder)", record.id
            )
            continue
        try:
            articles.append(record.with_text(read_text(text_path)))
        except AnnotationError as error:
            raise AnnotationError(f"{error.message}: {text_path}", file) from error
    return articles


def texts_folder(path: Path) -> Path:
    """Where the texts of a folder of records lie: ``texts/`` in it, or beside it in a corpus."""
    parent = path.absolute().parent
    return parent / TEXTS if (parent / "splits.json").is_file() else path / TEXTS
