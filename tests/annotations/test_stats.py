"""Counts of the corpus by split and source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoptac.annotations.stats import corpus_stats
from hoptac.cli.annotations import app
from hoptac.errors import AnnotationError

from .conftest import SmallCorpus

REPOSITORY = Path(__file__).parents[2]


def test_counts_need_no_texts(small: SmallCorpus) -> None:
    stats = corpus_stats(small.root)
    assert {split: list(sources) for split, sources in stats.groups.items()} == {
        "train": ["composed", "real"],
        "dev": [],
        "test": ["seed"],
    }
    composed = stats.groups["train"]["composed"]
    assert (composed.articles, composed.words, composed.furniture_lines, composed.without_text) == (
        1,
        13,
        1,
        0,
    )
    assert stats.split("train").entities == {"RANK": 1, "PERSON": 2, "ORGANIZATION": 1, "DATE": 1}
    assert stats.total.phrases == {"training": 2, "border": 1}
    assert stats.total.without_text == 2
    small.put_texts()
    assert corpus_stats(small.root).total.without_text == 0


def test_an_area_counts_once_an_article(small: SmallCorpus) -> None:
    (small.root / "composed" / "composed-1.md").write_text(
        "---\nid: composed-1\n---\n{a|border} {b|border}\n", encoding="utf-8"
    )
    counts = corpus_stats(small.root).groups["train"]["composed"]
    assert (counts.phrases["border"], counts.articles_by_area["border"]) == (2, 1)


def test_an_article_without_a_file(small: SmallCorpus) -> None:
    small.real.unlink()
    with pytest.raises(AnnotationError, match="'real-1' of split 'train' has no file"):
        corpus_stats(small.root)


def test_the_corpus_has_the_size_its_readme_tells() -> None:
    total = corpus_stats(REPOSITORY / "annotations").total
    readme = (REPOSITORY / "annotations" / "README.md").read_text(encoding="utf-8")
    for figure in (total.articles, total.entities.total(), total.phrases.total()):
        assert f"{figure:,}" in readme


def test_command_line(small: SmallCorpus) -> None:
    runner = CliRunner()
    as_json = runner.invoke(app, ["stats", str(small.root), "--json"])
    assert json.loads(as_json.stdout)["splits"]["train"]["sources"]["real"]["entities"] == {
        "DATE": 1,
        "PERSON": 1,
    }
    table = runner.invoke(app, ["stats", str(small.root)])
    assert table.exit_code == 0
    assert "maritime_security" in table.stdout and "ORGANIZATION" in table.stdout
    (small.root / "splits.json").unlink()
    failed = runner.invoke(app, ["stats", str(small.root)])
    assert failed.exit_code == 1 and "splits.json: cannot be read" in failed.stderr
