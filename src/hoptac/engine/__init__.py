"""Engines run the encoder and its two heads over windows; the rest of the pipeline is the same for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Engine(Protocol):
    """What the tagger asks of an engine.

    ``texts_at_once``: how many texts of a long list to give it in one run. While it computes, the next ones
    are segmented and the last ones decoded: few keep that going, many fill large batches.
    """

    texts_at_once: int

    def describe(self) -> str:
        """One line: library, device and number format."""
        ...

    def run(
        self, windows: Sequence[NDArray[np.int32]], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        """Tag logits ``(tokens, tags)`` and area logits ``(tokens, 1 + areas)`` of each window.

        A window is its subword ids without the special tokens.
        """
        ...
