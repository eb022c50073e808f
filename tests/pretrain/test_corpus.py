"""Reading, splitting and selecting articles, and making corpus files."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from hoptac.errors import ConfigError, InputError
from hoptac.pretrain.config import CorpusConfig, DomainConfig
from hoptac.pretrain.corpus import is_held_out, read_corpus, read_lines, score_threshold
from hoptac.pretrain.prepare import prepare_texts, prepare_vietnews
from hoptac.text.segment import WhitespaceSegmenter
from tests.pretrain.conftest import invented_articles


def test_xz_and_plain_files_give_the_same_lines(tmp_path: Path) -> None:
    text = "một hai\n\nba_bốn năm\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    with lzma.open(tmp_path / "b.txt.xz", "wt", encoding="utf-8") as file:
        file.write(text)
    assert [line.split() for line in read_lines([tmp_path / "a.txt"])] == [["một", "hai"], ["ba_bốn", "năm"]]
    assert list(read_lines([tmp_path / "a.txt"])) == list(read_lines([tmp_path / "b.txt.xz"]))


def test_a_cut_off_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.txt.xz"
    path.write_bytes(lzma.compress("\n".join(invented_articles(50)).encode())[:-40])
    with pytest.raises(InputError, match=r"cut\.txt\.xz"):
        list(read_lines([path]))


def test_held_out_articles_depend_on_their_text_only() -> None:
    lines = invented_articles(2000)
    held = {line for line in lines if is_held_out(line, 0.1)}
    assert 120 < len(held) < 280
    assert all(is_held_out(f"  {line.replace(' ', '  ')}\n", 0.1) for line in held)
    assert held <= {line for line in lines if is_held_out(line, 0.2)}


def test_the_nearest_articles_fill_the_words_allowed() -> None:
    lines = [" ".join(["tàu"] * near + ["rau"] * (50 - near)) for near in (0, 10, 20, 30, 40)]
    open_ended = DomainConfig(("Tàu",), min_score=0.0)
    assert score_threshold(lines, open_ended) == 0.0
    threshold = score_threshold(lines, DomainConfig(("Tàu",), 0.0, max_words=110))
    assert threshold == pytest.approx(20 / 100)  # two articles of 50 words fit, the third does not


def test_articles_are_near_by_their_words(corpus_file: Path) -> None:
    config = CorpusConfig((str(corpus_file),), 0.1, DomainConfig(("rau", "chợ"), 0.02))
    articles = list(read_corpus(config))
    assert len(articles) == 300
    assert all(article.near == ("rau" in article.words) for article in articles)
    assert all(article.near for article in read_corpus(CorpusConfig((str(corpus_file),), 0.1)))


def test_an_absent_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.txt"):
        list(read_corpus(CorpusConfig(("nowhere.txt",))))


def _vietnews(folder: Path) -> None:
    for split, number, text in (
        ("train", 1, "Bộ_trưởng thăm Lào .\n\nHai bên hội_đàm .\n"),
        ("train", 2, "Đoàn đi thăm .\n"),
        ("train", 3, "Hoà\u200b bi\u0300nh .\n"),
        ("train", 4, "Đoàn  đi thăm .\n"),
        ("val", 1, "Tàu cập cảng .\n"),
    ):
        path = folder / f"data/{split}_tokenized/{number:06}.txt.seg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_vietnews_leaves_out_what_models_are_evaluated_on(tmp_path: Path) -> None:
    clone, annotations = tmp_path / "clone", tmp_path / "annotations"
    _vietnews(clone)
    (annotations / "real").mkdir(parents=True)
    records = {"real-1": "data/train_tokenized/000002.txt.seg", "real-2": "data/val_tokenized/000001.txt.seg"}
    for article_id, path in records.items():
        record = {"id": article_id, "path": path, "sha256": "0" * 64, "words": 1}
        record |= {"entities": [], "evidence": []}
        (annotations / "real" / f"{article_id}.json").write_text(json.dumps(record), encoding="utf-8")
    splits = {"train": ["real-2"], "dev": ["real-1"], "test": []}
    (annotations / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    report = prepare_vietnews(clone, tmp_path / "out" / "v.txt.xz", annotations)
    lines = [line.rstrip("\n") for line in read_lines([tmp_path / "out" / "v.txt.xz"])]
    # article 4 has the words of the development article under another name
    assert lines == ["Bộ_trưởng thăm Lào . Hai bên hội_đàm .", "Hoà bình .", "Tàu cập cảng ."]
    assert (report.articles, report.words, report.evaluation, report.repeated) == (3, 15, 2, 0)


def test_own_texts_are_segmented_as_the_tagger_does(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    body = "Hai bên trao đổi về hợp tác đào tạo sĩ quan. Đoàn cán bộ thăm học viện và ký bản ghi nhớ.\n"
    (tmp_path / "texts" / "a.txt").write_text("Bộ trưởng thăm Lào\n\n" + body, encoding="utf-8")
    (tmp_path / "texts" / "b.txt").write_text("Bộ trưởng thăm Lào\n\n" + body, encoding="utf-8")
    report = prepare_texts(tmp_path / "texts", tmp_path / "own.txt", WhitespaceSegmenter())
    assert (report.articles, report.repeated) == (1, 1)
    [line] = read_lines([tmp_path / "own.txt"])
    assert line.split()[-3:] == ["bản", "ghi", "nhớ."]


@pytest.mark.parametrize("is_clone", [True, False])
def test_an_empty_source_is_named_and_writes_nothing(tmp_path: Path, is_clone: bool) -> None:
    with pytest.raises(InputError, match=str(tmp_path)):
        if is_clone:
            prepare_vietnews(tmp_path, tmp_path / "out.txt", tmp_path)
        else:
            prepare_texts(tmp_path, tmp_path / "out.txt", WhitespaceSegmenter())
    assert list(tmp_path.iterdir()) == []
