"""Several models as one engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hoptac.engine import Engine, Floats


class EnsembleEngine:
    """The mean of the logits of models that share a vocabulary and labels.

    With the mean of their CRFs' transitions it is the geometric mean of the models' distributions over paths
    (a product of experts, Hinton 2002).
    """

    def __init__(self, engines: Sequence[Engine]) -> None:
        self.engines = tuple(engines)
        self.texts_at_once = max(engine.texts_at_once for engine in engines)

    def describe(self) -> str:
        """How many models, and how the first one runs."""
        return f"{len(self.engines)} models, {self.engines[0].describe()}"

    def run(
        self, windows: Sequence[NDArray[np.int32]], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        """See `hoptac.engine.Engine.run`."""
        outputs = [engine.run(windows, batch_size) for engine in self.engines]
        return [
            (
                np.mean([tags for tags, _ in same], axis=0, dtype=np.float32),
                np.mean([areas for _, areas in same], axis=0, dtype=np.float32),
            )
            for same in zip(*outputs, strict=True)
        ]
