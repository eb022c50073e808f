"""Engines: the same logits from each, and the one that fits the machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

import hoptac.engine.choice as choice
import hoptac.engine.opened as opened
from hoptac import ConfigError, ModelError, load
from hoptac.engine import Floats
from hoptac.engine.choice import TOLERANCE, Trial, difference, fastest, resolve_format
from hoptac.engine.openvino_engine import OpenvinoEngine, usable_threads
from hoptac.engine.remembered import FILE, cache_folder
from hoptac.engine.torch_engine import TorchEngine
from hoptac.engine.weights import NotReadable, read_transitions, read_weights
from hoptac.model.folder import SHIPPED, load_model, transitions
from hoptac.model.settings import read_settings
from hoptac.tagger import Tagger

PAGE = (Path(__file__).parent / "pages" / "visit.txt").read_text(encoding="utf-8")
LENGTHS = (1, 2, 17, 40, 62, 62, 5)


def windows(vocabulary: int) -> list[NDArray[np.int32]]:
    rng = np.random.default_rng(1)
    return [rng.integers(5, vocabulary, length).astype(np.int32) for length in LENGTHS]


def logits_of(folder: Path, engine: str, precision: str) -> list[tuple[Floats, Floats]]:
    reader = load(folder, engine=engine, precision=precision).reader
    return reader.engine.run(windows(read_settings(folder).encoder.vocab_size))


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


@pytest.fixture
def new_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder()


def test_openvino_has_the_logits_of_torch(tiny_model: Path) -> None:
    right, got = (logits_of(tiny_model, engine, "fp32") for engine in ("torch", "openvino"))
    assert [tags.shape for tags, _ in got] == [(length, 5) for length in LENGTHS]
    for both, wanted in zip(got, right, strict=True):
        for values, expected in zip(both, wanted, strict=True):
            np.testing.assert_allclose(values, expected, atol=2e-5)


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_less_exact_formats_differ_by_rounding_only(tiny_model: Path, precision: str) -> None:
    try:
        got = logits_of(tiny_model, "openvino", precision)
    except ConfigError:
        pytest.skip(f"no {precision} on this CPU")
    right = logits_of(tiny_model, "torch", "fp32")
    for head in (0, 1):
        values, expected = (np.concatenate([both[head] for both in run]) for run in (got, right))
        assert 0 < difference([values], [expected]) < TOLERANCE


def test_the_shipped_model_finds_the_same_in_every_engine() -> None:
    one = load(engine="torch", precision="fp32").predict(PAGE)
    other = load(engine="openvino", precision="fp32").predict(PAGE)
    assert [(e.start, e.end, e.label) for e in one.entities] == [
        (e.start, e.end, e.label) for e in other.entities
    ]
    assert [e.score for e in one.entities] == pytest.approx([e.score for e in other.entities], abs=1e-3)
    assert [(a.label, len(a.evidence)) for a in one.areas] == [
        (a.label, len(a.evidence)) for a in other.areas
    ]


def test_transitions_without_torch(tiny_model: Path) -> None:
    network, _ = load_model(tiny_model)
    ours, theirs = read_transitions(tiny_model, read_settings(tiny_model)), transitions(network)
    assert (ours.moves == theirs.moves).all() and (ours.first == theirs.first).all()


def test_settings_are_those_of_the_configuration(tiny_model: Path) -> None:
    for folder in (tiny_model, SHIPPED):
        config, settings = load_model(folder)[0].config, read_settings(folder)
        for name in (
            "entity_labels",
            "area_labels",
            "area_thresholds",
            "entity_threshold",
            "entity_calibration",
            "area_calibration",
            "window_overlap",
            "window_tokens",
            "tag_count",
            "segmenter",
        ):
            assert getattr(settings, name) == getattr(config, name), name


def test_predict_imports_neither_torch_nor_transformers(tmp_path: Path) -> None:
    code = (
        "import sys; from hoptac import load; tagger = load(engine='openvino')\n"
        "assert tagger.predict('Sáng 3/7, Đại tá Lê Văn Tám tới Lào.').entities\n"
        "print([m for m in ('torch', 'transformers', 'underthesea', 'trafilatura') if m in sys.modules])"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PYTHONUTF8": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_signal_is_handled_after_engines_are_gone(tmp_path: Path) -> None:
    code = (
        "import os, signal; from hoptac import load\n"
        "load().predict('Hà Nội')\n"  # measures every format, each in an engine that is then given back
        "signal.signal(signal.SIGTERM, lambda *_: print('handled'))\n"
        "os.kill(os.getpid(), signal.SIGTERM); print('alive')"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PYTHONUTF8": "1"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (run.returncode, run.stdout.split()) == (0, ["handled", "alive"])


# Which engine


def test_the_engine_says_what_it_is(tiny_model: Path) -> None:
    assert load(tiny_model, engine="openvino", precision="fp32").engine.startswith("openvino 2")
    assert load(tiny_model, engine="torch", precision="fp32").engine.endswith("in fp32")


def test_auto_takes_torch_where_openvino_is_missing(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "find_spec", lambda name: None)
    assert isinstance(load(tiny_model, precision="fp32").reader.engine, TorchEngine)
    with pytest.raises(ConfigError, match=r"hoptac\[fast\]"):
        load(tiny_model, engine="openvino")


@pytest.mark.skipif(opened.has_nvidia_gpu(), reason="a GPU is preferred")
def test_auto_takes_openvino_on_a_cpu(tiny_model: Path, new_cache: Path) -> None:
    assert isinstance(load(tiny_model).reader.engine, OpenvinoEngine)
    assert isinstance(load(tiny_model, device="cpu").reader.engine, OpenvinoEngine)


def test_auto_asks_torch_where_the_driver_reports_a_gpu(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "has_nvidia_gpu", lambda: True)
    assert isinstance(load(tiny_model, precision="fp32").reader.engine, TorchEngine)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engine": "onnx"}, "engine 'onnx' is none of auto, openvino, torch"),
        ({"engine": "openvino", "device": "cuda"}, "runs on the CPU, not on 'cuda'"),
        ({"engine": "openvino", "precision": "fp8"}, "'fp8' is none of auto, fp32, bf16, int8"),
        ({"engine": "torch", "precision": "int8"}, "'int8' is none of auto, fp32, bf16"),
    ],
)
def test_settings_that_do_not_go_together(tiny_model: Path, settings: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(tiny_model, **settings)


def test_what_openvino_cannot_run_goes_to_torch(copy: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    save_file(
        {name: w.bfloat16() for name, w in weights.items()}, copy / "model.safetensors", {"format": "pt"}
    )
    with pytest.raises(NotReadable, match="BF16"):
        read_weights(copy, read_settings(copy))
    assert isinstance(load(copy, device="cpu", precision="fp32").reader.engine, TorchEngine)
    with pytest.raises(ModelError, match="cannot run weights stored as BF16; use 'torch'"):
        load(copy, engine="openvino", precision="fp32")


def test_another_activation_goes_to_torch(copy: Path) -> None:
    change_encoder(copy, hidden_act="relu")
    assert isinstance(load(copy, device="cpu", precision="fp32").reader.engine, TorchEngine)


def change_encoder(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["encoder"] |= changes
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


# Bad models


def test_weights_of_another_shape(copy: Path) -> None:
    change_encoder(copy, num_hidden_layers=3)
    with pytest.raises(ModelError, match=r"do not match config.json \(missing keys, first 'encoder.enc"):
        load(copy, engine="openvino", precision="fp32")
    change_encoder(copy, num_hidden_layers=1)
    with pytest.raises(ModelError, match="unexpected keys"):
        load(copy, engine="openvino", precision="fp32")
    change_encoder(copy, num_hidden_layers=2, intermediate_size=80)
    with pytest.raises(ModelError, match="mismatched keys"):
        load(copy, engine="openvino", precision="fp32")


def test_weights_that_are_cut_off(copy: Path) -> None:
    whole = (copy / "model.safetensors").read_bytes()
    (copy / "model.safetensors").write_bytes(whole[:-100])
    with pytest.raises(ModelError, match="cannot be read"):
        load(copy, engine="openvino", precision="fp32")


def test_weights_in_several_files(copy: Path, tiny_model: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    names = sorted(weights)
    parts = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, part in parts.items():
        save_file({name: weights[name] for name in part}, copy / file)
    index = {"weight_map": {name: file for file, part in parts.items() for name in part}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    (copy / "model.safetensors").unlink()
    settings = read_settings(copy)
    assert all(
        (read_weights(copy, settings)[name] == array).all()
        for name, array in read_weights(tiny_model, settings).items()
    )
    (copy / "b.safetensors").unlink()
    with pytest.raises(ModelError, match=r"lacks b.safetensors"):
        load(copy, engine="openvino", precision="fp32")


def test_a_vocabulary_of_another_model(copy: Path) -> None:
    with (copy / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(f"thêm{i} 1" for i in range(40)))
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"vocab.txt holds \d+ units, config.json only"):
        load(copy, engine="openvino", precision="fp32")


@pytest.mark.parametrize("text", ["{", "[]", '{"model_type": "bert"}'])
def test_a_configuration_of_something_else(copy: Path, text: str) -> None:
    (copy / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError):
        load(copy, engine="openvino", precision="fp32")


# Which number format


@pytest.mark.parametrize(
    ("trials", "form"),
    [
        ([Trial("fp32", 1000, 0), Trial("bf16", 2000, 0.01), Trial("int8", 2100, 0.02)], "bf16"),
        ([Trial("fp32", 1000, 0), Trial("bf16", 2000, 0.01), Trial("int8", 3000, 0.02)], "int8"),
        ([Trial("fp32", 1000, 0), Trial("bf16", 2, 0.01), Trial("int8", 1900, 0.02)], "int8"),
        ([Trial("fp32", 1000, 0), Trial("bf16", 2000, 0.5), Trial("int8", 1100, 0.02)], "fp32"),
        ([Trial("fp32", 1000, 0)], "fp32"),
    ],
)
def test_the_fastest_sound_format(trials: list[Trial], form: str) -> None:
    assert fastest(trials) == form


def test_measured_once(copy: Path, new_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, measured = read_settings(copy), []

    def measure(*arguments: object) -> list[Trial]:
        measured.append(arguments)
        return [Trial("fp32", 1000, 0), Trial("int8", 3000, 0.01)]

    monkeypatch.setattr(choice, "measure", measure)
    assert [resolve_format("auto", copy, settings) for _ in range(3)] == ["int8"] * 3
    assert len(measured) == 1
    (new_cache / FILE).write_text("no JSON", encoding="utf-8")
    assert resolve_format("auto", copy, settings) == "int8" and len(measured) == 2
    os.utime(copy / "model.safetensors", (1, 1))  # other weights, by their date
    assert resolve_format("auto", copy, settings) == "int8" and len(measured) == 3
    monkeypatch.setattr(choice, "cpu_flags", lambda: ("another CPU", frozenset()))
    assert resolve_format("auto", copy, settings) == "int8" and len(measured) == 4


def test_a_cache_that_cannot_be_written(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert resolve_format("auto", tiny_model, read_settings(tiny_model)) in ("fp32", "bf16", "int8")


def test_the_measurement_is_real(tiny_model: Path) -> None:
    settings = read_settings(tiny_model)
    window = choice.sample_window(tiny_model, settings)
    assert 0 < len(window) <= settings.window_tokens
    trials = choice.measure(settings, read_weights(tiny_model, settings), window)
    assert trials[0].form == "fp32" and trials[0].difference == 0
    assert trials[-1].form == "int8"
    assert all(trial.tokens_per_second > 0 and trial.sound for trial in trials)


def test_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    cores = usable_threads()
    assert 1 <= cores <= (os.cpu_count() or 1)
    for wanted, threads in (("1", 1), ("100000", cores), ("0", 1), ("many", cores)):
        monkeypatch.setenv("OMP_NUM_THREADS", wanted)
        assert usable_threads() == threads


def test_torch_batches_are_laid_out_on_the_device(tiny_model: Path) -> None:
    engine = load(tiny_model, engine="torch", precision="fp32").reader.engine
    assert isinstance(engine, TorchEngine)
    batch = engine._batch([np.array([7, 8, 9], np.int32), np.array([5], np.int32)])
    assert batch.tolist() == [[0, 7, 8, 9, 2], [0, 5, 2, 1, 1]] and batch.dtype == torch.int64


def test_no_windows(tiny_model: Path) -> None:
    for engine in ("torch", "openvino"):
        tagger: Tagger = load(tiny_model, engine=engine, precision="fp32")
        assert tagger.reader.engine.run([]) == []
