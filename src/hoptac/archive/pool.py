"""Chunks through several processes, results in the order of the chunks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

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

    They read the threads they may use from ``OMP_NUM_THREADS``, unless the user has set it. The first loads
    its tagger before the others start: what it measured on this machine is remembered for them.

    Raises what loading raises, and `WorkerError` where the first worker dies over it.
    """
    context = multiprocessing.get_context("spawn")  # a forked copy of PyTorch's threads hangs
    hands: list[_Hand] = []
    unset = _THREADS not in os.environ
    if unset:
        os.environ[_THREADS] = str(max(1, cores() // count))
    try:
        try:
            for number in range(count):
                ours, theirs = context.Pipe()
                process = context.Process(target=_serve, args=(theirs, job, number == 0), daemon=True)
                process.start()
                theirs.close()  # so that a dead worker ends the pipe
                hands.append(_Hand(process, ours))
                if number == 0:
                    _receive(hands[0], "loading the model")
        finally:
            if unset:
                del os.environ[_THREADS]
        yield Pool(hands)
    finally:
        for hand in hands:
            hand.process.terminate()  # a worker has nothing of its own to lose
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
                        _send(hand, hand.chunk[1])
                        busy.append(hand)
            if not busy:
                return
            ready = wait([hand.pipe for hand in busy])
            for hand in busy:
                if hand.pipe in ready and hand.chunk is not None:
                    index, chunk = hand.chunk
                    finished[index] = chunk, _receive(hand, f"reading {chunk.where}")
                    hand.chunk = None
            while expected in finished:
                yield finished.pop(expected)
                expected += 1


def _send(hand: _Hand, chunk: Chunk) -> None:
    try:
        hand.pipe.send(chunk)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise _death(hand, f"reading {chunk.where}") from error


def _receive(hand: _Hand, doing: str) -> Any:
    try:
        answer = hand.pipe.recv()
    except (EOFError, ConnectionResetError) as error:
        raise _death(hand, doing) from error
    if isinstance(answer, Exception):
        raise answer
    if isinstance(answer, str):
        raise WorkerError(f"A worker failed while {doing}:\n{answer}")
    return answer


def _death(hand: _Hand, doing: str) -> WorkerError:
    hand.process.join(_PATIENCE)
    code = hand.process.exitcode
    cause = f"exit status {code}"
    if code is not None and code < 0:
        cause = f"signal {signal.Signals(-code).name}"
        if cause.endswith("SIGKILL"):
            cause += ", perhaps because memory ran out: use fewer --workers"
    return WorkerError(f"A worker process died while {doing} ({cause}). What was finished is kept: --resume.")


def _serve(pipe: Connection, job: Job, announce: bool) -> None:
    """The life of a worker; it ends when the other end of ``pipe`` does.

    It answers each chunk, and with ``announce`` first that its tagger is loaded.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group, and the parent ends us
    worker = Worker(job)
    if announce and not _answer(pipe, worker.load):
        return
    while True:
        try:
            chunk = pipe.recv()
        except EOFError:
            return
        if not _answer(pipe, partial(worker, chunk)):
            return


def _answer(pipe: Connection, work: Callable[[], object]) -> bool:
    """Send what ``work`` gives or raises; whether somebody was there to take it."""
    answer: object
    try:
        answer = work()
    except HoptacError as error:
        answer = error
    except Exception:
        answer = traceback.format_exc()
    try:
        pipe.send(answer)
    except BrokenPipeError:
        return False
    return True
