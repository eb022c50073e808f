"""Chunks through several processes, results in the order of the chunks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from hoptac.archive.source import Chunk
from hoptac.archive.work import Job, Outcome, Worker
from hoptac.errors import HoptacError

AHEAD = 4  # chunks a worker that may be finished before the oldest one is
_PATIENCE = 5.0  # seconds for a worker to end
_THREADS = "OMP_NUM_THREADS"


class WorkerError(HoptacError):
    """A worker process that ended, or failed, on its own."""


@dataclass(slots=True)
class _Hand:
    process: BaseProcess
    pipe: Connection
    chunk: tuple[int, Chunk] | None = None


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def pool(job: Job, count: int) -> Iterator[Pool]:
    """``count`` processes, each with its own tagger and its share of the cores; ended on leaving.

    They read the threads they may use from ``OMP_NUM_THREADS``, unless the user has set it.
    """
    context = multiprocessing.get_context("spawn")  # a forked copy of PyTorch's threads hangs
    hands: list[_Hand] = []
    unset = _THREADS not in os.environ
    if unset:
        os.environ[_THREADS] = str(max(1, cores() // count))
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, job), daemon=True)
            process.start()
            theirs.close()  # so that a dead worker ends the pipe
            hands.append(_Hand(process, ours))
    finally:
        if unset:
            del os.environ[_THREADS]
    try:
        yield Pool(hands)
    finally:
        for hand in hands:
            if hand.chunk is not None:
                hand.process.terminate()
            hand.pipe.close()
        for hand in hands:
            hand.process.join(_PATIENCE)
            if hand.process.is_alive():
                hand.process.kill()
                hand.process.join()


class Pool:
    """Hands a chunk to each worker that is free; see `pool`."""

    def __init__(self, hands: list[_Hand]) -> None:
        self._hands = hands

    def run(self, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Outcome]]:
        """The outcome of each chunk, in order; at most `AHEAD` chunks a worker are held.

        Raises `WorkerError` where a worker dies, and what a worker raised.
        """
        coming = enumerate(chunks)
        finished: dict[int, tuple[Chunk, Outcome]] = {}
        expected, more = 0, True
        while True:
            busy = [hand for hand in self._hands if hand.chunk is not None]
            for hand in self._hands:
                if not more or len(finished) + len(busy) >= AHEAD * len(self._hands):
                    break
                if hand.chunk is None:
                    hand.chunk = next(coming, None)
                    more = hand.chunk is not None
                    if hand.chunk is not None:
                        self._send(hand)
                        busy.append(hand)
            if not busy:
                return
            ready = wait([hand.pipe for hand in busy])
            for hand in busy:
                if hand.pipe in ready and hand.chunk is not None:
                    index, chunk = hand.chunk
                    finished[index] = chunk, self._receive(hand, chunk)
                    hand.chunk = None
            while expected in finished:
                yield finished.pop(expected)
                expected += 1

    def _send(self, hand: _Hand) -> None:
        try:
            hand.pipe.send(hand.chunk[1] if hand.chunk else None)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._death(hand) from error

    def _receive(self, hand: _Hand, chunk: Chunk) -> Outcome:
        try:
            answer = hand.pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            raise self._death(hand) from error
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            raise WorkerError(f"A worker failed while reading {chunk.where}:\n{answer}")
        return answer  # type: ignore[no-any-return]

    def _death(self, hand: _Hand) -> WorkerError:
        hand.process.join(_PATIENCE)
        code = hand.process.exitcode
        cause = f"exit status {code}"
        if code is not None and code < 0:
            cause = f"signal {signal.Signals(-code).name}"
            if -code == signal.SIGKILL:
                cause += ", perhaps because memory ran out: use fewer --workers"
        place = f" while reading {hand.chunk[1].where}" if hand.chunk else ""
        return WorkerError(f"A worker process died{place} ({cause}). What was finished is kept: --resume.")


def _serve(pipe: Connection, job: Job) -> None:
    """The life of a worker; it ends when the other end of ``pipe`` does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group, and the parent ends us
    worker = Worker(job)
    while True:
        try:
            chunk = pipe.recv()
        except EOFError:
            return
        answer: object
        try:
            answer = worker(chunk)
        except HoptacError as error:
            answer = error
        except Exception:
            answer = traceback.format_exc()
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return
