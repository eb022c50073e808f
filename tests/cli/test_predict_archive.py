"""``hoptac predict`` over archives: options, formats by name, what is said at the end, exit statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result as Outcome

from tests.cli.stand_in import FakeTagger

pa = pytest.importorskip("pyarrow", reason="archives need the extra 'archive'")
pq = pytest.importorskip("pyarrow.parquet")

Run = Callable[..., Outcome]
TEXT = "Hai bên trao đổi về đào tạo."


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": i, "text": TEXT}) + "\n" for i in range(70)))
    return path


def test_the_name_of_the_output_says_its_format(hoptac_run: Run, lines: Path, tmp_path: Path) -> None:
    for name in ("out.jsonl", "out.parquet", "out.json", "out.html", "out.txt"):
        done = hoptac_run("predict", "--jsonl", lines, "-o", tmp_path / name)
        assert done.exit_code == 0 and done.stdout == "", done.output
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert rows == json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert rows == pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert (tmp_path / "out.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    hoptac_run("predict", "--jsonl", lines, "-o", tmp_path / "named.txt", "--format", "jsonl")
    assert (tmp_path / "named.txt").read_bytes() == (tmp_path / "out.jsonl").read_bytes()


def test_an_archive_is_read_in_larger_batches(hoptac_run: Run, lines: Path, tagger: FakeTagger) -> None:
    hoptac_run("predict", "--jsonl", lines, "-o", lines.with_name("out.jsonl"))
    assert tagger.calls == [64, 6]


def test_what_was_done_is_said_at_the_end(hoptac_run: Run, lines: Path, tmp_path: Path) -> None:
    with lines.open("a") as stream:
        stream.write('nope\n{"text": 3}\n')
    output = tmp_path / "out.jsonl"
    done = hoptac_run("predict", "--jsonl", lines, "-o", output)
    errors = done.stderr.splitlines()
    assert done.exit_code == 1 and len(errors) == 3
    assert "in.jsonl, line 71" in errors[0] and "in.jsonl, line 72" in errors[1]
    assert errors[2].startswith(f"hoptac: 70 articles in {output}; 2 records could not be read; ")
    assert errors[2].endswith(" words a second with stand-in.")


def test_nothing_done_leaves_no_file(hoptac_run: Run, tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.parquet"
    source.write_text("nope\n")
    done = hoptac_run("predict", "--jsonl", source, "-o", output)
    assert done.exit_code == 2 and "no article could be read; 1 records could not be read" in done.stderr
    source.write_text("")
    done = hoptac_run("predict", "--jsonl", source, "-o", output)
    assert done.exit_code == 2 and done.stderr.endswith("in.jsonl: is empty, there is no text to read.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_parquet_with_its_own_text_column(hoptac_run: Run, tmp_path: Path) -> None:
    source, output = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"body": [TEXT, None, TEXT], "id": [1, 2, 3]}), source)
    done = hoptac_run("predict", "--parquet", source, "--text-column", "body", "-o", output)
    assert done.exit_code == 1 and f'{source}, row 2: has no "body"' in done.stderr
    assert pq.read_table(output)["id"].to_pylist() == [1, 3]
    shown = hoptac_run("predict", "--parquet", source, "--text-column", "body", "-f", "jsonl")
    assert [json.loads(line)["id"] for line in shown.stdout.splitlines()] == [1, 3] and shown.exit_code == 1
    missing = hoptac_run("predict", "--parquet", source, "-o", output)
    assert missing.exit_code == 2 and "name the column of the texts with --text-column" in missing.stderr


def test_json_lines_with_their_own_text_key(hoptac_run: Run, tmp_path: Path) -> None:
    line = json.dumps({"body": TEXT, "text": "a title", "id": 1}).encode()
    done = hoptac_run("predict", "--jsonl", "-", "--text-column", "body", "-f", "jsonl", stdin=line)
    found = json.loads(done.stdout)
    assert found["text"] == TEXT and "body" not in found and found["id"] == 1
    assert "the input's text gave way" in done.stderr


def test_a_stopped_archive_goes_on(
    hoptac_run: Run, lines: Path, tagger: FakeTagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = lines.with_name("out.jsonl")
    predict = tagger.predict

    def interrupted(texts: list[str], keep_furniture: bool = False) -> object:
        if len(tagger.calls) == 3:
            raise KeyboardInterrupt
        return predict(texts, keep_furniture)

    arguments = ("predict", "--jsonl", lines, "-o", output, "--batch-size", 16)
    with monkeypatch.context() as patch:
        patch.setattr(tagger, "predict", interrupted)
        assert hoptac_run(*arguments).exit_code == 130
    again = hoptac_run(*arguments)
    assert again.exit_code == 2 and "go on with --resume" in again.stderr
    done = hoptac_run(*arguments, "--resume")
    assert done.exit_code == 0 and "70 articles in" in done.stderr
    assert "48 articles were finished before" in done.stderr
    ids = [json.loads(line)["id"] for line in output.read_text("utf-8").splitlines()]
    assert ids == list(range(70))


def test_the_engine_is_said_on_request(hoptac_run: Run, lines: Path, tagger: FakeTagger) -> None:
    done = hoptac_run("predict", "--jsonl", lines, "-f", "jsonl", "--show-engine", "--engine", "torch")
    assert done.stderr == "hoptac: engine: stand-in\n" and len(done.stdout.splitlines()) == 70


@pytest.mark.parametrize(
    "args",
    [
        ("--jsonl", "a.jsonl", "--parquet", "a.parquet"),
        ("--jsonl", "a.jsonl", "--workers", "2"),
        ("--jsonl", "a.jsonl", "--resume", "-o", "out.html"),
        ("--jsonl", "a.jsonl", "--workers", "0", "-o", "out.jsonl"),
        ("--jsonl", "a.jsonl", "-f", "parquet"),
        ("a.txt", "-o", "out.parquet"),
        ("a.txt", "--text-column", "body"),
    ],
)
def test_wrong_usage_exits_2(hoptac_run: Run, args: tuple[str, ...]) -> None:
    done = hoptac_run("predict", *args)
    assert done.exit_code == 2 and done.stdout == "" and "Usage" in done.stderr
