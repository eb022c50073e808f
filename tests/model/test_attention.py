"""Attention as plain products against PyTorch's own, in values and gradients."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from hoptac.model.attention import NAME, attend, use_products
from hoptac.model.config import HoptacConfig
from hoptac.model.dropout import dropout_factors
from hoptac.model.folder import load_encoder
from hoptac.model.modeling import HoptacModel
from tests.tiny import tiny_encoder

BATCH, HEADS, TOKENS, SIZE = 3, 2, 7, 4
SCALE = SIZE**-0.5


def heads(seed: int) -> list[Tensor]:
    """Query, key and value as a model has them: views of ``(batch, tokens, heads * size)``."""
    torch.manual_seed(seed)
    flat = torch.randn(3, BATCH, TOKENS, HEADS * SIZE, dtype=torch.float64)
    return [
        part.detach().requires_grad_() for part in flat.view(3, BATCH, TOKENS, HEADS, SIZE).transpose(2, 3)
    ]


def mask_of(lengths: list[int]) -> Tensor:
    return (torch.arange(TOKENS) < torch.tensor(lengths)[:, None])[:, None, None, :]


@pytest.mark.parametrize("lengths", [None, [TOKENS] * 3, [7, 4, 1], [6, 5, 5]])
def test_values_and_gradients_are_those_of_pytorch(lengths: list[int] | None) -> None:
    mask = mask_of(lengths) if lengths else None
    ours, theirs = heads(1), heads(1)
    result = attend(*ours, mask, SCALE)
    expected = scaled_dot_product_attention(*theirs, attn_mask=mask)
    assert torch.allclose(result, expected, atol=1e-12)
    weights = torch.randn_like(result)
    (result * weights).sum().backward()
    (expected * weights).sum().backward()
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.allclose(mine.grad, other.grad, atol=1e-12)


def test_dropped_weights_are_dropped_in_both_directions() -> None:
    query, key, value = heads(2)
    mask = mask_of([7, 4, 6])

    def seeded(*parts: Tensor) -> Tensor:
        torch.manual_seed(5)
        return attend(*parts, mask, SCALE, 0.4)

    torch.manual_seed(5)
    factors = dropout_factors(torch.Size((BATCH * HEADS, TOKENS, TOKENS)), 0.4, torch.float64)
    scores = (query @ key.transpose(2, 3) * SCALE).masked_fill(~mask, float("-inf"))
    expected = (scores.softmax(-1) * factors.view(scores.shape)) @ value
    assert torch.allclose(seeded(query, key, value), expected, atol=1e-12)
    assert torch.autograd.gradcheck(seeded, (query, key, value))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("attention"))


def trained_on(model: HoptacModel) -> tuple[float, Tensor]:
    """Loss and gradient of one padded batch in bfloat16."""
    torch.manual_seed(0)
    ids = torch.randint(5, 60, (4, 20))
    lengths = torch.tensor([20, 18, 11, 20])
    mask = (torch.arange(20) < lengths[:, None]).long()
    tags = torch.where((torch.arange(20) > 0) & (torch.arange(20) < lengths[:, None] - 1), ids % 3, -100)
    tags = torch.where(tags == 2, 1, tags)
    model.eval().zero_grad()  # no dropout
    with torch.autocast("cpu", torch.bfloat16):
        loss = model(ids, mask, tags=tags, areas=tags).loss
    loss.backward()
    gradient = torch.cat([p.grad.flatten() for p in model.encoder.parameters() if p.grad is not None])
    return loss.item(), gradient


def test_a_model_learns_the_same_with_it(encoder: Path) -> None:
    model, _ = load_encoder(str(encoder), HoptacConfig(entity_labels=["A"], area_labels=["x"]))
    loss, gradient = trained_on(model)
    use_products(model)
    assert model.encoder.config._attn_implementation == NAME
    other_loss, other = trained_on(model)
    assert other_loss == pytest.approx(loss, rel=2e-3)
    assert not torch.equal(other, gradient), "the same kernel ran twice"
    assert float((other - gradient).norm() / gradient.norm()) < 0.03


def test_without_gradients_and_in_fp32_pytorch_does_it(encoder: Path) -> None:
    model, _ = load_encoder(str(encoder), HoptacConfig(entity_labels=["A"], area_labels=["x"]))
    ids = torch.arange(5, 35).view(2, 15)
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    model.eval()
    before = model(ids, mask).tag_logits
    use_products(model)
    assert torch.allclose(model(ids, mask).tag_logits[mask.bool()], before[mask.bool()], atol=1e-6)
