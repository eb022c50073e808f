"""A batch of windows as one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pad_windows(
    windows: Sequence[NDArray[Any]], pad: int, begin: int | None = None, end: int | None = None
) -> NDArray[np.int64]:
    """``(windows, longest + 2)``: each window after one place and before another, then ``pad``.

    The two places hold ``begin`` and ``end``, the special tokens' ids, or ``pad`` as well.
    """
    padded = np.full((len(windows), max(map(len, windows)) + 2), pad, np.int64)
    for row, window in zip(padded, windows, strict=True):
        row[1 : len(window) + 1] = window
        if begin is not None and end is not None:
            row[0], row[len(window) + 1] = begin, end
    return padded
