"""Our inline markup, a file ``ID.md`` an article."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hoptac.annotations.files import read_text
from hoptac.annotations.formats.labelled import Intake
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.inline import read_inline, write_inline
from hoptac.article import Article
from hoptac.errors import AnnotationError


def render(articles: Sequence[Article], path: Path, losses: Losses) -> dict[Path, bytes]:
    """A folder with a file an article; nothing is lost."""
    return {path / f"{article.id}.md": write_inline(article).encode("utf-8") for article in articles}


def read(path: Path, intake: Intake) -> list[Article]:
    """The articles of a folder, its sub-folders too, or of one file."""
    return [read_inline(read_text(file), file) for file in article_files(path, ".md")]


def article_files(path: Path, suffix: str) -> list[Path]:
    """``path`` itself, or the files with this ending in a folder and below, without READMEs and texts.

    Raises :class:`AnnotationError` where there is none.
    """
    if path.is_file():
        return [path]
    files = [
        file
        for file in sorted(path.rglob(f"*{suffix}"))
        if file.is_file()
        and file.stem not in ("README", "GUIDELINES", "splits")
        and not {"texts", "review"} & set(file.relative_to(path).parts[:-1])
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not files:
        raise AnnotationError(f"the folder holds no {suffix} file", path)
    return files
