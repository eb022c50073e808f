"""``scripts/pretrain.py``."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pretrain_script", ROOT / "scripts" / "pretrain.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_from_texts_to_an_encoder(
    script: ModuleType,
    tmp_path: Path,
    phobert_source: Path,
    corpus_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "texts").mkdir()
    for number, line in enumerate(corpus_file.read_text(encoding="utf-8").splitlines()[:60]):
        (tmp_path / "texts" / f"{number}.txt").write_text(line, encoding="utf-8")
    corpus = tmp_path / "own.txt.xz"
    command = ["prepare", "--texts", "--segmenter", "none", str(tmp_path / "texts"), str(corpus)]
    monkeypatch.setattr("sys.argv", ["pretrain.py", *command])
    assert script.main() == 0
    assert "60 articles" in capsys.readouterr().out
    settings = tmp_path / "settings.yaml"
    settings.write_text(
        "output: nowhere\nencoder: {source: nowhere, positions: 64}\n"
        "corpus: {files: [nowhere], held_out: 0.2}\nblock: 32\nbatch_size: 2\nprecision: fp32\n",
        encoding="utf-8",
    )
    command = ["run", "--config", str(settings), "--output", str(tmp_path / "run"), "--steps", "2"]
    command += ["--source", str(phobert_source), "--layers", "1", "--corpus", str(corpus)]
    monkeypatch.setattr("sys.argv", ["pretrain.py", *command])
    assert script.main() == 0
    assert "held-out loss" in capsys.readouterr().out
    assert (tmp_path / "run" / "encoder" / "model.safetensors").is_file()
    assert script.main() == 1
    assert "--resume" in capsys.readouterr().err
