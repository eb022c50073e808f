from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from hoptac.train.config import TrainConfig, parse_config
from hoptac.train.run import train
from tests.tiny import tiny_encoder
from tests.train.articles import tiny_settings, write_corpus


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny", positions=130)


@pytest.fixture(scope="session")
def annotations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Sums in one order, so that two runs can be compared bit by bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class Learned:
    """A finished run."""

    config: TrainConfig
    output: Path
    report: dict[str, Any]


LEARNING = {
    "epochs": 19,
    "evaluate_from": 12,
    "segmenter": "underthesea",
    "average": 0.7,
    "augment": {"lower": 0.02, "drop": 0.02},
}


@pytest.fixture(scope="session")
def learned(
    encoder: Path, annotations: Path, tmp_path_factory: pytest.TempPathFactory, one_thread: None
) -> Learned:
    """A run long enough to know its articles by heart."""
    output = tmp_path_factory.mktemp("runs") / "learned"
    config = parse_config(TrainConfig, tiny_settings(encoder, output, annotations, **LEARNING), "test")
    return Learned(config, output, train(config))
