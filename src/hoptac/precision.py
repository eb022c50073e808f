"""Which number format the machine at hand really computes fastest in: measured, never assumed.

A CPU with AMX or AVX512-BF16 multiplies bfloat16 matrices about three times as fast as fp32 ones; one without
emulates bfloat16, hundreds of times slower, and reports support all the same.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Literal

from hoptac.errors import ConfigError

if TYPE_CHECKING:
    import torch

Precision = Literal["fp32", "bf16"]
PRECISIONS = ("auto", "fp32", "bf16")
WORTH_IT = 1.3  # bf16 must win by this ratio: casting weights and activations costs some of it again
ROWS, INNER, COLUMNS = 256, 384, 768  # of the order of one window through one layer


def resolve_precision(wanted: str, device: str) -> Precision:
    """``wanted`` itself, or for ``auto`` the faster format on ``device``, measured in some milliseconds.

    Raises `ConfigError` for any other word.
    """
    if wanted == "auto":
        return fastest_precision(device)
    if wanted not in PRECISIONS:
        raise ConfigError(f"precision {wanted!r} is none of {', '.join(PRECISIONS)}.")
    return wanted  # type: ignore[return-value]


@cache
def fastest_precision(device: str) -> Precision:
    """``bf16`` where a matrix product in it is at least `WORTH_IT` times as fast as in fp32."""
    import torch

    if device.startswith("cuda") and not torch.cuda.is_bf16_supported():
        return "fp32"
    full = _seconds(torch.float32, device)
    half = _seconds(torch.bfloat16, device, give_up=full)
    return "bf16" if half * WORTH_IT < full else "fp32"


def _seconds(dtype: torch.dtype, device: str, give_up: float | None = None) -> float:
    """The best of a few products, in seconds; of two only where both take far longer than ``give_up``."""
    import torch

    left = torch.ones(ROWS, INNER, dtype=dtype, device=device)
    right = torch.ones(INNER, COLUMNS, dtype=dtype, device=device)
    best = float("inf")
    for turn in range(12):
        started = time.perf_counter()
        left @ right
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
        # the first product pays for loading kernels; an emulated one takes seconds
        if give_up is not None and turn and best > 4 * give_up:
            break
    return best
