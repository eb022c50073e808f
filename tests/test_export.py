"""`hoptac export`: a graph that is the model's, used as long as it is."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from typer.testing import CliRunner

import hoptac.engine.build as build
import hoptac.engine.export as export
from hoptac import ConfigError, ModelError, load
from hoptac.cli import app
from hoptac.engine import Floats
from hoptac.engine.export import CARD, FOLDER, GRAPH, default_place, export_model
from hoptac.engine.remembered import cache_folder
from hoptac.model.folder import SHIPPED

WINDOW = np.arange(5, 40, dtype=np.int32)


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


def logits(folder: Path, precision: str = "fp32") -> tuple[Floats, Floats]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load(folder, engine="openvino", precision=precision).reader.engine.run([WINDOW])[0]


@pytest.fixture
def never_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError("the exported graph was not used")

    monkeypatch.setattr(build, "build_graph", never)


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_the_export_is_used(copy: Path, precision: str, request: pytest.FixtureRequest) -> None:
    before = logits(copy, precision)
    folder, card = export_model(copy, precision=precision)
    assert folder == copy / FOLDER and card.form == precision and card.tokens > 100
    assert {path.name for path in folder.iterdir()} == {"model.xml", "model.bin", CARD}
    request.getfixturevalue("never_built")
    assert all((a == b).all() for a, b in zip(logits(copy, precision), before, strict=True))


def test_one_in_another_format_is_left_alone(copy: Path) -> None:
    before = logits(copy)
    export_model(copy, precision="int8")
    assert (logits(copy)[0] == before[0]).all()


def test_a_stale_export_is_noticed(copy: Path) -> None:
    export_model(copy, precision="fp32")
    weights = load_file(copy / "model.safetensors")
    weights["tag_head.bias"] += np.float32(1)
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    with pytest.warns(UserWarning, match="exported from other weights and is not used"):
        tagger = load(copy, engine="openvino", precision="fp32")
    right = load(copy, engine="torch", precision="fp32").reader.engine.run([WINDOW])[0]
    np.testing.assert_allclose(tagger.reader.engine.run([WINDOW])[0][0], right[0], atol=2e-5)
    export_model(copy, precision="fp32")
    np.testing.assert_allclose(logits(copy)[0], right[0], atol=2e-5)


@pytest.mark.parametrize("damage", ["card", "graph", "no graph"])
def test_a_damaged_export_is_passed_over(copy: Path, damage: str) -> None:
    before = logits(copy)
    folder, _ = export_model(copy, precision="fp32")
    if damage == "card":
        (folder / CARD).write_text("{}", encoding="utf-8")
    elif damage == "graph":
        (folder / GRAPH).write_text("<net", encoding="utf-8")
    else:
        (folder / GRAPH).unlink()
    with pytest.warns(UserWarning, match="cannot be read and is not used"):
        tagger = load(copy, engine="openvino", precision="fp32")
    assert (tagger.reader.engine.run([WINDOW])[0][0] == before[0]).all()


def test_a_graph_that_is_not_the_models_is_refused(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = export.build_graph

    def wrong(settings, weights, *rest):  # type: ignore[no-untyped-def]
        turned = weights["tag_head.weight"][::-1].copy()
        return real(settings, {**weights, "tag_head.weight": turned}, *rest)

    monkeypatch.setattr(export, "build_graph", wrong)
    with pytest.raises(ModelError, match="logits are not the model's"):
        export_model(copy, precision="fp32")
    assert not (copy / FOLDER).exists() and not list(copy.glob(".*"))


def test_a_folder_with_other_files_is_not_replaced(copy: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds other files"):
        export_model(copy, own, "fp32")
    assert [path.name for path in own.iterdir()] == ["letter.txt"]
    (own / "letter.txt").unlink()
    assert export_model(copy, own, "fp32")[0] == own
    assert export_model(copy, own, "fp32")[0] == own  # an earlier export is


def test_an_output_that_cannot_be_written(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        export_model(copy, tmp_path / "file" / "out", "fp32")


def test_the_shipped_models_export_goes_to_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    run = CliRunner().invoke(app, ["export", "--precision", "fp32"])
    assert run.exit_code == 0, run.output
    assert "fp32; on" in run.stdout and "0 tags differ" in run.stdout
    assert (
        default_place(SHIPPED).is_relative_to(cache_folder()) and (default_place(SHIPPED) / GRAPH).is_file()
    )
    assert json.loads((default_place(SHIPPED) / CARD).read_text(encoding="utf-8"))["difference"] < 1e-3
    assert not (SHIPPED / FOLDER).exists()


def test_command_line(copy: Path) -> None:
    run = CliRunner().invoke(app, ["export", str(copy), "--measure"])
    assert run.exit_code == 0, run.output
    assert "openvino fp32" in run.stdout and "chosen" in run.stdout and "torch fp32" in run.stdout
    assert not (copy / FOLDER).exists()
    run = CliRunner().invoke(app, ["export", str(copy / "nowhere")])
    assert run.exit_code == 2 and "no such model folder" in run.stderr
