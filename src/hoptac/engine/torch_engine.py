"""The PyTorch engine: any device, in the number format that is fastest there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from hoptac.engine import Floats
from hoptac.precision import resolve_precision

if TYPE_CHECKING:
    from hoptac.model.modeling import HoptacModel

BATCH = {"cpu": 8, "cuda": 64}


class TorchEngine:
    """Runs a `HoptacModel`; safe to call from several threads."""

    def __init__(self, model: HoptacModel, precision: str = "auto") -> None:
        self.model = model.eval()
        self.device = model.device
        self.precision = resolve_precision(precision, str(self.device))

    def describe(self) -> str:
        return f"torch {torch.__version__} on {self.device} in {self.precision}"

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def run(
        self, windows: Sequence[NDArray[np.int32]], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        """See `hoptac.engine.Engine.run`; windows of like length share a batch."""
        encoder = self.model.config.encoder
        size = batch_size or BATCH.get(self.device.type, 8)
        results: list[tuple[Floats, Floats]] = [(np.zeros(0), np.zeros(0))] * len(windows)  # type: ignore[list-item]
        order = sorted(range(len(windows)), key=lambda i: -len(windows[i]))
        for begin in range(0, len(order), size):
            chunk = order[begin : begin + size]
            longest = len(windows[chunk[0]]) + 2
            ids = np.full((len(chunk), longest), encoder.pad_token_id, np.int64)
            for row, i in enumerate(chunk):
                length = len(windows[i])
                ids[row, 0] = encoder.bos_token_id
                ids[row, 1 : length + 1] = windows[i]
                ids[row, length + 1] = encoder.eos_token_id
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
                output = self.model(torch.from_numpy(ids).to(self.device))
            tags = output.tag_logits.float().cpu().numpy()
            areas = output.area_logits.float().cpu().numpy()
            for row, i in enumerate(chunk):
                inner = slice(1, len(windows[i]) + 1)
                results[i] = (tags[row, inner].copy(), areas[row, inner].copy())
        return results
