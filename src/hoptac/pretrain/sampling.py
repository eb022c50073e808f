"""Which blocks a step reads: each pool in a random order, all of it before any block again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hoptac.pretrain.blocks import Blocks, Packed

POOLS = ("near", "all")


class BlockSampler:
    """Draws batches from all training blocks and, in the last ``near_share`` of the run, from the near ones
    only.

    The draws depend on ``seed`` and on ``drawn``, how many blocks each pool has given so far, and on nothing
    else.
    """

    def __init__(self, blocks: Blocks, near_share: float, seed: int) -> None:
        self.near, self.far = blocks.train_near, blocks.train_far
        self.near_share = near_share if len(self.far) else 1.0
        self.seed = seed
        self.drawn = dict.fromkeys(POOLS, 0)
        self._orders: dict[str, tuple[int, NDArray[np.int64]]] = {}

    def batch(self, size: int, progress: float) -> Packed:
        """``size`` blocks for a step at ``progress`` (0 to 1) through the run; shape ``(size, block)``."""
        pool = "near" if progress >= 1 - self.near_share else "all"
        rows = [self._row(pool, self.drawn[pool] + i) for i in range(size)]
        self.drawn[pool] += size
        return np.stack([self.near[i] if i < len(self.near) else self.far[i - len(self.near)] for i in rows])

    def _row(self, pool: str, turn: int) -> int:
        total = len(self.near) + (len(self.far) if pool == "all" else 0)
        epoch, place = divmod(turn, total)
        if self._orders.get(pool, (-1,))[0] != epoch:
            rng = np.random.default_rng([self.seed, POOLS.index(pool), epoch])
            self._orders[pool] = epoch, rng.permutation(total)
        return int(self._orders[pool][1][place])
