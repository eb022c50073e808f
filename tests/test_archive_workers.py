"""Archives on several processes: order, workers that die, runs that are killed or interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hoptac.archive import pool as pools
from hoptac.archive.pool import WorkerError, pool
from hoptac.archive.source import JsonLines
from hoptac.archive.work import Form, Job
from hoptac.errors import ConfigError
from tests.archive_jobs import TEXT, SlowJob, run, write_lines

ROOT = Path(__file__).parents[1]


def test_two_workers_write_what_one_writes(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", 60, b"nope", b'{"text": ""}')
    one = run(source, tmp_path / "one.jsonl")
    two = run(source, tmp_path / "two.jsonl", workers=2)
    assert (two.done, two.failed, two.words) == (one.done, one.failed, one.words) == (60, 2, 60 * 16)
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_results_keep_their_order_and_the_input_waits(tmp_path: Path) -> None:
    """The first chunk takes long: the other worker goes ahead, but only so far."""
    source = JsonLines(str(write_lines(tmp_path / "in.jsonl", 200)))
    chunks = [*source.chunks(40), *source.chunks(1)]  # forty texts, then single ones
    taken = 0

    def coming() -> object:
        nonlocal taken
        for chunk in [chunks[0], *chunks[5:]]:
            taken += 1
            yield chunk

    with pool(SlowJob(source, Form.JSONL), 2) as hands:
        outcomes = hands.run(coming())  # type: ignore[arg-type]
        first, outcome = next(outcomes)
        assert outcome.done == 40 and taken <= pools.AHEAD * 2
        assert [first.records, *(chunk.first for chunk, _ in outcomes)] == [40, *range(1, 201)]


def test_cores_are_shared_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []

    class Process:
        exitcode = 0

        def __init__(self, target: object, args: tuple[object, ...], daemon: bool) -> None:
            seen.append(os.environ.get("OMP_NUM_THREADS"))

        def start(self) -> None: ...
        def join(self, timeout: float | None = None) -> None: ...
        def terminate(self) -> None: ...
        def is_alive(self) -> bool:
            return False

    monkeypatch.setattr(pools.multiprocessing.get_context("spawn"), "Process", Process)
    monkeypatch.setattr(pools, "_receive", lambda hand, doing: None)
    monkeypatch.setattr(pools, "cores", lambda: 7)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    job = SlowJob(JsonLines("-"), Form.JSONL)
    for count in (2, 9):
        with pool(job, count):
            assert "OMP_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    with pool(job, 1):
        pass
    assert seen == ["3"] * 2 + ["1"] * 9 + ["5"]


def test_a_worker_that_dies_is_named_with_what_it_read(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    bad = b'{"text": "b\\u00e0i n\\u00e0y gi\\u1ebft t\\u00f4i"}'
    source = write_lines(tmp_path / "in.jsonl", 40, bad)
    with pytest.raises(
        WorkerError, match=r"died while reading .*in\.jsonl, line 41 \(signal SIGKILL, perhaps"
    ):
        run(source, output, workers=2)
    lines = source.read_bytes().splitlines(keepends=True)
    assert not output.exists() and (tmp_path / "out.jsonl.partial" / "journal").read_bytes().count(b"\n") > 4
    source.write_bytes(b"".join(lines[:-1]))
    assert run(source, output, workers=2, resume=True).done == 40


def test_what_a_worker_raises_comes_with_its_traceback(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", 3, '{"text": "lỗi lạ"}'.encode())
    with pytest.raises(
        WorkerError, match=r"(?s)while reading .*lines 1 to 4:\n.*in predict.*ZeroDivisionError"
    ):
        run(source, tmp_path / "out.jsonl", workers=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]


def test_a_model_that_cannot_be_loaded_is_said_once(tmp_path: Path) -> None:
    source = JsonLines(str(write_lines(tmp_path / "in.jsonl", 1)))
    with (
        pytest.raises(ConfigError, match="engine 'steam' is none of"),
        pool(Job(source, Form.JSONL, engine="steam"), 2),
    ):
        raise AssertionError("the pool is open")


def start(source: Path, output: Path, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.archive_jobs", str(source), str(output), str(workers)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)


def wait_for(journal: Path, entries: int) -> None:
    until = time.monotonic() + 60
    while not journal.exists() or journal.read_bytes().count(b"\n") < entries:
        assert time.monotonic() < until, "the run makes no headway"
        time.sleep(0.05)


def gone(group: int) -> bool:
    """Whether all processes of a group end soon."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_goes_on_to_the_same_file(tmp_path: Path, workers: int) -> None:
    source = write_lines(tmp_path / "in.jsonl", 120, b"nope", b'{"text": "x"}')
    output = tmp_path / "out.jsonl"
    process = start(source, output, workers)
    wait_for(tmp_path / "out.jsonl.partial" / "journal", 3)
    process.kill()
    process.communicate()
    assert not output.exists()
    assert gone(process.pid), "workers outlive a run that was killed"
    totals = run(source, output, resume=True)
    assert 12 <= totals.kept < 120 and (totals.done, totals.failed) == (121, 1)
    run(source, tmp_path / "whole.jsonl")
    assert output.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_ends_all_processes_and_keeps_what_is_finished(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", 400)
    process = start(source, tmp_path / "out.jsonl", 2)
    wait_for(tmp_path / "out.jsonl.partial" / "journal", 2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it
    _, errors = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT, errors
    assert errors.count(b"Traceback") == 1 and errors.rstrip().endswith(b"KeyboardInterrupt")  # the parent's
    assert gone(process.pid)
    assert not (tmp_path / "out.jsonl").exists()
    entries = (tmp_path / "out.jsonl.partial" / "journal").read_bytes().count(b"\n")
    assert entries >= 2 and TEXT.format(4) in (tmp_path / "out.jsonl.partial" / "results").read_text("utf-8")
