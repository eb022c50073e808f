from __future__ import annotations

from pathlib import Path

import pytest

from hoptac.errors import ConfigError
from hoptac.train.config import AugmentConfig, DataConfig, TrainConfig, load_config, parse_config

CONFIGS = sorted(
    path
    for path in (Path(__file__).parents[2] / "configs").glob("*.yaml")
    if not path.name.startswith("pretrain-")  # those train encoders, not taggers
)


def read(tmp_path: Path, text: str) -> TrainConfig:
    path = tmp_path / "run.yaml"
    path.write_text(f"encoder: e\noutput: o\n{text}", encoding="utf-8")
    return load_config(path)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_shipped_configuration_loads(path: Path) -> None:
    config = load_config(path)
    assert config.encoder and config.output and config.learning_rate > 0


def test_the_encoders_of_phobert_have_configurations() -> None:
    ids = {load_config(path).encoder for path in CONFIGS}
    assert {"vinai/phobert-base", "vinai/phobert-base-v2", "vinai/phobert-large"} <= ids


def test_values_of_every_kind(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "learning_rate: 2e-4\nepochs: 3\ndropout: 0\nearly_stopping: null\n"
        "data: {articles: [a, b], corpus: false}\naugment: {drop: 5e-2}\n",
    )
    assert config.learning_rate == 2e-4 and config.epochs == 3 and config.dropout == 0.0
    assert config.early_stopping is None
    assert config.data == DataConfig(articles=("a", "b"), corpus=False)
    assert config.augment == AugmentConfig(drop=0.05)


def test_one_folder_of_articles_needs_no_list(tmp_path: Path) -> None:
    assert read(tmp_path, "data: {articles: mine}\n").data.articles == ("mine",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lerning_rate: 1e-4\n", r"run.yaml: unknown key 'lerning_rate'; did you mean 'learning_rate'\?"),
        ("data: {text: x}\n", r"run.yaml: data: unknown key 'text'; did you mean 'texts'\?"),
        ("augment: {Replace: 1}\n", r"augment: unknown key 'Replace'; did you mean 'replace'\?"),
        ("1: 2\n", r"unknown key 1; did you mean"),
        ("epochs: many\n", "epochs must be of type int, not 'many'"),
        ("epochs: 2.5\n", "epochs must be of type int"),
        ("epochs: true\n", "epochs must be of type int"),
        ("learning_rate: fast\n", "learning_rate must be of type float, not 'fast'"),
        ("learning_rate: true\n", "learning_rate must be of type float"),
        ("dropout: [1]\n", "dropout must be of type float"),
        ("data: texts\n", "data must hold settings of its own"),
        ("data: {articles: 3}\n", "data: articles must be a list of words"),
        ("data: {corpus: 'yes'}\n", "data: corpus must be of type bool"),
        ("epochs: 0\n", "epochs must be at least 1, not 0"),
        ("batch_size: -1\n", "batch_size must be at least 1"),
        ("a: [\n", "not valid YAML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, text)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ConfigError, match="here: the key 'output' is missing"):
        parse_config(TrainConfig, {"encoder": "e"}, "here")


@pytest.mark.parametrize("content", [b"", b"- a\n", b"just words\n"])
def test_a_file_without_settings(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match="expected settings"):
        load_config(tmp_path / "run.yaml")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "absent.yaml")
    (tmp_path / "run.yaml").write_bytes(b"encoder: \xff\n")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "run.yaml")


def test_options_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("encoder: e\noutput: o\nseed: 3\n", encoding="utf-8")
    config = load_config(path, output="p", seed=None, epochs=2)
    assert (config.output, config.seed, config.epochs) == ("p", 3, 2)
