"""``scripts/predict_ray.py`` on a Ray cluster of this machine, with two workers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hoptac.archive.run import tag_archive
from hoptac.archive.source import JsonLines, ParquetRows
from hoptac.archive.work import Form, Job
from tests.tiny import SENTENCES, tiny_encoder

ray = pytest.importorskip("ray", reason="Ray is not installed (extra 'ray')")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

SCRIPTS = Path(__file__).parents[1] / "scripts"
Run = Callable[..., int]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    try:
        import predict_ray
    finally:
        sys.path.remove(str(SCRIPTS))
    ray.cloudpickle.register_pickle_by_value(predict_ray)  # as it is for a script that is run
    yield predict_ray
    ray.cloudpickle.unregister_pickle_by_value(predict_ray)


@pytest.fixture(scope="module")
def cluster(script: ModuleType) -> Iterator[None]:
    settings = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
        "RAY_worker_niceness": "0",  # by default whatever else this machine does comes first
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        ray.init(
            num_cpus=2,
            object_store_memory=100 << 20,
            include_dashboard=False,
            logging_level="error",
            log_to_driver=False,
        )
        yield
        ray.shutdown()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from hoptac.model.config import HoptacConfig
    from hoptac.model.folder import load_encoder, save_model

    encoder = tiny_encoder(tmp_path_factory.mktemp("ray") / "encoder")
    config = HoptacConfig(
        entity_labels=["PERSON", "RANK"], segmenter="none", area_labels=["training", "border"]
    )
    torch.manual_seed(0)
    network, tokenizer = load_encoder(str(encoder), config)
    folder = encoder.with_name("model")
    save_model(folder, network, tokenizer)
    return folder


@pytest.fixture
def run(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["predict_ray.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            script.main()
        return int(str(ended.value.code))

    return call


ROWS: list[dict[str, Any]] = [
    {
        "id": i,
        "tags": ["a"] * (i % 3),
        "text": " ".join(SENTENCES[(i + k) % 10].replace("_", " ") for k in range(3)),
    }
    for i in range(24)
]


def test_two_workers_write_the_lines_that_predict_writes(
    cluster: None,
    run: Run,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    script: ModuleType,
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    (folder / "a.jsonl").write_text("\n".join([*lines[:10], "nope", "", *lines[10:14]]), encoding="utf-8")
    (folder / "b.jsonl").write_text("\n".join(lines[14:]) + "\n", encoding="utf-8")
    (tmp_path / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    tag_archive(Job(JsonLines(str(tmp_path / "all.jsonl")), Form.JSONL, model), tmp_path / "expected.jsonl")
    expected = (tmp_path / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    output = tmp_path / "out"
    arguments = ("--jsonl", folder, "-o", output, "--workers", 2, "--model", model, "--batch-size", 4)
    assert run(*arguments) == script.SOME_FAILED
    found = [
        line for file in sorted(output.iterdir()) for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert [json.loads(line)["id"] for line in found] == list(range(24))
    assert found == expected and any(json.loads(line)["entities"] for line in found)
    said = capsys.readouterr()
    words = sum(len(row["text"].split()) for row in ROWS)
    assert f"workers: 2; 24 articles, {words:,} words in " in said.out and " articles/s, " in said.out
    assert f"{folder / 'a.jsonl'}, line 11, column 1: this is not JSON" in said.err
    assert not list(tmp_path.glob("*.partial"))
    assert run(*arguments) == script.FAILED and "is there already" in capsys.readouterr().err


def test_parquet_comes_back_as_parquet(
    cluster: None, run: Run, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.parquet"
    columns = {
        "id": pa.array([row["id"] for row in ROWS], pa.int16()),
        "body": [row["text"] if row["id"] != 5 else None for row in ROWS],
        "tags": [row["tags"] for row in ROWS],
    }
    pq.write_table(pa.table(columns), source, row_group_size=6)
    tag_archive(Job(ParquetRows(str(source), "body"), Form.PARQUET, model), tmp_path / "expected.parquet")
    missing = run("--parquet", source, "-o", tmp_path / "out", "--model", model)
    assert missing == 2 and "(there are: id, body, tags)" in capsys.readouterr().err
    status = run(
        "--parquet", source, "--text-column", "body", "-o", tmp_path / "out", "--model", model, "--workers", 2
    )
    assert status == 1 and f'{source}, row 6: has no "body"' in capsys.readouterr().err
    found, expected = pq.read_table(tmp_path / "out"), pq.read_table(tmp_path / "expected.parquet")
    assert found.schema.equals(expected.schema) and found.to_pylist() == expected.to_pylist()
    assert len(found) == 23


def test_a_worker_that_fails_is_one_sentence(
    cluster: None, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps(ROWS[0]))
    assert run("--jsonl", tmp_path / "in.jsonl", "-o", tmp_path / "out", "--model", tmp_path / "none") == 2
    assert "no such model folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]
    assert run("--jsonl", tmp_path / "nowhere.jsonl", "-o", tmp_path / "out") == 2
    assert "cannot be read" in capsys.readouterr().err
