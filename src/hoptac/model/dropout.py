"""Dropout (Srivastava et al. 2014) on a CPU from 16-bit random numbers.

PyTorch draws one number a value in its Bernoulli kernel, three to four times as slow.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

STEPS = 1 << 16  # a probability is rounded to one in so many


def dropout_factors(shape: torch.Size, probability: float, dtype: torch.dtype) -> Tensor:
    """0 with ``probability``, else ``1 / (1 - probability)``: ``shape`` on the CPU, from its generator."""
    count = shape.numel()
    words = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(1 << 63), None)  # type: ignore[call-overload]
    bits = words.view(torch.int16)[:count].view(shape)
    kept = bits >= round(probability * STEPS) - STEPS // 2
    return kept.to(dtype).mul_(1 / (1 - probability))


class BitsDropout(nn.Dropout):  # type: ignore[misc]
    """`torch.nn.Dropout`, drawn by `dropout_factors` where the values are on a CPU."""

    def forward(self, values: Tensor) -> Tensor:
        if not self.training or not 0 < self.p < 1 or values.device.type != "cpu":
            return super().forward(values)  # type: ignore[no-any-return]
        return values * dropout_factors(values.shape, self.p, values.dtype)


def use_bits_dropout(model: nn.Module) -> None:
    """Put `BitsDropout` in the place of every `torch.nn.Dropout` of ``model``."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, BitsDropout(child.p).train(child.training))
