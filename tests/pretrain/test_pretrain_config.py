"""The settings of a pre-training run."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptac.errors import ConfigError
from hoptac.pretrain.config import load_pretrain_config

CONFIGS = Path(__file__).parents[2] / "configs"
MINIMAL = "output: out\nencoder: {source: here}\ncorpus: {files: [a.txt]}\nsteps: 5\n"


@pytest.mark.parametrize("name", ["pretrain-compact.yaml", "pretrain-adapt.yaml"])
def test_the_projects_own_settings_are_valid(name: str) -> None:
    config = load_pretrain_config(CONFIGS / name, minutes=3.0)
    assert config.minutes == 3.0
    assert (config.encoder.vocabulary is not None) == (name == "pretrain-compact.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MINIMAL + "batchsize: 3\n", "batch_size"),
        (MINIMAL.replace("steps: 5", "block: 128"), "steps or minutes"),
        (MINIMAL + "block: 512\n", "positions"),
        (MINIMAL + "mask_rate: 1.5\n", "mask_rate"),
        (MINIMAL + "save_every: 0\n", "save_every"),
        (MINIMAL.replace("files: [a.txt]", "files: [a.txt], domain: {share: 2}"), "share"),
        (MINIMAL.replace("{source: here}", "{source: here, vocabulary: {sise: 5}}"), "vocabulary.*size"),
        ("- a\n", "key: value"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_pretrain_config(path)
