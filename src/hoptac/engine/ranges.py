"""How far the inputs of the encoder's products reach: what 8 bits must be laid out for beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hoptac.annotations.files import write_bytes
from hoptac.engine import Floats

if TYPE_CHECKING:
    from hoptac.engine.torch_engine import TorchEngine

RANGES = "input_ranges.safetensors"  # beside the model's weights
SUFFIX = ".input_range"
TOKENS = 16_000  # subwords that are read for it


def range_name(linear: str) -> str:
    """The name of the range ``(in,)`` of a product's input; query, key and value have one together."""
    place, _, name = linear.rpartition(".")
    return f"{place}.{'query' if name in ('key', 'value') else name}{SUFFIX}"


def measure_ranges(engine: TorchEngine, windows: Iterable[NDArray[np.int32]]) -> dict[str, Floats]:
    """The largest magnitude of each input channel over `TOKENS` subwords of ``windows``, by name."""
    import torch

    found: dict[str, Any] = {}

    def note(name: str) -> Any:
        def hook(module: Any, inputs: tuple[Any, ...]) -> None:
            largest = inputs[0].detach().float().abs().flatten(0, -2).amax(0)
            found[name] = torch.maximum(found[name], largest) if name in found else largest

        return hook

    hooks = [
        module.register_forward_pre_hook(note(range_name(name)))
        for name, module in engine.model.named_modules()
        if isinstance(module, torch.nn.Linear)
        and name.startswith("encoder.encoder.layer.")
        and not name.endswith((".key", ".value"))
    ]
    try:
        read = 0
        for window in windows:
            if read >= TOKENS:
                break
            engine.run([window])  # alone: padding would count as well
            read += len(window)
    finally:
        for hook in hooks:
            hook.remove()
    return {name: value.cpu().numpy() for name, value in found.items()}


def write_ranges(folder: Path, ranges: Mapping[str, Floats]) -> None:
    """Put the ranges beside a model's weights, in fp16, whole or not at all."""
    from safetensors.numpy import save

    most = np.finfo(np.float16).max
    stored = {name: np.minimum(value, most).astype(np.float16) for name, value in ranges.items()}
    write_bytes(folder / RANGES, save(stored))
