from __future__ import annotations

from pathlib import Path

import pytest

from hoptac.model.config import HoptacConfig
from hoptac.model.folder import load_encoder
from hoptac.train.config import TrainConfig
from hoptac.train.optim import parameter_groups
from hoptac.train.run import warmup_steps


def test_rates_by_depth_and_decay_for_matrices_only(encoder: Path) -> None:
    model, _ = load_encoder(str(encoder), HoptacConfig(entity_labels=["A"], area_labels=["x"]))
    config = TrainConfig(
        "e", "o", learning_rate=1e-3, head_learning_rate=2e-3, crf_learning_rate=3e-3, layer_decay=0.5
    )
    groups = parameter_groups(model, config)
    of = {id(p): (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    named = dict(model.named_parameters())
    assert len(of) == len(named) == sum(len(group["params"]) for group in groups)
    expected = {
        "encoder.encoder.layer.1.attention.self.query.weight": (1e-3, 0.01),
        "encoder.encoder.layer.1.attention.self.query.bias": (1e-3, 0.0),
        "encoder.encoder.layer.0.output.dense.weight": (5e-4, 0.01),
        "encoder.encoder.layer.0.output.LayerNorm.weight": (5e-4, 0.0),
        "encoder.embeddings.word_embeddings.weight": (2.5e-4, 0.01),
        "tag_head.weight": (2e-3, 0.01),
        "area_head.bias": (2e-3, 0.0),
        "crf.transitions": (3e-3, 0.0),
        "crf.first": (3e-3, 0.0),
    }
    for name, (rate, decay) in expected.items():
        assert of[id(named[name])] == (pytest.approx(rate), decay), name


def test_frozen_weights_are_left_out(encoder: Path) -> None:
    model, _ = load_encoder(str(encoder), HoptacConfig(entity_labels=["A"]))
    model.area_head.requires_grad_(False)
    groups = parameter_groups(model, TrainConfig("e", "o"))
    assert not {id(p) for g in groups for p in g["params"]} & {id(p) for p in model.area_head.parameters()}


@pytest.mark.parametrize(
    ("share", "steps", "warm"), [(0.1, 2400, 240), (0.1, 480, 120), (0.0, 900, 200), (0.5, 12, 6)]
)
def test_a_short_run_warms_up_for_longer(share: float, steps: int, warm: int) -> None:
    assert warmup_steps(share, steps) == warm
