from __future__ import annotations

from pathlib import Path

import pytest
import torch

from hoptac.model.config import HoptacConfig
from hoptac.model.folder import load_encoder, save_model
from tests.tiny import tiny_encoder

LABELS, AREAS = ["PERSON", "RANK"], ["training", "border", "logistics"]


def new_config() -> HoptacConfig:
    return HoptacConfig(entity_labels=LABELS, area_labels=AREAS, segmenter="none")


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as vinai/phobert-base, its weights with the prefix ``roberta.``."""
    return tiny_encoder(tmp_path_factory.mktemp("encoders") / "masked")


@pytest.fixture(scope="session")
def saved(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hoptac model's folder with random weights everywhere."""
    torch.manual_seed(0)
    model, tokenizer = load_encoder(str(encoder), new_config())
    with torch.no_grad():
        for parameter in (*model.crf.parameters(), model.tag_head.bias, model.area_head.bias):
            parameter.normal_()
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(folder, model, tokenizer)
    return folder
