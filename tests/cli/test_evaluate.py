"""`hoptac evaluate`: figures on word and tag files, and one model against another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file
from typer.testing import CliRunner

from hoptac.article import Article, Entity
from hoptac.cli import app
from hoptac.evaluate.against import compare_predictions
from hoptac.evaluate.prediction import Prediction, ScoredEntity

ROWS = "Đại_tá B-RANK\nLê B-PERSON\nVăn I-PERSON\nTám I-PERSON\ntới O\nLào O\n. O\n"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "test.conll"
    path.write_text("\n".join([ROWS] * 6), encoding="utf-8")
    return path


@pytest.fixture
def other(tiny_model: Path, tmp_path: Path) -> Path:
    """The same model, but for one that finds nothing."""
    folder = Path(shutil.copytree(tiny_model, tmp_path / "other"))
    weights = load_file(folder / "model.safetensors")
    weights["tag_head.bias"][0] += 100
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


def evaluate(*arguments: object) -> str:
    options = ["evaluate", *map(str, arguments), "--engine", "torch", "--precision", "fp32"]
    run = CliRunner().invoke(app, options, catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return run.output


def test_one_model_against_another(tiny_model: Path, other: Path, rows: Path, tmp_path: Path) -> None:
    output = evaluate(tiny_model, "--conll", rows, "--against", other, "--json", tmp_path / "f.json")
    figures = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    own = figures["overall"]["entities"]["micro"]["f1"]
    against = figures["against"]
    assert against["other"] == str(other) and "F1 against" in output
    assert against["entities, micro"]["difference"] == pytest.approx(own)


def test_a_model_is_as_good_as_itself(tiny_model: Path, rows: Path, tmp_path: Path) -> None:
    evaluate(tiny_model, "--conll", rows, "--against", tiny_model, "--json", tmp_path / "f.json")
    figure = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["against"]["entities, micro"]
    assert figure["difference"] == 0 and figure["p_value"] == 1


def test_without_another_there_is_no_comparison(tiny_model: Path, rows: Path, tmp_path: Path) -> None:
    output = evaluate(tiny_model, "--conll", rows, "--json", tmp_path / "f.json")
    assert json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["against"] is None
    assert "F1 against" not in output


def test_models_of_other_labels_are_not_compared(tiny_model: Path, rows: Path) -> None:
    options = ["evaluate", str(tiny_model), "--conll", str(rows), "--against", "shipped"]
    run = CliRunner().invoke(app, options)
    assert run.exit_code == 2 and "shipped has other labels" in run.output


def test_predictions_are_compared_article_by_article() -> None:
    gold = [Article(f"x-{i}", "Lê Tám", (Entity(0, 6, "PERSON"),)) for i in range(30)]
    right = [Prediction(a.id, (ScoredEntity(0, 6, "PERSON", 1.0),), {}) for a in gold]
    half = [p if i % 2 else Prediction(p.id, (), {}) for i, p in enumerate(right)]
    found = compare_predictions(gold, right, half[::-1], "half", ("PERSON",))
    difference = found.figures["entities, micro"]
    assert difference.difference == pytest.approx(1 - 2 / 3) and difference.p_value < 0.01
    assert set(found.figures) == {"entities, micro"}
