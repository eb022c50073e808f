"""A corpus folder made of chosen articles, for a training run to read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from hoptac.annotations.files import write_bytes
from hoptac.annotations.inline import write_inline
from hoptac.article import Article

ARTICLES = "articles"


def stage(root: Path, splits: Mapping[str, Sequence[Article]]) -> Path:
    """Write articles with their splits as a corpus in the inline markup and return ``root``.

    Files of articles that are in no split are removed, so that the folder holds just these. Raises
    `AnnotationError` for marks that cannot stand together.
    """
    files = {f"{article.id}.md": write_inline(article) for part in splits.values() for article in part}
    for path in (root / ARTICLES).glob("*.md"):
        if path.name not in files:
            path.unlink()
    for name, markup in files.items():
        write_bytes(root / ARTICLES / name, markup.encode("utf-8"))
    ids = {split: [article.id for article in part] for split, part in splits.items()}
    write_bytes(root / "splits.json", (json.dumps(ids, indent=1) + "\n").encode("utf-8"))
    return root
