"""Loading the corpus by split, with and without its texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hoptac.annotations.corpus import default_root, load_corpus
from hoptac.errors import AnnotationError

from .conftest import SmallCorpus

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared" / "annotation"


def test_articles_come_in_the_order_of_their_split(small: SmallCorpus) -> None:
    small.put_texts()
    corpus = load_corpus(small.root)
    assert [article.id for article in corpus.split("train")] == ["real-1", "composed-1"]
    assert corpus.split("train")[0].text == small.plain["real-1"]
    assert corpus.split("dev") == ()
    assert corpus.missing == {"train": (), "dev": (), "test": ()}
    assert corpus.describe_missing() is None


def test_articles_without_text_are_left_out_and_named(small: SmallCorpus) -> None:
    corpus = load_corpus(small.root)
    assert [article.id for article in corpus.split("train")] == ["composed-1"]
    assert corpus.missing == {"train": ("real-1",), "dev": (), "test": ("seed-1",)}
    said = corpus.describe_missing()
    assert said is not None and "1 of train (real-1), 1 of test (seed-1)" in said


def test_texts_may_lie_elsewhere(small: SmallCorpus, tmp_path: Path) -> None:
    (tmp_path / "seed-1.txt").write_bytes(small.plain["seed-1"].encode())
    corpus = load_corpus(small.root, tmp_path, splits=["test"])
    assert [article.id for article in corpus.split("test")] == ["seed-1"]
    assert list(corpus.missing) == ["test"]


def test_a_changed_text_is_refused(small: SmallCorpus) -> None:
    small.put_texts()
    (small.root / "texts" / "real-1.txt").write_text("Chuyện khác\n", encoding="utf-8")
    with pytest.raises(
        AnnotationError, match=r"real-1\.json: the text is not the one that was marked.*real-1\.txt"
    ):
        load_corpus(small.root)


def test_line_ends_of_texts_are_not_translated(small: SmallCorpus) -> None:
    small.put_texts()
    path = small.root / "texts" / "real-1.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(AnnotationError, match="not the one that was marked"):
        load_corpus(small.root)


def test_unknown_split(small: SmallCorpus) -> None:
    with pytest.raises(AnnotationError, match="no split 'tests'; there are: train, dev, test"):
        load_corpus(small.root, splits=["tests"])
    with pytest.raises(AnnotationError, match="there is no split 'train' here; there are: dev"):
        load_corpus(small.root, splits=["dev"]).split("train")


def test_article_of_a_split_without_a_file(small: SmallCorpus) -> None:
    small.seed.unlink()
    with pytest.raises(AnnotationError, match="'seed-1' of split 'test' has no file"):
        load_corpus(small.root)


def test_one_article_in_two_files(small: SmallCorpus) -> None:
    (small.root / "seeds" / "real-1.json").write_bytes(small.real.read_bytes())
    with pytest.raises(AnnotationError, match="article real-1 is already in"):
        load_corpus(small.root)


@pytest.mark.parametrize("splits", ["{", "[]", '{"train": "a"}', '{"train": [1]}'])
def test_faulty_splits(small: SmallCorpus, splits: str) -> None:
    (small.root / "splits.json").write_text(splits, encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"splits\.json:1:"):
        load_corpus(small.root)


def test_a_file_that_is_not_utf8(small: SmallCorpus) -> None:
    path = small.root / "composed" / "composed-1.md"
    path.write_bytes(path.read_bytes()[:30] + b"\xff")
    with pytest.raises(AnnotationError, match=r"composed-1\.md:4: byte 30 is not UTF-8"):
        load_corpus(small.root)


def test_default_root_is_the_working_directory_then_the_checkout(
    small: SmallCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small.root.parent)
    assert default_root().absolute() == small.root
    monkeypatch.chdir(small.root)
    assert default_root() == REPOSITORY / "annotations"


def test_the_corpus_keeps_its_splits(tmp_path: Path) -> None:
    corpus = load_corpus(REPOSITORY / "annotations", tmp_path)
    sizes = {
        split: len(corpus.split(split)) + len(corpus.missing[split]) for split in ("train", "dev", "test")
    }
    assert sizes == {"train": 854, "dev": 77, "test": 98}
    assert all(article.source == "composed" for article in corpus.split("train"))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the marked articles' texts are not beside the checkout")
def test_the_whole_corpus_loads_with_its_texts(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    for source in ("real", "seeds"):
        for path in (SHARED / source / "text").glob("*.txt"):
            (texts / path.name).symlink_to(path)
    corpus = load_corpus(REPOSITORY / "annotations", texts)
    assert corpus.describe_missing() is None
    articles = [article for split in ("train", "dev", "test") for article in corpus.split(split)]
    assert json.loads((SHARED / "splits.json").read_text())["dev"] == [
        article.id for article in corpus.split("dev")
    ]
    assert sum(len(article.entities) for article in articles) == 25456
    assert sum(len(article.evidence) for article in articles) == 7682
