"""A tiny encoder trained on a dozen invented articles learns them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import hoptac
from hoptac.annotations.corpus import load_corpus
from hoptac.annotations.inline import read_inline
from hoptac.annotations.standoff import to_standoff, write_standoff
from hoptac.article import Entity
from hoptac.errors import ConfigError
from hoptac.evaluate.conll import write_conll
from hoptac.model.folder import load_model
from hoptac.train.config import TrainConfig, parse_config
from hoptac.train.run import last_checkpoint, train
from tests.train.articles import inline, tiny_settings, write_corpus
from tests.train.conftest import Learned


def config(**settings: Any) -> TrainConfig:
    return parse_config(TrainConfig, settings, "test")


def test_it_learns_the_articles(learned: Learned) -> None:
    best = learned.report["best"]
    assert best["entities"] > 0.9
    assert best["areas_micro"] > 0.9


def test_the_report_is_written(learned: Learned) -> None:
    written = json.loads((learned.output / "training.json").read_text(encoding="utf-8"))
    assert written["best"] == learned.report["best"]
    assert written["history"] == learned.report["history"]
    assert written["articles"] == {"train": 12, "silver": 0, "dev": 12, "notes": []}
    assert [row["epoch"] for row in written["history"]] == list(range(12, 20))


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_the_saved_folder_is_all_that_is_needed(learned: Learned, tmp_path: Path, precision: str) -> None:
    shutil.copytree(learned.output / "model", tmp_path / "elsewhere")
    article = read_inline(inline(4))
    tagger = hoptac.load(tmp_path / "elsewhere", device="cpu", precision=precision)
    result = tagger.predict(article.text)
    found = {Entity(entity.start, entity.end, entity.label) for entity in result.entities}
    assert len(found & set(article.entities)) >= 0.8 * len(article.entities)
    assert {area.label for area in result.areas} == article.areas
    for entity in result.entities:
        assert article.text[entity.start : entity.end] == entity.text
    evidence = [article.text[e.start : e.end] for area in result.areas for e in area.evidence]
    assert evidence == ["gìn giữ hoà bình"]


def test_what_is_fitted_on_the_development_articles_is_in_the_config(learned: Learned) -> None:
    raw = json.loads((learned.output / "model" / "config.json").read_text(encoding="utf-8"))
    assert sorted(raw["area_thresholds"]) == sorted(raw["area_labels"])
    assert all(0 < threshold <= 1.01 for threshold in raw["area_thresholds"].values())
    assert raw["entity_calibration"] != [1.0, 0.0] and raw["area_calibration"] != [1.0, 0.0]
    assert raw["segmenter"] == "underthesea"


def test_a_tensorboard_log_is_written_for_each_run(learned: Learned) -> None:
    (log,) = (learned.output / "tensorboard").glob("events.out.tfevents.*")
    content = log.read_bytes()
    assert b"train/loss" in content and b"dev_entities" in content


def test_an_earlier_run_is_not_overwritten(learned: Learned) -> None:
    with pytest.raises(ConfigError, match=r"holds an earlier run; give --resume"):
        train(learned.config)


def test_early_stopping_and_accumulation(encoder: Path, annotations: Path, tmp_path: Path) -> None:
    still = {"learning_rate": 0, "head_learning_rate": 0, "crf_learning_rate": 0, "epochs": 9}
    settings = tiny_settings(encoder, tmp_path / "run", annotations, **still)
    run = config(**settings, early_stopping=2, gradient_accumulation=2)
    report = train(run)
    assert [row["epoch"] for row in report["history"]] == [1, 2, 3]
    assert report["best"]["epoch"] == 1
    checkpoint = last_checkpoint(tmp_path / "run" / "checkpoints")
    # seventeen windows are five batches, three steps an epoch
    assert checkpoint is not None and checkpoint.name == "checkpoint-9"
    assert [path.name for path in (tmp_path / "run" / "tensorboard").iterdir()]
    again = train(run, resume=True)
    assert again["history"] == report["history"] and again["best"] == report["best"]


def test_word_and_tag_files(
    encoder: Path, annotations: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    articles = load_corpus(annotations).split("train")
    write_conll(articles, tmp_path / "train.conll")
    write_conll(articles[:3], tmp_path / "dev.conll")
    settings = tiny_settings(encoder, tmp_path / "run", annotations, epochs=1, average=0.5)
    settings["data"] = {
        "conll_train": str(tmp_path / "train.conll"),
        "conll_dev": str(tmp_path / "dev.conll"),
    }
    report = train(config(**settings))
    assert report["best"]["areas_micro"] is None and report["best"]["overall"] == report["best"]["entities"]
    model, _ = load_model(tmp_path / "run" / "model")
    assert model.config.entity_labels == ["DATE", "DOCUMENT", "ORGANIZATION", "PERSON", "RANK"]
    assert model.config.area_labels == [] and model.area_head.out_features == 1


def test_missing_texts_are_named(encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_corpus(tmp_path, 3)
    (folder / "real").mkdir()
    record = to_standoff(read_inline("---\nid: real-7\n---\n[Bà Lan|PERSON] tới.\n"), "data/1.txt.seg")
    (folder / "real" / "real-7.json").write_text(write_standoff(record), encoding="utf-8")
    splits = json.loads((folder / "splits.json").read_text(encoding="utf-8"))
    splits["train"].append("real-7")
    (folder / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    report = train(config(**tiny_settings(encoder, tmp_path / "run", folder, epochs=1)))
    (note,) = report["articles"]["notes"]
    assert "1 of train (real-7)" in note and "fetch_texts.py" in note
    assert "1 of train (real-7)" in capsys.readouterr().out


def test_processes_that_accelerate_does_not_start_are_missed(
    encoder: Path,
    annotations: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MASTER_PORT", "29500")  # as `accelerate launch --cpu --num_processes 2` does
    monkeypatch.setenv("ACCELERATE_USE_CPU", "True")
    train(config(**tiny_settings(encoder, tmp_path / "run", annotations, epochs=1)))
    assert "This is one process only" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schedule": "linaer"}, "there is no schedule 'linaer'; did you mean 'linear'"),
        ({"precision": "fp8"}, "precision 'fp8' is none of"),
        ({"segmenter": "spaces"}, "no segmenter 'spaces'"),
        ({"data": {"conll_train": "only.conll"}}, "conll_train and conll_dev belong together"),
    ],
)
def test_settings_that_do_not_serve(
    encoder: Path, annotations: Path, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    settings = {**tiny_settings(encoder, tmp_path / "run", annotations), **change}
    with pytest.raises(ConfigError, match=said):
        train(config(**settings))
