from __future__ import annotations

import json
from pathlib import Path

import pytest

from hoptac.errors import AnnotationError, ConfigError
from hoptac.schema import load_schema
from hoptac.train.config import DataConfig
from hoptac.train.sources import load_data
from tests.train.articles import inline


def own(folder: Path, *numbers: int) -> str:
    folder.mkdir()
    for number in numbers:
        (folder / f"{number}.md").write_text(inline(number).replace("tiny-", "own-"), encoding="utf-8")
    return str(folder)


def test_the_corpus_and_ones_own_articles(annotations: Path, tmp_path: Path) -> None:
    mine = own(tmp_path / "mine", 1, 2)
    data = load_data(DataConfig(annotations=str(annotations), articles=(mine,)))
    assert (len(data.train), len(data.dev)) == (14, 12)
    assert {article.id for article in data.train} >= {"own-01", "own-02"}
    assert data.entity_labels == load_schema().entity_labels
    alone = load_data(DataConfig(annotations=str(annotations), articles=(mine,), corpus=False))
    assert [article.id for article in alone.train] == ["own-01", "own-02"] and len(alone.dev) == 12


def test_fewer_articles(annotations: Path) -> None:
    assert len(load_data(DataConfig(annotations=str(annotations), max_articles=5)).train) == 5


def test_labels_of_word_and_tag_files_are_those_of_both(tmp_path: Path) -> None:
    (tmp_path / "train.conll").write_text("An\tB-PER\n\nđi\tO\n\nVề\tB-LOC\n", encoding="utf-8")
    (tmp_path / "dev.conll").write_text("Xưa\tB-DAY\n", encoding="utf-8")
    files = DataConfig(conll_train=str(tmp_path / "train.conll"), conll_dev=str(tmp_path / "dev.conll"))
    data = load_data(files)
    assert data.entity_labels == ("DAY", "LOC", "PER") and data.area_labels == ()
    assert (len(data.train), len(data.dev)) == (3, 1)


def test_word_and_tag_files_without_tags(tmp_path: Path) -> None:
    (tmp_path / "plain.conll").write_text("An\tO\n", encoding="utf-8")
    files = DataConfig(conll_train=str(tmp_path / "plain.conll"), conll_dev=str(tmp_path / "plain.conll"))
    with pytest.raises(ConfigError, match=r"plain\.conll marks no entity"):
        load_data(files)


def test_nothing_to_train_on(annotations: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no training article"):
        load_data(DataConfig(annotations=str(annotations), corpus=False))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="empty holds no article"):
        load_data(DataConfig(annotations=str(annotations), articles=(str(tmp_path / "empty"),)))


def test_too_little_to_choose_by(tmp_path: Path) -> None:
    own(tmp_path / "composed", 1, 2)
    for path in list((tmp_path / "composed").iterdir()):
        path.rename(path.with_name(f"own-0{path.name}"))
    splits = {"train": ["own-01"], "dev": ["own-02"], "test": []}
    (tmp_path / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    with pytest.raises(ConfigError, match="fewer than two development articles"):
        load_data(DataConfig(annotations=str(tmp_path)))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[Bà Lan|PERSON tới.", r"bad\.md:4"),
        ("[Bà Lan|PERSOM] tới.", "bad-1 has the label 'PERSOM', which is none of PERSON, RANK"),
        ("{Bà Lan|trainning} tới.", "bad-1 has the label 'trainning', which is none of delegation_exchange"),
    ],
)
def test_a_mistake_in_an_article_is_placed(annotations: Path, tmp_path: Path, line: str, said: str) -> None:
    folder = Path(own(tmp_path / "mine", 1))
    (folder / "bad.md").write_text(f"---\nid: bad-1\n---\n{line}\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=said):
        load_data(DataConfig(annotations=str(annotations), articles=(str(folder),)))
