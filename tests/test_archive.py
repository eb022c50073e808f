"""Archives in one process: every input and output, runs that stop and go on, what is refused."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import lzma
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hoptac.archive import log
from hoptac.archive.columns import arrow_type, common, fit, kind_of
from hoptac.archive.log import ResultLog
from hoptac.archive.run import tag_archive
from hoptac.archive.source import JsonLines, ParquetRows
from hoptac.archive.work import Form
from hoptac.errors import HoptacError, InputError
from tests.archive_jobs import TEXT, SlowJob, run, write_lines

pa = pytest.importorskip("pyarrow", reason="archives need the extra 'archive'")
pq = pytest.importorskip("pyarrow.parquet")


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "in.jsonl", 22, b"", b'{"text": 3}', b"nope", b'{"text": "x", "id": null}')


def test_results_come_in_order_with_the_other_keys(lines: Path, tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    job = SlowJob(JsonLines(str(lines)), Form.JSONL, batch_size=4)
    counted: list[int] = []
    totals = tag_archive(
        job, tmp_path / "out.jsonl", say=lambda *what: said.append(what), advance=counted.append
    )
    assert (totals.done, totals.failed, totals.kept, totals.engine) == (23, 2, 0, "stand-in")
    assert sum(counted) == 25 and totals.words == 22 * 16 + 1
    rows = rows_of(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == [*range(22), None]
    for row in rows[:22]:
        assert row["text"] == TEXT.format(row["id"]) and row["site"] == {"name": f"báo {row['id'] % 4}"}
        assert [row["text"][e["start"] : e["end"]] for e in row["entities"]] == [
            e["text"] for e in row["entities"]
        ]
        assert len(row["entities"]) == 3
    assert [kind for kind, _ in said] == ["error", "error", "warning"]
    assert "in.jsonl, line 24: the object has a" in said[0][1] and "line 25, column 1" in said[1][1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_parquet_holds_what_json_lines_hold(lines: Path, tmp_path: Path) -> None:
    run(lines, tmp_path / "out.jsonl")
    run(lines, tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    expected = rows_of(tmp_path / "out.jsonl")
    found = table.to_pylist()
    for row in expected:  # the last line lacks two keys
        row.setdefault("tags", None)
        row.setdefault("site", None)
    assert found == expected
    assert table.schema.field("tags").type == pa.list_(pa.string())
    assert table.schema.field("site").type == pa.struct([("name", pa.string())])
    entity = table.schema.field("entities").type.value_type
    assert entity.field("start").type == pa.int32() and entity.field("score").type == pa.float64()
    assert table.schema.field("areas").type.value_type.field("evidence").type.value_type.num_fields == 4
    assert len(table) == 23 and pq.ParquetFile(tmp_path / "out.parquet").num_row_groups == 1


def test_many_chunks_share_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hoptac.archive import tables

    monkeypatch.setattr(tables, "_ROWS", 8)
    run(write_lines(tmp_path / "in.jsonl", 20), tmp_path / "out.parquet")
    file = pq.ParquetFile(tmp_path / "out.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [8, 8, 4]
    assert [row["id"] for row in rows_of(tmp_path / "out.parquet")] == list(range(20))


@pytest.mark.parametrize(
    ("values", "kind", "back"),
    [
        ([1, None, 2.5], pa.float64(), [1.0, None, 2.5]),
        ([1, True], pa.string(), ["1", "true"]),
        (["a", 1, None], pa.string(), ['"a"', "1", None]),
        ([2**62, 1], pa.int64(), [2**62, 1]),
        ([2**62, 0.5], pa.string(), [str(2**62), "0.5"]),
        ([2**64], pa.string(), [str(2**64)]),
        ([None, None], pa.string(), [None, None]),
        ([[], [None]], pa.list_(pa.string()), [[], [None]]),
        ([[1], [2.5, None]], pa.list_(pa.float64()), [[1.0], [2.5, None]]),
        ([{}, {"a": 1}], pa.string(), ["{}", '{"a": 1}']),
        (
            [{"a": 1}, {"b": [{"c": "x"}]}, None],
            pa.struct([("a", pa.int64()), ("b", pa.list_(pa.struct([("c", pa.string())])))]),
            [{"a": 1, "b": None}, {"a": None, "b": [{"c": "x"}]}, None],
        ),
        ([{str(i): 1 for i in range(300)}], pa.string(), [json.dumps({str(i): 1 for i in range(300)})]),
    ],
)
def test_json_values_find_an_arrow_type(values: list[Any], kind: Any, back: list[Any]) -> None:
    found = common(map(kind_of, values))
    assert arrow_type(found) == kind
    assert pa.array([fit(value, found) for value in values], kind).to_pylist() == back


def test_half_a_surrogate_pair_keeps_the_offsets_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "\\ud83d \\u0111\\u00e0o t\\u1ea1o", "id": "\\ude00"}\n')
    run(path, tmp_path / "out.parquet")
    (row,) = rows_of(tmp_path / "out.parquet")
    assert (row["text"], row["id"]) == ("\ufffd đào tạo", "\ufffd")
    evidence = row["areas"][0]["evidence"][0]
    assert row["text"][evidence["start"] : evidence["end"]] == evidence["text"] == "đào tạo"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Seven rows, the fourth without a text, in two row groups."""
    texts = [TEXT.format(i) if i != 3 else None for i in range(7)]
    day = datetime.datetime(2021, 3, 12, 10, tzinfo=datetime.UTC)
    columns = {
        "id": pa.array(range(7), pa.int16()),
        "body": pa.array(texts),
        "when": pa.array([day] * 7, pa.timestamp("ms", "UTC")),
        "price": pa.array([Decimal("1.50")] * 7),
        "raw": pa.array([b"\x00\xff"] * 7),
        "score": pa.array([float("nan")] * 7),
        "entities": pa.array(["old"] * 7),
    }
    pq.write_table(pa.table(columns), tmp_path / "in.parquet", row_group_size=5)
    return tmp_path / "in.parquet"


