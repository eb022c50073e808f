"""``hoptac annotations review`` and scripts/cross_validate.py, as a user runs them."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from hoptac.cli.annotations import app
from hoptac.review.scores import read_scores
from tests.tiny import tiny_encoder
from tests.train.articles import tiny_settings

SCRIPT = Path(__file__).parents[2] / "scripts" / "cross_validate.py"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["review", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_cases_on_the_terminal_and_as_json(annotations: Path, tmp_path: Path) -> None:
    output = run(annotations, "--json", tmp_path / "cases.json")
    assert "case-05.md:6" in output and "«Đoàn 871»" in output and "3 cases" in output
    cases = json.loads((tmp_path / "cases.json").read_text(encoding="utf-8"))["cases"]
    assert [case["confidence"] for case in cases] == sorted((c["confidence"] for c in cases), reverse=True)
    for case in cases:
        sentence = case["sentence"]
        for mark in case["gold"] + case["proposed"]:
            begin = mark["start"] - sentence["start"]
            assert sentence["text"][begin : begin + len(mark["text"])] == mark["text"]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--kind", "label"], {"case-05"}),
        (["--kind", "label", "--kind", "missed"], {"case-03", "case-05"}),
        (["--label", "DOCUMENT"], {"case-05"}),
        (["--split", "test"], set()),
        (["--layer", "evidence"], set()),
    ],
)
def test_filters(annotations: Path, tmp_path: Path, options: list[str], ids: set[str]) -> None:
    run(annotations, "--json", tmp_path / "cases.json", *options)
    cases = json.loads((tmp_path / "cases.json").read_text(encoding="utf-8"))["cases"]
    assert {case["article"] for case in cases} == ids


def test_limit(annotations: Path, tmp_path: Path) -> None:
    assert "3 cases; 1 of them" in run(annotations, "--limit", 1, "--json", tmp_path / "cases.json")
    assert len(json.loads((tmp_path / "cases.json").read_text(encoding="utf-8"))["cases"]) == 1


def test_a_filter_that_does_not_exist(annotations: Path) -> None:
    result = CliRunner().invoke(app, ["review", str(annotations), "--kind", "wrong"])
    assert result.exit_code != 0 and "missed, spurious, label, boundary" in str(result.exception)


def test_apply(annotations: Path, tmp_path: Path) -> None:
    run(annotations, "--json", tmp_path / "cases.json")
    cases = json.loads((tmp_path / "cases.json").read_text(encoding="utf-8"))["cases"]
    decided = [{**case, "decision": "accept" if case["kind"] == "label" else "reject"} for case in cases]
    (tmp_path / "decisions.json").write_text(json.dumps({"decisions": decided}), encoding="utf-8")
    output = run(annotations, "--apply", tmp_path / "decisions.json")
    assert "DOCUMENT 'Đoàn 871' -> ORGANIZATION 'Đoàn 871'" in output
    assert "1 of 3 decisions accepted: 1 changes in 1 files" in output
    assert "2 cases" in run(annotations)


def test_apply_says_what_it_refuses(annotations: Path, tmp_path: Path) -> None:
    row = {"id": "x", "article": "none", "layer": "entity", "gold": [], "proposed": [], "decision": "accept"}
    (tmp_path / "decisions.json").write_text(json.dumps([row]), encoding="utf-8")
    result = CliRunner().invoke(
        app, ["review", str(annotations), "--apply", str(tmp_path / "decisions.json")]
    )
    assert result.exit_code == 1 and "1 articles refused" in result.output


def test_cross_validation_and_its_predictions(
    annotations: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # with the place in every row of words no two articles count as one event
    for path in annotations.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace(" lần thứ", f" {path.stem} lần thứ").replace("ở ", f"ở {path.stem} "),
            encoding="utf-8",
        )
    encoder = tiny_encoder(tmp_path / "encoder", positions=130)
    settings = tiny_settings(encoder, tmp_path / "unused", annotations, epochs=1, batch_size=8)
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    output = tmp_path / "folds"
    cross_validate = runpy.run_path(str(SCRIPT))["main"]
    cross_validate(config, output, folds=2, fold=1, encoder=None, epochs=None)
    assert "1 folds to go: fold-2" in capsys.readouterr().out and not (output / "predictions.jsonl").exists()
    cross_validate(config, output, folds=2, fold=None, encoder=None, epochs=None)
    assert "fold 1 is done" in capsys.readouterr().out
    folds = json.loads((output / "folds.json").read_text(encoding="utf-8"))
    scores = {one.id: one for one in read_scores(output / "predictions.jsonl")}
    assert len(scores) == 20
    for number, fold in enumerate(folds, 1):
        learned = json.loads(
            (output / f"fold-{number}" / "corpus" / "splits.json").read_text(encoding="utf-8")
        )
        assert not set(fold) & set(learned["train"])
        assert all(scores[name].models == (f"fold-{number}",) for name in fold)
    assert scores["case-18"].split == "test" and scores["case-18"].models == ("fold-1", "fold-2")
    assert "cases" in run(annotations, "--predictions", output / "predictions.jsonl")
    seen = CliRunner().invoke(app, ["review", str(annotations), "--model", str(output / "fold-1" / "model")])
    assert seen.exit_code == 0
    assert f"{len(folds[1])} articles it was trained on are not judged" in seen.output
