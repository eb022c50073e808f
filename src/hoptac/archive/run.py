"""One archive from its first record to the output file, or from where an earlier run stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from hoptac import __version__
from hoptac.archive.log import Entry, ResultLog, open_log
from hoptac.archive.pool import pool
from hoptac.archive.source import Chunk
from hoptac.archive.work import Form, Job, Outcome, Worker
from hoptac.errors import InputError

Say = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Totals:
    """Articles ``done`` and records ``failed``, ``kept`` of an earlier run among the former.

    ``words`` and ``seconds`` are this run's, ``engine`` what the texts were read with.
    """

    done: int = 0
    failed: int = 0
    kept: int = 0
    words: int = 0
    seconds: float = 0.0
    engine: str = ""


def tag_archive(
    job: Job,
    output: Path,
    *,
    workers: int = 1,
    resume: bool = False,
    say: Say = lambda kind, text: None,
    advance: Callable[[int], None] = lambda count: None,
) -> Totals:
    """Read an archive and write the results, in its order, to ``output``, which is there only when whole.

    Memory stays flat. Whatever ends the run, the finished articles stay in ``OUTPUT.partial``, and with
    ``resume`` the next run goes on from them; its file is the one that an uninterrupted run makes. With more
    than one of ``workers`` as many processes read. ``say`` is told of each bad record and each warning, as
    ``error`` or ``warning`` with a sentence, in order; ``advance`` counts records. Where no record could be
    read there is no output.

    Raises `InputError` for an archive that cannot be read or, on resuming, is not the same; `ModelError` for
    a model that cannot be loaded; `HoptacError` for the rest: see `hoptac.archive.log.open_log` and
    `hoptac.archive.pool.Pool.run`.
    """
    began = time.perf_counter()
    totals, replaced = Totals(), set[str]()

    def count(where: str, entry: Entry) -> Totals:
        for error in entry.errors:
            say("error", error)
        for warning in entry.warnings:
            say("warning", warning)
        if new := sorted({*entry.replaced} - replaced):
            replaced.update(new)
            say("warning", f"{where}: the input's {', '.join(new)} gave way to the result's.")
        return replace(
            totals,
            done=totals.done + entry.done,
            failed=totals.failed + len(entry.errors),
            engine=totals.engine or entry.engine,
        )

    with open_log(output, _settings(job), resume) as log:
        chunks = job.source.chunks(job.batch_size)
        for entry, chunk in _kept(chunks, log):
            totals = count(chunk.where, entry)
            advance(chunk.records)
        totals = replace(totals, kept=totals.done)
        if log.whole:
            log.discard()
            return totals
        for chunk, outcome in _outcomes(job, chunks, workers):
            totals = count(chunk.where, log.add(chunk, outcome))
            totals = replace(totals, words=totals.words + outcome.words)
            advance(chunk.records)
        if not totals.done:
            log.discard()
        elif job.form is Form.PARQUET:
            from hoptac.archive.tables import write_parquet

            log.finish(write_parquet)
        else:
            log.finish(None)
    return replace(totals, seconds=time.perf_counter() - began)


def _kept(chunks: Iterator[Chunk], log: ResultLog) -> Iterator[tuple[Entry, Chunk]]:
    """The chunks that an earlier run finished, checked to be what they were then."""
    for entry in log.entries():
        chunk = next(chunks, None)
        if chunk is None or chunk.digest != entry.digest:
            place = chunk.where if chunk else "its end"
            raise InputError(
                f"{log.output}: cannot go on, as the input is not the one that was begun: it differs at"
                f" {place}."
            )
        yield entry, chunk


def _outcomes(job: Job, chunks: Iterator[Chunk], workers: int) -> Iterator[tuple[Chunk, Outcome]]:
    first = next(chunks, None)  # no process for nothing
    if first is None:
        return
    chunks = chain([first], chunks)
    if workers == 1:
        worker = Worker(job)
        yield from ((chunk, worker(chunk)) for chunk in chunks)
        return
    with pool(job, workers) as hands:
        yield from hands.run(chunks)


def _settings(job: Job) -> dict[str, object]:
    """All that the results depend on, but the records."""
    return {
        "hoptac": __version__,
        "model": _model_digest(job.model),
        "format": job.form.value,
        "text column": job.source.column,
        "engine": job.engine,
        "keep furniture": job.keep_furniture,
        "batch size": job.batch_size,
    }


def _model_digest(model: str | Path | None) -> str:
    """What tells a model's files from any other's. Raises `ModelError` where there are none."""
    from hoptac.engine.weights import weight_files
    from hoptac.model.folder import NEEDED, SHIPPED, local_folder

    folder = local_folder(SHIPPED if model is None else model)
    state = blake2b(digest_size=16)
    for path in (*(folder / name for name in NEEDED), *weight_files(folder)):
        with path.open("rb") as stream:
            while part := stream.read(1 << 20):
                state.update(part)
    return state.hexdigest()
