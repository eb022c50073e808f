"""The annotated corpus on disk: which articles there are, in which split, with which text.

A corpus is a folder with ``splits.json`` (split name to article ids) and sub-folders of articles: inline
files ``ID.md`` that hold their text, and stand-off records ``ID.json`` whose text lies beside the corpus as
``texts/ID.txt``, where present.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hoptac.annotations.files import read_text
from hoptac.annotations.inline import read_inline
from hoptac.annotations.standoff import StandoffRecord, read_standoff
from hoptac.article import Article
from hoptac.errors import AnnotationError

SPLITS = ("train", "dev", "test")
TEXTS = "texts"

ARTICLE_SUFFIXES = (".md", ".json")
_NOT_ARTICLES = {TEXTS, "review"}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles by split; ``missing`` names, by split, those whose text is absent."""

    articles: Mapping[str, tuple[Article, ...]]
    missing: Mapping[str, tuple[str, ...]]

    def split(self, name: str) -> tuple[Article, ...]:
        """The split's articles whose text is present, in the order of ``splits.json``."""
        if name not in self.articles:
            raise AnnotationError(f"there is no split {name!r} here; there are: {', '.join(self.articles)}")
        return self.articles[name]

    def describe_missing(self) -> str | None:
        """A sentence on the articles without a text (the first of each split by id), or None."""
        parts = [f"{len(ids)} of {split} ({_first(ids)})" for split, ids in self.missing.items() if ids]
        if not parts:
            return None
        return f"Left out, as scripts/fetch_texts.py has not put their texts there yet: {', '.join(parts)}."


def _first(ids: Sequence[str], most: int = 10) -> str:
    rest = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + rest


def default_root() -> Path:
    """``annotations/`` in the working directory, else next to the package's checkout.

    Raises :class:`AnnotationError` where neither is a corpus.
    """
    candidates = [Path("annotations"), Path(__file__).parents[3] / "annotations"]
    for folder in candidates:
        if (folder / "splits.json").is_file():
            return folder
    looked = " nor ".join(str(folder.absolute()) for folder in candidates)
    raise AnnotationError(f"no corpus found: neither {looked} holds splits.json; give the corpus's folder")


def article_files(root: Path) -> dict[str, Path]:
    """Every article file of the corpus by its id (the file's name), in order of path.

    Raises :class:`AnnotationError` where two files are named for one article.
    """
    files: dict[str, Path] = {}
    for path in files_beside_articles(root):
        if path.suffix not in ARTICLE_SUFFIXES:
            continue
        if path.stem in files:
            raise AnnotationError(f"article {path.stem} is already in {files[path.stem]}", path)
        files[path.stem] = path
    return files


def files_beside_articles(root: Path) -> Iterator[Path]:
    """Every file of the folders that hold articles, but no README and no hidden file, in order of path."""
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if folder.name in _NOT_ARTICLES or folder.name.startswith("."):
            continue
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stem != "README" and not path.name.startswith("."):
                yield path


def read_splits(root: Path) -> dict[str, tuple[str, ...]]:
    """Article ids by split, from ``splits.json``.

    Raises :class:`AnnotationError` where the file is absent or not of that form.
    """
    path = root / "splits.json"
    text = read_text(path)
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise AnnotationError(f"not JSON: {error.msg}", path, error.lineno, error.colno) from error
    is_splits = isinstance(raw, dict) and all(
        isinstance(ids, list) and all(isinstance(article_id, str) for article_id in ids)
        for ids in raw.values()
    )
    if not is_splits:
        raise AnnotationError("must map the name of each split to a list of article ids", path, 1, 1)
    return {split: tuple(ids) for split, ids in raw.items()}


def read_record(path: Path) -> Article | StandoffRecord:
    """What an article file holds: a whole article (``.md``) or a record without text (``.json``)."""
    text = read_text(path)
    record = read_inline(text, path) if path.suffix == ".md" else read_standoff(text, path)
    if record.id != path.stem:
        raise AnnotationError(f"holds the article {record.id!r}; file name and id must be the same", path, 2)
    return record


def load_corpus(
    root: Path | None = None, texts: Path | None = None, splits: Sequence[str] = SPLITS
) -> Corpus:
    """Read the articles of some splits.

    ``root`` defaults to :func:`default_root`, ``texts`` (the folder of ``ID.txt`` files for stand-off
    records) to ``root/texts``. Articles whose text is absent are named in the result's ``missing``; a text
    that is present but not the one that was marked raises :class:`AnnotationError`, as does any mistake in
    an article file or in ``splits.json``.
    """
    root = default_root() if root is None else root
    texts = root / TEXTS if texts is None else texts
    ids_by_split, files = read_splits(root), article_files(root)
    articles: dict[str, tuple[Article, ...]] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for split in splits:
        if split not in ids_by_split:
            raise AnnotationError(
                f"no split {split!r}; there are: {', '.join(ids_by_split)}", root / "splits.json"
            )
        found: list[Article] = []
        absent: list[str] = []
        for article_id in ids_by_split[split]:
            if article_id not in files:
                raise AnnotationError(f"{article_id!r} of split {split!r} has no file", root / "splits.json")
            article = _with_text(read_record(files[article_id]), files[article_id], texts)
            if article is None:
                absent.append(article_id)
            else:
                found.append(article)
        articles[split], missing[split] = tuple(found), tuple(absent)
    return Corpus(articles, missing)


def _with_text(record: Article | StandoffRecord, path: Path, texts: Path) -> Article | None:
    if isinstance(record, Article):
        return record
    text_path = texts / f"{record.id}.txt"
    if not text_path.is_file():
        return None
    try:
        return record.with_text(read_text(text_path))
    except AnnotationError as error:
        message = f"{error.message}: {text_path}; scripts/fetch_texts.py replaces it"
        raise AnnotationError(message, path) from error
