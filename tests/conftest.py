"""What holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Measurements and exports of the tests do not go to the user's cache folder."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hoptac model's folder with random weights: two layers, windows of 62 subwords."""
    import torch

    from hoptac.engine.ranges import measure_ranges, write_ranges
    from hoptac.engine.torch_engine import TorchEngine
    from hoptac.model.config import HoptacConfig
    from hoptac.model.folder import load_encoder, save_model
    from tests.tiny import tiny_encoder

    config = HoptacConfig(
        entity_labels=["PERSON", "RANK"], area_labels=["training", "border"], segmenter="none"
    )
    encoder = tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model, tokenizer = load_encoder(str(encoder), config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.1)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(folder, model, tokenizer)
    read = np.random.default_rng(0).integers(5, model.config.encoder.vocab_size, (40, 62), np.int32)
    write_ranges(folder, measure_ranges(TorchEngine(model, "fp32"), read))
    return folder
