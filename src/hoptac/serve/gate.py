"""One text is read at a time; a few may wait, and more are sent away."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hoptac.errors import HoptacError

_FIRST_GUESS = 2.0  # seconds that a turn takes, before any has been seen


class BusyError(HoptacError):
    """The queue is full; ``retry_after`` is in how many seconds a place may be free."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            f"The server is reading other texts and its queue is full; try again in {retry_after} s."
        )


class Gate:
    """Hands out turns, first come first served; ``waiting`` may queue beside the one that has its turn."""

    def __init__(self, waiting: int) -> None:
        self._waiting = waiting
        self._inside = 0
        self._lock = asyncio.Lock()
        self._seconds = _FIRST_GUESS

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; raises `BusyError` at once where the queue is full."""
        if self._inside > self._waiting:
            raise BusyError(max(1, math.ceil(self._seconds)))
        self._inside += 1
        try:
            async with self._lock:
                begin = time.monotonic()
                yield
                self._seconds = time.monotonic() - begin
        finally:
            self._inside -= 1
