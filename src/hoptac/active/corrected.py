"""Corrected articles, in any format, made ready to learn from: what was corrected, and is it right?"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hoptac.active.resemblance import Texts, body
from hoptac.active.staging import stage
from hoptac.active.suggestion_files import ARTICLES, fingerprint, suggested_marks
from hoptac.annotations.check import check_corpus
from hoptac.annotations.files import read_text
from hoptac.annotations.formats import inline
from hoptac.annotations.formats.catalogue import Format, detect, read_articles
from hoptac.annotations.formats.labelled import Intake
from hoptac.annotations.inline import read_inline
from hoptac.article import Article
from hoptac.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class Corrected:
    """Articles to learn from, and the ids of those that are still just as they were suggested.

    ``files`` holds the file of each article in the inline markup, by id.
    """

    path: Path
    articles: tuple[Article, ...]
    unchanged: tuple[str, ...]
    files: Mapping[str, Path]


def read_corrected(
    path: Path,
    form: Format | None = None,
    intake: Intake | None = None,
    texts: Path | None = None,
    take_unchanged: bool = False,
) -> Corrected:
    """The articles of a file, or of a folder such as `hoptac.active.suggestion_files` writes.

    Articles as they were suggested there are left out unless ``take_unchanged``: nobody may have looked at
    them yet. Raises `AnnotationError` for files that are not in the format.
    """
    if not path.exists():
        raise AnnotationError("there is no such file or folder", path)
    held = next((path / name for name in ARTICLES.values() if (path / name).is_file()), path)
    form = form or (None if (held / "splits.json").is_file() else detect(held))
    articles = read_articles(held, form, intake, texts=texts)
    files = {}
    if form is Format.INLINE:
        files = {read_inline(read_text(file), file).id: file for file in inline.article_files(held, ".md")}
    suggested = {} if take_unchanged else suggested_marks(path if path.is_dir() else path.parent)
    same = {article.id for article in articles if suggested.get(article.id) == fingerprint(article)}
    changed = tuple(article for article in articles if article.id not in same)
    return Corrected(path, changed, tuple(sorted(same)), files)


def mistakes(corrected: Corrected) -> list[AnnotationError]:
    """What `hoptac annotations check` says of the articles.

    For the inline markup with file, line and column, else the message names the article.
    """
    with tempfile.TemporaryDirectory() as room:
        root = stage(Path(room), {"train": corrected.articles, "dev": (), "test": ()})
        found = check_corpus(root).problems
    problems = []
    for problem in found:
        article_id = Path(str(problem.path)).stem
        if article_id in corrected.files:
            file = corrected.files[article_id]
            problems.append(AnnotationError(problem.message, file, problem.line, problem.column))
        else:
            problems.append(AnnotationError(f"article {article_id}: {problem.message}", corrected.path))
    return problems


def repeated(articles: Sequence[Article], others: Mapping[str, Sequence[Article]]) -> dict[str, str]:
    """The articles whose text repeats one of ``others`` (by split): by id, which one and of which split."""
    found = {}
    for split, theirs in others.items():
        known = Texts()
        for article in theirs:
            known.add(article.id, body(article))
        for article in articles:
            if likeness := known.repeated(body(article)):
                found[article.id] = f"{likeness.id} of {split}"
    return found
