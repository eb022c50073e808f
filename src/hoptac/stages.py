"""Two stages of work over a list of parts, at the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Middle = TypeVar("Middle")
End = TypeVar("End")

AHEAD = 2  # parts in the two stages while the caller has one


def overlapped(
    parts: Sequence[Part], first: Callable[[Part], Middle], second: Callable[[Middle], End]
) -> Iterator[End]:
    """``second(first(part))`` of each part, in order.

    While the caller works on one part's outcome, the second stage works on the next part and the first on the
    one after that, each in one thread. That pays where the second leaves Python to others, as an engine does.
    What a stage raises is raised here, in its part's turn.
    """
    if len(parts) < 2:
        yield from (second(first(part)) for part in parts)
        return
    pending: deque[Future[End]] = deque()
    with ThreadPoolExecutor(1) as firsts, ThreadPoolExecutor(1) as seconds:
        for part in parts:
            pending.append(seconds.submit(_after, firsts.submit(first, part), second))
            if len(pending) > AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _after(middle: Future[Middle], second: Callable[[Middle], End]) -> End:
    return second(middle.result())
