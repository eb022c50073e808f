from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from hoptac.train.average import WeightAverage


def step(model: nn.Linear, value: float) -> None:
    with torch.no_grad():
        model.weight.fill_(value)


def test_the_average_follows_the_weights() -> None:
    model = nn.Linear(1, 1, bias=False)
    step(model, 0.0)
    average, expected = WeightAverage(model, 0.5), 0.0
    for number, value in enumerate([4.0, 2.0, 8.0, 8.0, 1.0, 6.0, 3.0, 9.0, 2.0, 5.0], start=1):
        step(model, value)
        average.update(model)
        decay = min(0.5, (1 + number) / (10 + number))
        expected = decay * expected + (1 - decay) * value
        assert abs(average.weights["weight"].item() - expected) < 1e-5


def test_the_model_has_its_own_weights_back() -> None:
    model = nn.Linear(1, 1, bias=False)
    step(model, 0.0)
    average = WeightAverage(model, 0.9)
    step(model, 1.0)
    average.update(model)
    averaged = average.weights["weight"].item()
    assert 0 < averaged < 1
    try:
        with average.applied(model):
            assert model.weight.item() == averaged
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert model.weight.item() == 1.0


def test_it_goes_on_from_a_file(tmp_path: Path) -> None:
    model = nn.Linear(3, 2)
    average = WeightAverage(model, 0.9)
    average.update(model)
    average.save(tmp_path)
    other = WeightAverage(nn.Linear(3, 2), 0.9)
    other.load(tmp_path)
    assert other.steps == 1
    assert all(torch.equal(other.weights[name], value) for name, value in average.weights.items())
