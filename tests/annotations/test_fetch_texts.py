"""Rebuilding texts from a repository, bare or not, by path or URL, and from folders; every hash verified."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hoptac.annotations.fetch import fetch_texts
from hoptac.annotations.standoff import read_standoff, write_standoff
from hoptac.errors import InputError

from .conftest import DATA_PATH, SEGMENTED, SmallCorpus

SCRIPT = Path(__file__).parents[2] / "scripts" / "fetch_texts.py"


def git(*arguments: str | Path) -> None:
    identity = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], check=True, capture_output=True, env={**os.environ, **identity})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository in the layout of vietnews, with a file that no article needs."""
    folder = tmp_path / "vietnews"
    for name in (DATA_PATH, "data/train_tokenized/000002.txt.seg"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SEGMENTED.encode())
    git("init", "--quiet", folder)
    git("-C", folder, "add", ".")
    git("-C", folder, "commit", "--quiet", "-m", "data")
    return folder


@pytest.mark.parametrize("form", ["clone", "bare", "url"])
def test_news_come_from_a_repository(small: SmallCorpus, repository: Path, form: str, tmp_path: Path) -> None:
    source = str(repository)
    if form == "bare":
        source = str(tmp_path / "bare.git")
        git("clone", "--quiet", "--bare", repository, source)
    elif form == "url":
        source = repository.as_uri()
    report = fetch_texts(small.root, source)
    assert report.written == ("real-1",)
    assert (small.root / "texts" / "real-1.txt").read_bytes().decode() == small.plain["real-1"]
    assert list(report.missing) == ["seed-1"] and "not part of vietnews" in report.missing["seed-1"]
    assert not report.is_complete


def test_everything_comes_from_a_folder_of_texts(small: SmallCorpus, tmp_path: Path) -> None:
    for article_id, text in small.plain.items():
        path = tmp_path / "plain" / article_id[:2] / f"{article_id}.txt"
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode())
    report = fetch_texts(small.root, str(tmp_path / "plain"))
    assert report.is_complete and sorted(report.written) == ["real-1", "seed-1"]
    again = fetch_texts(small.root, str(tmp_path))
    assert again.is_complete and again.written == () and len(again.kept) == 2


def test_a_text_that_differs_is_named_and_not_written(small: SmallCorpus, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "real-1.txt").write_bytes(small.plain["real-1"].encode() + b"\n")
    (folder / "seed-1.txt").write_bytes(b"\xff\xfe")
    report = fetch_texts(small.root, str(folder))
    assert list(report.wrong) == ["real-1", "seed-1"] and not report.missing and not report.written
    assert not (small.root / "texts").exists()


def test_the_right_one_of_two_copies_is_taken(small: SmallCorpus, tmp_path: Path) -> None:
    for place, text in (("a", "khác"), ("b", small.plain["real-1"]), ("c", "khác nữa")):
        path = tmp_path / "plain" / place / "real-1.txt"
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode())
    report = fetch_texts(small.root, str(tmp_path / "plain"))
    assert report.written == ("real-1",) and not report.wrong


def test_a_changed_text_in_place_is_replaced(small: SmallCorpus, repository: Path) -> None:
    small.put_texts()
    (small.root / "texts" / "real-1.txt").write_bytes(b"kh\xff")
    report = fetch_texts(small.root, str(repository))
    assert report.is_complete and report.written == ("real-1",) and report.kept == ("seed-1",)
    assert (small.root / "texts" / "real-1.txt").read_bytes().decode() == small.plain["real-1"]


def test_a_path_that_the_repository_lacks(small: SmallCorpus, repository: Path) -> None:
    record = read_standoff(small.real.read_text(encoding="utf-8"))
    moved = write_standoff(type(record)(record.article, record.sha256, record.words, "data/none.seg"))
    small.real.write_text(moved, encoding="utf-8")
    for source in (str(repository), repository.as_uri()):
        report = fetch_texts(small.root, source)
        assert "data/none.seg" in report.missing["real-1"]


@pytest.mark.parametrize("source", ["not-there", "--upload-pack=x", "file:///not/there.git"])
def test_a_source_that_cannot_be_read(small: SmallCorpus, source: str) -> None:
    with pytest.raises(InputError, match=r"neither a folder nor|git clone failed on file:///not/there\.git"):
        fetch_texts(small.root, source)
    assert not (small.root / "texts").exists()


def test_script_reports_and_exits(small: SmallCorpus, repository: Path) -> None:
    command = [sys.executable, SCRIPT, repository, "--annotations", small.root]
    first = subprocess.run(command, capture_output=True, text=True)
    assert first.returncode == 1
    assert "1 texts written, 0 in place already" in first.stdout
    assert "missing: seed-1: seed-1.txt is not part of vietnews" in first.stderr
    (repository / "seed-1.txt").write_bytes(small.plain["seed-1"].encode())
    (repository / ".git").rename(repository / "git")
    second = subprocess.run(command, capture_output=True, text=True)
    assert (second.returncode, second.stderr) == (0, "")
    assert "1 texts written, 1 in place already" in second.stdout
