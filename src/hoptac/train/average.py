"""A moving average of the weights (after Polyak & Juditsky 1992), which evaluation and the result use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

FILE = "average.safetensors"


class WeightAverage:
    """Keeps ``average = decay * average + (1 - decay) * weights``.

    The decay grows to its value over the first steps, so that the start is soon forgotten.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.weights = {name: value.detach().clone() for name, value in model.named_parameters()}

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def update(self, model: nn.Module) -> None:
        """Take in the weights after an optimizer step."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, value in model.named_parameters():
            self.weights[name].lerp_(value.detach(), 1 - decay)

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """``model`` with the averaged weights, its own ones back afterwards."""
        own = {name: value.detach().clone() for name, value in model.named_parameters()}
        try:
            _copy(self.weights, model)
            yield
        finally:
            _copy(own, model)

    def save(self, folder: Path) -> None:
        """Write the average beside a checkpoint."""
        from safetensors.torch import save_file

        save_file({**self.weights, "steps": torch.tensor(self.steps)}, folder / FILE)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        from safetensors.torch import load_file

        state = load_file(folder / FILE)
        self.steps = int(state.pop("steps"))
        for name, value in state.items():
            self.weights[name].copy_(value)


@torch.no_grad()  # type: ignore[untyped-decorator]
def _copy(weights: dict[str, torch.Tensor], model: nn.Module) -> None:
    for name, value in model.named_parameters():
        value.copy_(weights[name])
