"""The PyTorch engine: any device, in the number format that is fastest there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from hoptac.engine import Floats
from hoptac.engine.cpu import instruction_set
from hoptac.model.batch import pad_windows
from hoptac.precision import resolve_precision

if TYPE_CHECKING:
    from hoptac.model.modeling import HoptacModel

BATCH = {"cuda": 64}
TEXTS_AT_ONCE = {"cuda": 128}
CPU_BATCH = {"fp32": 8, "bf16": 1}  # alone, a window's roundings in bf16 are the same in any company


class TorchEngine:
    """Runs a `HoptacModel`; safe to call from several threads.

    What else is in a batch changes logits by rounding only: in fp32 by about 1e-5, in bf16 by about 0.1.
    """

    def __init__(self, model: HoptacModel, precision: str = "auto") -> None:
        self.model = model.eval()
        self.device = model.device
        self.precision = resolve_precision(precision, str(self.device))
        self.texts_at_once = TEXTS_AT_ONCE.get(self.device.type, 16)

    def describe(self) -> str:
        """Library, device (on a CPU with its instruction set) and number format."""
        kind = f" ({instruction_set()})" if self.device.type == "cpu" else ""
        return f"torch {torch.__version__} on {self.device}{kind} in {self.precision}"

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def run(
        self, windows: Sequence[NDArray[np.int32]], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        """See `hoptac.engine.Engine.run`; windows of like length share a batch."""
        size = batch_size or BATCH.get(self.device.type, CPU_BATCH[self.precision])
        results: list[tuple[Floats, Floats]] = [(np.zeros(0), np.zeros(0))] * len(windows)  # type: ignore[list-item]
        order = sorted(range(len(windows)), key=lambda i: -len(windows[i]))
        chunks = [order[begin : begin + size] for begin in range(0, len(order), size)]
        # one autocast around all batches, so that the weights are cast once
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            outputs = [self.model(self._batch([windows[i] for i in chunk])) for chunk in chunks]
        for chunk, output in zip(chunks, outputs, strict=True):
            tags = output.tag_logits.float().cpu().numpy()
            areas = output.area_logits.float().cpu().numpy()
            for row, i in enumerate(chunk):
                inner = slice(1, len(windows[i]) + 1)
                results[i] = (tags[row, inner].copy(), areas[row, inner].copy())
        return results

    def _batch(self, windows: Sequence[NDArray[np.int32]]) -> torch.Tensor:
        """Ids ``(windows, longest)`` on the device, the special tokens and padding put around them."""
        encoder = self.model.config.encoder
        ids = pad_windows(windows, encoder.pad_token_id, encoder.bos_token_id, encoder.eos_token_id)
        batch = torch.from_numpy(ids)
        if self.device.type == "cuda":
            # from pinned memory the copy does not hold up the next batch
            return batch.pin_memory().to(self.device, non_blocking=True)
        return batch.to(self.device)
