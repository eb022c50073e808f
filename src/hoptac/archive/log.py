"""Finished chunks on disk: what a run that was killed leaves for the next one to go on from.

Beside the output ``OUT`` stands a folder ``OUT.partial``: ``run.json`` says how the run was made, ``results``
holds the results of the finished chunks one after another, and ``journal`` has a line for each of them with
the length of ``results`` after it. A line is written when its results are safely on disk; what lies behind
the last line's length is cut off.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from hoptac.archive.source import Chunk
from hoptac.archive.work import Outcome
from hoptac.errors import HoptacError

_RUN, _RESULTS, _JOURNAL, _LOCK, _CONVERTED = "run.json", "results", "journal", "lock", "converted"


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished chunk: its digest, the length of ``results`` with it, and what `Outcome` says of it."""

    digest: str
    end: int
    done: int
    words: int
    engine: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    replaced: tuple[str, ...]


class ResultLog:
    """The results of one run on their way to ``output``; see `open_log`.

    ``finished`` counts the chunks that an earlier run left; where ``whole`` it had put its output in place
    already.
    """

    def __init__(self, output: Path, folder: Path) -> None:
        self.output, self._folder = output, folder
        self.finished, self._engine, results, journal = 0, "", 0, 0
        self.whole = output.exists() and not (folder / _RESULTS).exists()
        size = _size(folder / _RESULTS)
        for entry, length in _entries(folder / _JOURNAL):
            if entry.end > size and not self.whole:
                break
            self.finished += 1
            self._engine = entry.engine or self._engine
            results, journal = entry.end, length
        self._empty = not self.finished
        self.whole = self.whole and not self._empty
        self._results = _continued(folder / _RESULTS, 0 if self.whole else results)
        self._journal = _continued(folder / _JOURNAL, journal)

    def entries(self) -> Iterator[Entry]:
        """The chunks that an earlier run finished, in order."""
        for number, (entry, _) in enumerate(_entries(self._folder / _JOURNAL)):
            if number == self.finished:
                return
            yield entry

    def add(self, chunk: Chunk, outcome: Outcome) -> Entry:
        """Put a chunk's results behind the others. Raises ``HoptacError`` where the engine is another one."""
        if outcome.engine and self._engine not in ("", outcome.engine):
            raise HoptacError(
                f"{self._folder}: the finished part was read with {self._engine}, this run reads with"
                f" {outcome.engine}: go on with that --engine, or delete the folder and begin anew."
            )
        with _writing(self.output):
            self._results.write(outcome.data)
            _save(self._results)
            entry = Entry(
                digest=chunk.digest,
                end=self._results.tell(),
                done=outcome.done,
                words=outcome.words,
                engine=outcome.engine,
                errors=outcome.errors,
                warnings=outcome.warnings,
                replaced=outcome.replaced,
            )
            self._journal.write(json.dumps(asdict(entry), separators=(",", ":")).encode() + b"\n")
            _save(self._journal)
        self._engine = self._engine or outcome.engine
        self._empty = False
        return entry

    def finish(self, convert: Callable[[Path, Path], None] | None) -> None:
        """Put the output in its place, made from the results by ``convert`` where one is given; clear up."""
        with _writing(self.output):
            self.close()
            whole = self._folder / _RESULTS
            if convert is not None:
                convert(whole, self._folder / _CONVERTED)
                whole = self._folder / _CONVERTED
            whole.replace(self.output)
            (self._folder / _RESULTS).unlink(missing_ok=True)  # the sign that the output is in its place
            self.discard()

    def discard(self) -> None:
        """Clear up."""
        self.close()
        shutil.rmtree(self._folder)

    def close(self) -> None:
        """Leave the log for a later run; a log without a finished chunk goes."""
        self._results.close()
        self._journal.close()
        if self._empty:
            shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def open_log(output: Path, settings: Mapping[str, object], resume: bool) -> Iterator[ResultLog]:
    """The log of a run with these ``settings``; with ``resume`` that of a stopped run, if there is one.

    Raises ``HoptacError`` where it cannot be written, another run is writing it, it holds finished articles
    and ``resume`` is false, or these were read with other settings.
    """
    target = output.resolve()
    folder = target.with_name(f"{target.name}.partial")
    with _writing(output):
        if target.is_dir():
            raise IsADirectoryError(0, "Is a directory")
        folder.mkdir(exist_ok=True)
        lock = (folder / _LOCK).open("ab")
    with lock:
        _claim(lock, folder)
        with _writing(output):
            _check(folder, settings, resume)
            log = ResultLog(target, folder)
        try:
            yield log
        finally:
            log.close()


def _check(folder: Path, settings: Mapping[str, object], resume: bool) -> None:
    """Whether a run may go on with what is in ``folder``; what is no work of an earlier run is removed."""
    done = sum(entry.done for entry, _ in _entries(folder / _JOURNAL))
    if done and not resume:
        raise HoptacError(
            f"{folder} holds {done:,} articles that a stopped run has finished: go on with --resume, or"
            " delete the folder."
        )
    if done:
        before = json.loads((folder / _RUN).read_text(encoding="utf-8"))
        changed = sorted(key for key in {*before, *settings} if before.get(key) != settings.get(key))
        if changed:
            raise HoptacError(
                f"{folder}: cannot go on, as the finished part was made otherwise ({', '.join(changed)}"
                " changed): use the same settings, or delete the folder and begin anew."
            )
        return
    for name in (_JOURNAL, _RESULTS):
        (folder / name).unlink(missing_ok=True)
    (folder / _RUN).write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def _entries(journal: Path) -> Iterator[tuple[Entry, int]]:
    """The entries with the length of the journal after each; a last line that was cut off is left out."""
    if not journal.exists():
        return
    length = 0
    with journal.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            length += len(line)
            try:
                values: dict[str, Any] = json.loads(line)
            except ValueError:  # written when the machine lost its power
                return
            lists: dict[str, Any] = {key: tuple(v) for key, v in values.items() if isinstance(v, list)}
            yield Entry(**{**values, **lists}), length


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HoptacError(f"{output}: cannot be written: {error.strerror or error}.") from error


def _claim(lock: BinaryIO, folder: Path) -> None:
    """Hold the folder until ``lock`` is closed, or this process ends in any way."""
    try:
        import fcntl
    except ImportError:  # Windows, where an open file cannot be replaced by another run
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise HoptacError(f"{folder}: another run is writing there; wait for it, or end it.") from error


def _continued(path: Path, length: int) -> BinaryIO:
    """The file from its first ``length`` bytes on."""
    stream = path.open("r+b" if path.exists() else "w+b")
    stream.truncate(length)
    stream.seek(length)
    return stream


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def _save(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())
