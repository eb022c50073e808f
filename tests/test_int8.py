"""8 bits: ranges measured beforehand, and a graph whose error is that of rounding."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from numpy.typing import NDArray
from openvino import opset13 as op
from safetensors.numpy import load_file, save_file

from hoptac import ConfigError, ModelError, load
from hoptac.engine.build import build_graph
from hoptac.engine.choice import difference, measure, sample_window
from hoptac.engine.cpu import has_dot_products
from hoptac.engine.int8 import GELU_MINIMUM, _product, _quantize
from hoptac.engine.openvino_engine import openvino_core
from hoptac.engine.ranges import RANGES, TOKENS, measure_ranges, range_name
from hoptac.engine.torch_engine import TorchEngine
from hoptac.engine.weights import has_ranges, model_files, range_shapes, read_weights, weights_hash
from hoptac.model.folder import SHIPPED, load_model
from hoptac.model.settings import read_settings


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


# Ranges


def test_one_range_for_query_key_and_value() -> None:
    prefix = "encoder.encoder.layer.3"
    names = {range_name(f"{prefix}.attention.self.{name}") for name in ("query", "key", "value")}
    assert names == {f"{prefix}.attention.self.query.input_range"}
    assert range_name(f"{prefix}.output.dense") == f"{prefix}.output.dense.input_range"


def test_ranges_are_the_largest_magnitudes_seen(tiny_model: Path) -> None:
    network, _ = load_model(tiny_model)
    engine = TorchEngine(network, "fp32")
    rng = np.random.default_rng(3)
    read = [rng.integers(5, 90, length).astype(np.int32) for length in (9, 30, 1)]
    ranges = measure_ranges(engine, read)
    assert {name: value.shape for name, value in ranges.items()} == range_shapes(read_settings(tiny_model))
    layer = network.encoder.encoder.layer[1].intermediate.dense
    seen: list[NDArray[np.float32]] = []
    hook = layer.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0][0].numpy()))
    for window in read:
        engine.run([window])
    hook.remove()
    expected = np.abs(np.concatenate(seen)).max(axis=0)
    np.testing.assert_array_equal(ranges["encoder.encoder.layer.1.intermediate.dense.input_range"], expected)


def test_measuring_stops_and_leaves_no_hook(tiny_model: Path) -> None:
    network, _ = load_model(tiny_model)
    given = 0

    def endless():  # type: ignore[no-untyped-def]
        nonlocal given
        while True:
            given += 1
            yield np.full(60, 7, np.int32)

    measure_ranges(TorchEngine(network, "fp32"), endless())
    assert given <= TOKENS // 60 + 2
    assert not any(module._forward_pre_hooks for module in network.modules())


def test_the_shipped_model_has_ranges() -> None:
    weights = read_weights(SHIPPED, read_settings(SHIPPED))
    assert has_ranges(weights)


def test_ranges_of_another_model(copy: Path) -> None:
    ranges = load_file(copy / RANGES)
    name = min(ranges)
    save_file({**ranges, name: ranges[name][:-1]}, copy / RANGES)
    with pytest.raises(ModelError, match="mismatched keys"):
        load(copy, engine="openvino", precision="fp32")


def test_ranges_are_part_of_the_model(copy: Path) -> None:
    before = weights_hash(copy)
    assert copy / RANGES in model_files(copy)
    (copy / RANGES).unlink()
    assert weights_hash(copy) != before


def test_a_model_without_ranges(copy: Path) -> None:
    (copy / RANGES).unlink()
    settings = read_settings(copy)
    with pytest.raises(ConfigError, match=r"lacks input_ranges\.safetensors, which `hoptac train` writes"):
        load(copy, engine="openvino", precision="int8")
    weights = read_weights(copy, settings)
    assert not has_ranges(weights)
    assert "int8" not in {trial.form for trial in measure(settings, weights, sample_window(copy, settings))}
    assert load(copy, device="cpu").predict("Hà Nội") is not None


# The product


def run(node: object, parameter: object, values: NDArray[np.float32]) -> NDArray[np.float32]:
    model = ov.Model([op.result(node)], [parameter])
    compiled = openvino_core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    result: NDArray[np.float32] = compiled({0: values})[0]
    return result


@pytest.mark.parametrize("shift", [None, GELU_MINIMUM])
@pytest.mark.parametrize("wide", [1.0, 40.0])
def test_a_product_in_8_bits(shift: np.float32 | None, wide: float) -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((1, 50, 64)).astype(np.float32)
    values[..., 5] *= wide  # as one channel of a trained model does
    if shift is not None:
        values = np.maximum(values, -shift)
    matrix = rng.standard_normal((32, 64)).astype(np.float32) * 0.05
    bias = rng.standard_normal(32).astype(np.float32)
    reach = np.abs(values).max(axis=(0, 1))
    parameter = op.parameter([1, -1, 64], np.float32)
    quantized = _quantize(parameter, reach, np.abs(matrix).max(axis=0), 0.75, shift)
    got = run(_product(quantized, matrix, bias), parameter, values)
    assert difference([got], [values @ matrix.T + bias]) < 0.02


def test_weights_are_narrow_where_pairs_are_summed_in_16_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.full((1, 8, 64), 1.0, np.float32)  # all at the end of the range: the sums are the largest
    matrix = np.full((32, 64), 0.05, np.float32)
    ends = np.ones(64, np.float32)
    monkeypatch.setattr("hoptac.engine.int8.has_dot_products", lambda: False)
    parameter = op.parameter([1, -1, 64], np.float32)
    quantized = _quantize(parameter, ends, np.abs(matrix).max(axis=0), 0.75, None)
    got = run(_product(quantized, matrix, np.zeros(32, np.float32)), parameter, values)
    assert got == pytest.approx(values @ matrix.T, rel=0.01)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [({"avx2"}, False), ({"avx2", "avx512f"}, False), ({"avx2", "avx_vnni"}, True), (set(), True)],
)
def test_what_tells_of_dot_products(flags: set[str], expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoptac.engine.cpu.cpu_flags", lambda: ("a CPU", frozenset(flags)))
    assert has_dot_products() is expected


def test_values_beyond_the_range_saturate() -> None:
    parameter = op.parameter([1, -1, 4], np.float32)
    matrix = np.eye(4, dtype=np.float32)
    quantized = _quantize(parameter, np.ones(4, np.float32), np.ones(4, np.float32), 0.5)
    nine = np.full((1, 1, 4), 9, np.float32)
    got = run(_product(quantized, matrix, np.zeros(4, np.float32)), parameter, nine)
    np.testing.assert_allclose(got, 1, atol=0.02)


# The graph


@pytest.mark.parametrize("times", [1, 60])
def test_a_neuron_that_reaches_far_costs_no_exactness(tiny_model: Path, times: int) -> None:
    settings = read_settings(tiny_model)
    weights = read_weights(tiny_model, settings)
    name = "encoder.encoder.layer.0"
    # one inner neuron as trained models have it: far from zero, and of little weight
    rise, fall, reach = (
        weights[f"{name}.{part}"].astype(np.float32)
        for part in ("intermediate.dense.weight", "output.dense.weight", "output.dense.input_range")
    )
    rise[3] *= times
    fall[:, 3] /= times
    reach[3] *= times
    weights |= {f"{name}.intermediate.dense.weight": rise, f"{name}.output.dense.weight": fall}
    weights[f"{name}.output.dense.input_range"] = reach
    ids = np.concatenate([[0], sample_window(tiny_model, settings), [2]]).astype(np.int32)[None]
    right, got = (
        openvino_core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})({0: ids})[0]
        for graph in (build_graph(settings, weights, "fp32", 1), build_graph(settings, weights, "int8", 1))
    )
    assert 0 < difference([got], [right]) < 0.03


def test_the_shipped_model_in_8_bits() -> None:
    settings = read_settings(SHIPPED)
    weights = read_weights(SHIPPED, settings)
    by_form = {trial.form: trial for trial in measure(settings, weights, sample_window(SHIPPED, settings))}
    assert 0 < by_form["int8"].difference < 0.03
