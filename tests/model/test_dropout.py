from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from hoptac.model.dropout import BitsDropout, dropout_factors, use_bits_dropout


@pytest.mark.parametrize("probability", [0.05, 0.1, 0.5, 0.9])
def test_so_many_are_dropped_and_the_mean_stays(probability: float) -> None:
    torch.manual_seed(1)
    count = 200_003  # not a multiple of the four numbers in a random word
    factors = dropout_factors(torch.Size((count,)), probability, torch.float32)
    dropped = float((factors == 0).float().mean())
    error = 5 * math.sqrt(probability * (1 - probability) / count)
    assert abs(dropped - probability) < error
    assert factors.unique().tolist() == pytest.approx([0, 1 / (1 - probability)])
    # neighbours out of one random word are independent
    pairs = float(((factors[1:] == 0) & (factors[:-1] == 0)).float().mean())
    assert abs(pairs - probability**2) < error


def test_the_generator_decides() -> None:
    def draw(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return dropout_factors(torch.Size((5, 7)), 0.3, torch.bfloat16)

    assert torch.equal(draw(3), draw(3))
    assert not torch.equal(draw(3), draw(4))


def test_gradients_are_dropped_where_values_are() -> None:
    layer, values = BitsDropout(0.5), torch.ones(100, requires_grad=True)
    out = layer(values)
    out.sum().backward()
    assert 0 < int((out == 0).sum()) < 100
    assert torch.equal(values.grad, out.detach())


def test_only_in_training_and_never_all() -> None:
    values = torch.randn(50)
    assert torch.equal(BitsDropout(0.5).eval()(values), values)
    assert torch.equal(BitsDropout(0.0)(values), values)
    assert not BitsDropout(1.0)(values).any()


def test_every_dropout_of_a_model_is_replaced() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.2), nn.Sequential(nn.Dropout(0.7))).eval()
    keys = list(model.state_dict())
    use_bits_dropout(model)
    assert isinstance(model[1], BitsDropout) and model[1].p == 0.2 and not model[1].training
    assert isinstance(model[2][0], BitsDropout) and model[2][0].p == 0.7
    assert list(model.state_dict()) == keys
