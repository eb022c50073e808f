"""The optimizers of pre-training: AdamW, and Muon for the matrices of the layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import nn

BETAS, EPSILON = (0.9, 0.98), 1e-6  # Liu et al. 2019
MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # Jordan et al. 2024
ROUNDS = 5


def make_optimizer(
    model: nn.Module, kind: str, learning_rate: float, weight_decay: float, bf16: bool
) -> torch.optim.Optimizer:
    """AdamW, or with ``muon`` `Muon`: for the layers' matrices, with AdamW for the rest.

    Matrices decay by ``weight_decay``, biases and norms do not. ``bf16``: where the machine computes fast in
    it, Muon's products do too.
    """
    matrices, tables, vectors = [], [], []
    for name, parameter in model.named_parameters():
        if parameter.ndim < 2:
            vectors.append(parameter)
        elif ".encoder.layer." in name:
            matrices.append(parameter)
        else:
            tables.append(parameter)
    if kind == "muon":
        groups = [
            {"params": matrices, "weight_decay": weight_decay, "orthogonal": True},
            {"params": tables, "weight_decay": weight_decay, "orthogonal": False},
            {"params": vectors, "weight_decay": 0.0, "orthogonal": False},
        ]
        return Muon(groups, learning_rate, torch.bfloat16 if bf16 else torch.float32)
    groups = [
        {"params": matrices + tables, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, learning_rate, BETAS, EPSILON, fused=True)


class Muon(torch.optim.Optimizer):  # type: ignore[misc]
    """Momentum whose update is made orthogonal (Jordan et al. 2024), beside AdamW for the rest.

    Groups with ``orthogonal`` hold matrices only. Their update is scaled to AdamW's root mean square (Liu et
    al. 2025, "Muon is Scalable for LLM Training"), so that one learning rate serves both.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], learning_rate: float, products: torch.dtype) -> None:
        super().__init__(groups, {"lr": learning_rate, "weight_decay": 0.0, "orthogonal": False})
        self.products = products

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """One step for all parameters that have a gradient."""
        for group in self.param_groups:
            parameters = [parameter for parameter in group["params"] if parameter.grad is not None]
            for parameter in parameters:
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
            if group["orthogonal"]:
                self._orthogonal(parameters, group["lr"])
            else:
                for parameter in parameters:
                    self._adam(parameter, group["lr"])

    def _orthogonal(self, parameters: Sequence[torch.Tensor], rate: float) -> None:
        shapes: dict[torch.Size, list[torch.Tensor]] = {}
        for parameter in parameters:
            shapes.setdefault(parameter.shape, []).append(parameter)
        for shape, alike in shapes.items():
            updates = []
            for parameter in alike:
                state = self.state[parameter]
                momentum = state.setdefault("momentum", torch.zeros_like(parameter))
                momentum.lerp_(parameter.grad, 1 - MOMENTUM)
                updates.append(parameter.grad.lerp(momentum, MOMENTUM))
            orthogonal = orthogonalize(torch.stack(updates), self.products)
            scale = rate * 0.2 * max(shape) ** 0.5
            for parameter, update in zip(alike, orthogonal, strict=True):
                parameter.sub_(update.to(parameter.dtype), alpha=scale)

    def _adam(self, parameter: torch.Tensor, rate: float) -> None:
        state = self.state[parameter]
        if not state:
            state["step"] = torch.zeros(())
            state["mean"], state["square"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
        state["step"] += 1
        step, (first, second) = int(state["step"]), BETAS
        state["mean"].lerp_(parameter.grad, 1 - first)
        state["square"].mul_(second).addcmul_(parameter.grad, parameter.grad, value=1 - second)
        scale = (state["square"] / (1 - second**step)).sqrt_().add_(EPSILON)
        parameter.addcdiv_(state["mean"], scale, value=-rate / (1 - first**step))


def orthogonalize(matrices: torch.Tensor, products: torch.dtype) -> torch.Tensor:
    """The matrices ``(count, rows, columns)`` with all singular values near 1, by Newton-Schulz iteration.

    The singular values end between 0.7 and 1.2, which serves as well as 1 (Jordan et al. 2024).
    """
    a, b, c = NEWTON_SCHULZ
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.to(products)
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(ROUNDS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x
