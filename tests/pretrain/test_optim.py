"""Muon beside AdamW."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from hoptac.pretrain.optim import BETAS, EPSILON, Muon, make_optimizer, orthogonalize


@pytest.mark.parametrize("shape", [(3, 8, 20), (2, 20, 8), (1, 16, 16)])
def test_singular_values_come_near_one(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonalize(torch.randn(shape), torch.float32))
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_what_is_no_hidden_matrix_learns_as_with_adamw() -> None:
    torch.manual_seed(0)
    ours, theirs = nn.Parameter(torch.randn(5, 3)), None
    theirs = nn.Parameter(ours.detach().clone())
    muon = Muon([{"params": [ours], "weight_decay": 0.1, "orthogonal": False}], 1e-2, torch.float32)
    adamw = torch.optim.AdamW([theirs], 1e-2, BETAS, EPSILON, weight_decay=0.1)
    for step in range(5):
        for parameter in (ours, theirs):
            parameter.grad = torch.sin(parameter.detach() * (step + 1))
        muon.step()
        adamw.step()
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_only_matrices_of_layers_are_made_orthogonal() -> None:
    model = nn.ModuleDict({"embeddings": nn.Embedding(7, 4)})
    model["encoder"] = nn.ModuleDict({"layer": nn.ModuleList([nn.Linear(4, 4)])})
    wrapped = nn.ModuleDict({"model": model})
    groups = make_optimizer(wrapped, "muon", 1e-3, 0.01, bf16=False).param_groups
    sizes = [[tuple(parameter.shape) for parameter in group["params"]] for group in groups]
    assert sizes == [[(4, 4)], [(7, 4)], [(4,)]]
    assert [group["orthogonal"] for group in groups] == [True, False, False]


def test_an_orthogonal_step_has_adamws_size() -> None:
    torch.manual_seed(0)
    matrix = nn.Parameter(torch.zeros(64, 32))
    muon = Muon([{"params": [matrix], "weight_decay": 0.0, "orthogonal": True}], 1e-2, torch.float32)
    matrix.grad = torch.randn(64, 32) * 1e-3
    muon.step()
    size = float(matrix.detach().square().mean().sqrt())
    assert 0.1e-2 < size < 0.4e-2
