"""``scripts/benchmark.py`` on a tiny model: what it compares is the same, and it runs to the end."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.model.config import HoptacConfig
from hoptac.model.folder import load_encoder, save_model
from hoptac.reader import Reader
from tests.tiny import tiny_encoder

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import benchmark
import benchmark_baseline
import benchmark_check
import benchmark_machine
import benchmark_report
import benchmark_stages

TEXTS = [
    "Đại tướng Trần Văn Khải hoà  đàm tại Hà Nội.\nÔng hòa nhã tiếp Đại sứ Hà Lan ngày 12/3/2021. Hai bên ký "
    "bản ghi nhớ về hợp tác đào tạo (Nghị định 21/2019/NĐ-CP)…",
    "TIN VẮN\n\n" + "Thượng tướng Lê Thị Minh thăm Học viện Quốc phòng Ấn Độ và Vùng 3 Hải quân. " * 9,
    "Tàu hải quân Nhật Bản cập cảng Đà Nẵng",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hoptac model whose random weights find entities and areas everywhere."""
    root = tmp_path_factory.mktemp("benchmark")
    encoder = tiny_encoder(root / "encoder", positions=66)
    labels = {"entity_labels": ["PERSON", "DATE"], "area_labels": ["training", "border"]}
    network, tokenizer = load_encoder(str(encoder), HoptacConfig(**labels))
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(3)
        for parameter in (network.tag_head.weight, network.area_head.weight, *network.crf.parameters()):
            parameter.normal_()
    network.config.area_thresholds = {"training": 0.9, "border": 0.6}
    network.config.entity_threshold = 0.0
    save_model(root / "model", network, tokenizer)
    return root / "model"


@pytest.fixture(scope="module")
def reader(model: Path) -> Reader:
    return benchmark_check.full_precision(model)


def test_both_pipelines_give_the_same_spans(model: Path, reader: Reader) -> None:
    usual = benchmark_baseline.UsualPipeline(model)
    readings = benchmark_check.read_all(reader, TEXTS)
    assert len(reader.prepare(TEXTS[1]).windows) > 1
    proof = benchmark_check.prove(usual, reader, TEXTS, readings)
    assert proof.sameness.spans > 20
    assert (proof.sameness.f1, proof.sameness.texts, proof.sameness.areas) == (1.0, 3, 3)
    assert proof.unplaced == 0


def test_another_model_does_not_pass_for_the_same(model: Path, reader: Reader) -> None:
    usual = benchmark_baseline.UsualPipeline(model)
    with torch.no_grad():
        usual.tag_head.weight.neg_()
        usual.area_head.weight.neg_()
    sameness = benchmark_check.prove(usual, reader, TEXTS, benchmark_check.read_all(reader, TEXTS)).sameness
    assert sameness.f1 < 0.9 and sameness.texts < 3 and sameness.areas < 3


def test_the_usual_pipeline_alone(model: Path) -> None:
    found = benchmark_baseline.UsualPipeline(model)(TEXTS[1])
    assert found.unplaced == 0 and found.entities
    assert all(TEXTS[1][e.start : e.end].strip() for e in found.entities)


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("Hà_Nội", "ở  Hà\n Nội.", "Hà\n Nội"),
        ("hoà_nhã", "hòa nhã", "hòa nhã"),  # the tone mark was moved
        ("a_b", "x a_b", "a_b"),
        ("...", " … ...", "..."),
        ("Lào", "L ào", None),
        ("Lào", "", None),
    ],
)
def test_words_are_found_in_the_text_again(word: str, text: str, found: str | None) -> None:
    characters = benchmark_baseline.place(word, text, 0)
    if found is None:
        assert characters is None
    else:
        assert characters is not None and text[characters[0][0] : characters[-1][1]] == found
        assert len(characters) == len(word)


def test_an_article_without_its_furniture_keeps_its_marks() -> None:
    text = "Menu\nLan thăm Lào.\nXem thêm\nBảo ký."
    article = Article(
        "x-1",
        text,
        (Entity(5, 8, "PERSON"), Entity(28, 31, "PERSON")),
        (AreaEvidence(32, 34, "border"),),
        (Span(0, 4), Span(19, 27)),
    )
    bare = benchmark_check.bare(article)
    assert "Menu" not in bare.text and "Xem" not in bare.text
    assert [bare.text[e.start : e.end] for e in bare.entities] == ["Lan", "Bảo"]
    assert bare.areas == {"border"}


def test_operations_are_those_of_the_matrix_products(reader: Reader) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    network = reader.engine.model  # type: ignore[attr-defined]
    network.set_attn_implementation("eager")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.arange(5, 35)[None])
    network.set_attn_implementation("sdpa")
    assert benchmark_stages.window_flops(network.config, 30) == counter.get_total_flops()


def test_the_whole_run(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peaks = partial(benchmark_machine.matrix_peaks, size=64, repeats=1)
    monkeypatch.setattr(benchmark_machine, "matrix_peaks", peaks)
    # no processes here; the next test starts one
    monkeypatch.setattr(benchmark, "cold_starts", lambda *_: {"hoptac predict": [1.0, 2.0]})
    monkeypatch.setattr(benchmark, "memory", lambda names, *_: dict.fromkeys(names, 100.0))
    monkeypatch.setattr(benchmark, "SINGLE", 2)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    file = tmp_path / "figures.json"
    engines = ["torch-fp32", "openvino-fp32"]
    options = ["--articles", "2", "--repeats", "2", "--dev", "3", "--threads", "1", "--json", str(file)]
    pytest.importorskip("openvino")
    benchmark.main(["--model", str(model), "--engines", *engines, *options])
    printed = capsys.readouterr().out
    report = json.loads(file.read_text(encoding="utf-8"))
    assert list(report["rounds"]) == ["usual", *engines]
    assert all(len(seconds) == 2 for seconds in report["rounds"].values())
    assert set(report["stages"]["seconds"]) == set(benchmark_stages.STAGES)
    proof = report["check"]["proof"]["sameness"]
    assert proof["f1"] == 1.0 and proof["spans"] > 0
    assert report["check"]["engines"]["openvino-fp32"]["f1"] > 0.99
    assert report["encoder"]["openvino-fp32"]["padded_gflop"] == report["encoder"]["openvino-fp32"]["gflop"]
    for word in ("usual", "openvino-fp32", "segmentation", "Matrix peak", "equal areas"):
        assert word in printed


def test_memory_of_a_process_of_its_own(model: Path) -> None:
    peaks = benchmark.memory(["usual"], model, TEXTS, 1)
    assert 100 < peaks["usual"] < 10_000


def test_medians_and_percentiles() -> None:
    assert benchmark_report.spread([3.0, 1.0, 2.0], ".1f") == "2.0 (1.0-3.0)"
    values = list(range(1, 101))
    assert benchmark_report.percentile(values, 0.95) == 95
    assert benchmark_report.percentile([7.0], 0.5) == 7.0
