"""A tiny model that knows a dozen invented articles, and pages like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptac.annotations.inline import read_inline
from hoptac.reader import Reader
from hoptac.tagger import load
from tests.train.articles import inline
from tests.train.conftest import Learned, annotations, encoder, learned, one_thread

__all__ = ["annotations", "encoder", "learned", "one_thread"]


@pytest.fixture(scope="session")
def model(learned: Learned) -> Path:
    return learned.output / "model"


@pytest.fixture(scope="session")
def reader(model: Path) -> Reader:
    return load(model, precision="fp32").reader


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Four pages of known words in a new order, one of them a copy of another with a line more."""
    folder = tmp_path / "pages"
    (folder / "deep").mkdir(parents=True)
    for number in (0, 3, 7):
        (folder / f"page-{number}.txt").write_text(read_inline(inline(number)).text, encoding="utf-8")
    copy = read_inline(inline(3)).text + "\nBài viết đã được cập nhật.\n"
    (folder / "deep" / "copy.txt").write_text(copy, encoding="utf-8")
    return folder