def parquet_job(source: Path, form: Form, column: str = "body") -> SlowJob:
    return SlowJob(ParquetRows(str(source), column), form, batch_size=2)


def test_parquet_columns_come_back_as_they_were(table: Path, tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    totals = tag_archive(
        parquet_job(table, Form.PARQUET), tmp_path / "out.parquet", say=lambda *what: said.append(what)
    )
    assert (totals.done, totals.failed) == (6, 1)
    assert [text.partition("in.parquet, ")[2] for _, text in said] == [
        "rows 1 to 2: the input's entities gave way to the result's.",
        'row 4: has no "body" (it is null).',
    ]
    before, after = pq.read_table(table), pq.read_table(tmp_path / "out.parquet")
    assert (
        after.column_names[:5] == ["id", "when", "price", "raw", "score"] and "body" not in after.column_names
    )
    kept = before.filter(pa.compute.is_valid(before["body"]))
    for name in ("id", "when", "price", "raw"):
        assert (
            after[name].equals(kept[name]) and after.schema.field(name).type == before.schema.field(name).type
        )
    assert after["text"].to_pylist() == kept["body"].to_pylist()
    assert all(len(row) == 3 for row in after["entities"].to_pylist())


def test_parquet_becomes_json_lines(table: Path, tmp_path: Path) -> None:
    tag_archive(parquet_job(table, Form.JSONL), tmp_path / "out.jsonl")
    rows = rows_of(tmp_path / "out.jsonl")
    assert [row["id"] for row in rows] == [0, 1, 2, 4, 5, 6]
    assert rows[0]["when"] == "2021-03-12T10:00:00+00:00"
    assert (rows[0]["price"], rows[0]["raw"], rows[0]["score"]) == ("1.50", "AP8=", None)


def test_a_folder_of_parquet_files_is_one_archive(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for part in range(2):
        data = {"id": [part * 3 + i for i in range(3)], "text": [TEXT.format(i) for i in range(3)]}
        pq.write_table(pa.table(data), folder / f"part-{part}.parquet")
    (folder / "_SUCCESS").write_text("")
    tag_archive(parquet_job(folder, Form.JSONL, "text"), tmp_path / "out.jsonl")
    assert [row["id"] for row in rows_of(tmp_path / "out.jsonl")] == list(range(6))
    pq.write_table(pa.table({"text": ["a"]}), folder / "part-9.parquet")
    with pytest.raises(InputError, match=r"part-9\.parquet: its columns are not those of part-0\.parquet"):
        tag_archive(parquet_job(folder, Form.JSONL, "text"), tmp_path / "out.jsonl")


def test_parquet_that_cannot_be_read(table: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    with pytest.raises(InputError, match=r"no column 'text'; .*\(there are: id, body"):
        tag_archive(parquet_job(table, Form.JSONL, "text"), output)
    with pytest.raises(InputError, match="the column 'raw' holds binary, not text"):
        tag_archive(parquet_job(table, Form.JSONL, "raw"), output)
    with pytest.raises(InputError, match="No such file"):
        tag_archive(parquet_job(tmp_path / "none", Form.JSONL), output)
    (tmp_path / "bad.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="this is no Parquet file"):
        tag_archive(parquet_job(tmp_path / "bad.parquet", Form.JSONL), output)
    broken = bytearray(table.read_bytes())
    broken[20:400] = bytes(380)
    (tmp_path / "broken.parquet").write_bytes(bytes(broken))
    with pytest.raises(InputError, match="cannot be read from row 1 on"):
        tag_archive(parquet_job(tmp_path / "broken.parquet", Form.JSONL), output)
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst"])
def test_compressed_lines(lines: Path, tmp_path: Path, suffix: str) -> None:
    data = lines.read_bytes()
    packed = tmp_path / f"in.jsonl{suffix}"
    if suffix == ".zst":
        with pa.CompressedOutputStream(str(packed), "zstd") as stream:
            stream.write(data)
    else:
        packed.write_bytes({".gz": gzip, ".xz": lzma}[suffix].compress(data))
    assert run(packed, tmp_path / "out.jsonl").done == 23
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"cannot be read after line \d+: "):
        run(packed, tmp_path / "other.jsonl")


class Stop(BaseException):
    """Something that ends a run in the middle."""


def stopped(source: Path, output: Path, after: int) -> Path:
    """A run that ends after so many records; its partial folder."""

    def advance(count: int) -> None:
        nonlocal after
        after -= count
        if after <= 0:
            raise Stop

    job = SlowJob(JsonLines(str(source)), Form(output.suffix[1:]), batch_size=4)
    with pytest.raises(Stop):
        tag_archive(job, output, advance=advance)
    return output.with_name(f"{output.name}.partial")


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
@pytest.mark.parametrize("tail", ["none", "results", "journal"])
def test_a_stopped_run_goes_on_to_the_same_file(lines: Path, tmp_path: Path, suffix: str, tail: str) -> None:
    whole, output = tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    totals = run(lines, whole)
    output.write_bytes(b"old")
    partial = stopped(lines, output, 12)
    assert output.read_bytes() == b"old"
    if tail == "results":  # killed while a chunk was written
        with (partial / "results").open("ab") as stream:
            stream.write(b'{"id": 12, "te')
    elif tail == "journal":
        with (partial / "journal").open("ab") as stream:
            stream.write(b'{"digest":"00')
    with pytest.raises(HoptacError, match="holds 12 articles that a stopped run has finished"):
        run(lines, output)
    again = run(lines, output, resume=True)
    assert output.read_bytes() == whole.read_bytes()
    assert (again.kept, again.done, again.failed) == (12, totals.done, totals.failed)
    assert not partial.exists()


def test_messages_of_the_finished_part_are_repeated(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "in.jsonl", 3, b"nope", b"{}", *[b'{"text": "khi"}'] * 3)
    output = tmp_path / "out.jsonl"
    stopped(source, output, 4)
    said: list[str] = []
    job = SlowJob(JsonLines(str(source)), Form.JSONL, batch_size=4)
    totals = tag_archive(job, output, resume=True, say=lambda kind, text: said.append(text))
    assert totals.failed == 2 and "line 4" in said[0] and "line 5" in said[1] and len(said) == 5


def test_a_log_without_finished_chunks_leaves_nothing(lines: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run(tmp_path / "none", tmp_path / "out.jsonl")
    (tmp_path / "bad.jsonl").write_text("nope\n")
    assert run(tmp_path / "bad.jsonl", tmp_path / "out.jsonl").failed == 1
    assert not list(tmp_path.glob("out*"))
    assert run(lines, tmp_path / "out.jsonl", resume=True).done == 23  # nothing to go on from


def test_another_input_is_refused(lines: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    stopped(lines, output, 12)
    data = lines.read_bytes()
    lines.write_bytes(data.replace(b'{"id": 5,', b'{"id": 6,', 1))
    with pytest.raises(InputError, match=r"differs at .*in\.jsonl, lines 5 to 8"):
        run(lines, output, resume=True)
    lines.write_bytes(b"\n".join(data.split(b"\n")[:8]) + b"\n")
    with pytest.raises(InputError, match="differs at its end"):
        run(lines, output, resume=True)
    lines.write_bytes(data)
    assert run(lines, output, resume=True).kept == 12


def test_other_settings_are_refused(lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out.jsonl"
    stopped(lines, output, 12)
    with pytest.raises(HoptacError, match=r"\(batch size changed\)"):
        run(lines, output, resume=True, batch_size=5)
    job = SlowJob(JsonLines(str(lines)), Form.JSONL, engine="torch", keep_furniture=True, batch_size=4)
    with pytest.raises(HoptacError, match=r"\(engine, keep furniture changed\)"):
        tag_archive(job, output, resume=True)
    monkeypatch.setattr("tests.cli.stand_in.FakeTagger.engine", "another engine")
    with pytest.raises(HoptacError, match="read with stand-in, this run reads with another engine"):
        run(lines, output, resume=True)
    monkeypatch.undo()
    assert run(lines, output, resume=True).done == 23


def test_a_models_files_tell_it_from_others(lines: Path, tmp_path: Path) -> None:
    model, output = tmp_path / "model", tmp_path / "out.jsonl"
    model.mkdir()
    for name in ("config.json", "vocab.txt", "bpe.codes", "model.safetensors"):
        (model / name).write_text("{}")
    job = SlowJob(JsonLines(str(lines)), Form.JSONL, model, batch_size=4)
    with pytest.raises(Stop):
        tag_archive(job, output, advance=lambda count: (_ for _ in ()).throw(Stop))
    (model / "model.safetensors").write_bytes(b"new")
    with pytest.raises(HoptacError, match=r"\(model changed\)"):
        tag_archive(job, output, resume=True)


def test_a_run_killed_after_its_last_step_is_done(
    lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"

    def killed(self: ResultLog) -> None:
        raise Stop

    monkeypatch.setattr(ResultLog, "discard", killed)
    with pytest.raises(Stop):
        run(lines, output)
    monkeypatch.undo()
    before = output.stat().st_mtime_ns
    totals = run(lines, output, resume=True)
    assert (totals.done, totals.failed, totals.kept) == (23, 2, 23)
    assert output.stat().st_mtime_ns == before and not list(tmp_path.glob("*.partial"))


def test_one_run_at_a_time(lines: Path, tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    output = tmp_path / "out.jsonl"
    with log.open_log(output, {}, False), pytest.raises(HoptacError, match="another run is writing there"):
        run(lines, output)


def test_a_full_disk_is_said_and_can_be_gone_on_from(
    lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, saves = tmp_path / "out.jsonl", 0

    def save(stream: Any) -> None:
        nonlocal saves
        saves += 1
        stream.flush()
        if saves == 5:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(log, "_save", save)
    with pytest.raises(HoptacError, match=r"out\.jsonl: cannot be written: No space left"):
        run(lines, output)
    monkeypatch.undo()
    assert run(lines, output, resume=True).kept == 8
    run(lines, tmp_path / "whole.jsonl")
    assert output.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_input_is_read_as_results_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_lines(tmp_path / "in.jsonl", 400).read_bytes()
    source = io.BytesIO(data)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(source))
    read: list[int] = []

    def advance(count: int) -> None:
        read.append(source.tell())
        if len(read) == 2:
            raise Stop

    job = SlowJob(JsonLines("-"), Form.JSONL, batch_size=4)
    with pytest.raises(Stop):
        tag_archive(job, tmp_path / "out.jsonl", advance=advance)
    assert read[1] < len(data) / 20
