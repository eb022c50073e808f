"""The encoder's products in 8 bits: static quantization, made from the weights when the graph is built.

Weights get one scale for each output, activations one for the whole tensor, known beforehand from
`hoptac.engine.ranges`. Two things keep that exact enough. A channel's range is partly moved from the
activations into the weights (Xiao et al. 2023, "SmoothQuant"). And in each feed-forward block the few inner
neurons that reach furthest stay unquantized: mostly it is a single one, ten times as far as the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from openvino import opset13 as op

from hoptac.engine import Floats
from hoptac.engine.cpu import has_dot_products
from hoptac.engine.graph import GraphBuilder
from hoptac.engine.ranges import range_name
from hoptac.engine.weights import Array
from hoptac.model.settings import EncoderSettings

# The share of a channel's range that is moved into the weights, by the kind of product: chosen by the error
# of the shipped model's logits on training articles.
SMOOTHING = {"self": 0.75, "attention.output": 0.75, "intermediate": 0.85, "output": 0.6}
KEPT_NEURONS = 16  # of each feed-forward block, in full precision
GELU_MINIMUM = np.float32(0.17)  # GELU never falls below minus this: shifted by it, all 8 bits are for above
UNSIGNED, SIGNED = 255, 127
NARROW = 64  # of weights where 8-bit products are summed in pairs, in 16 bits: 2 * 255 * 64 just fits


@dataclass(frozen=True, slots=True)
class _Input:
    """An activation in 8 bits: ``node`` holds it divided by ``scales`` (one a channel), after ``shift``."""

    node: Any
    scales: Floats
    shift: np.float32


class Int8Builder(GraphBuilder):
    """Builds the same graph with the encoder's products in 8 bits; the weights must hold the input ranges."""

    def __init__(self, encoder: EncoderSettings, weights: Mapping[str, Array]) -> None:
        super().__init__(encoder, weights)
        self._inputs: dict[str, _Input] = {}

    def _matrix(self, hidden: Any, name: str) -> Any:
        matrix, bias = self._fp32(f"{name}.weight"), self._fp32(f"{name}.bias")
        source = range_name(name)
        if source not in self._inputs:
            kind, readers = "attention.output", [name]
            if ".attention.self." in name:
                # query, key and value read the same input: one quantization serves all three
                kind, readers = "self", [f"{name.rpartition('.')[0]}.{n}" for n in ("query", "key", "value")]
            largest = np.max([np.abs(self._fp32(f"{n}.weight")).max(axis=0) for n in readers], axis=0)
            self._inputs[source] = _quantize(hidden, self._fp32(source), largest, SMOOTHING[kind])
        return _product(self._inputs[source], matrix, bias)

    def _feed_forward(self, hidden: Any, prefix: str) -> Any:
        first, second = f"{prefix}.intermediate.dense", f"{prefix}.output.dense"
        rise, rise_bias = self._fp32(f"{first}.weight"), self._fp32(f"{first}.bias")
        fall, bias = self._fp32(f"{second}.weight"), self._fp32(f"{second}.bias")
        reach = self._fp32(range_name(second))
        order = np.argsort(-reach, kind="stable")
        kept, rest = np.sort(order[:KEPT_NEURONS]), np.sort(order[KEPT_NEURONS:])
        aside = op.add(op.matmul(hidden, op.constant(rise[kept]), False, True), op.constant(rise_bias[kept]))
        aside = op.matmul(op.gelu(aside, "erf"), op.constant(fall[:, kept]), False, True)
        if not len(rest):
            return op.add(aside, op.constant(bias))
        source = self._fp32(range_name(first))
        outer = _quantize(hidden, source, np.abs(rise[rest]).max(axis=0), SMOOTHING["intermediate"])
        inner = op.gelu(_product(outer, rise[rest], rise_bias[rest]), "erf")
        largest = np.abs(fall[:, rest]).max(axis=0)
        quantized = _quantize(inner, reach[rest], largest, SMOOTHING["output"], GELU_MINIMUM)
        return op.add(_product(quantized, fall[:, rest], bias), aside)


def _quantize(
    hidden: Any, reach: Floats, weight: Floats, smoothing: float, shift: np.float32 | None = None
) -> _Input:
    """``hidden`` in 8 bits; ``reach`` and ``weight`` are the largest magnitudes of each channel.

    With ``shift`` no value lies below minus that, and the 8 bits are unsigned.
    """
    reach = np.maximum(reach + (shift or 0), 1e-5)
    scales = reach**smoothing / np.maximum(weight, 1e-5) ** (1 - smoothing)
    scales = (scales / np.exp(np.log(scales).mean())).astype(np.float32)
    high = np.float32((reach / scales).max())
    low = np.float32(0) if shift is not None else np.float32(-high * (SIGNED + 1) / SIGNED)
    if shift is not None:
        hidden = op.add(hidden, op.constant(shift))
    scaled = op.multiply(hidden, op.constant((1 / scales)[None, None]))
    ends = [op.constant(end) for end in (low, high, low, high)]
    return _Input(op.fake_quantize(scaled, *ends, UNSIGNED + 1), scales, shift or np.float32(0))


def _product(quantized: _Input, matrix: Floats, bias: Floats) -> Any:
    """``matrix`` ``(out, in)`` times the input, plus ``bias``; the input's shift is taken off again."""
    matrix = matrix * quantized.scales
    largest = SIGNED if has_dot_products() else NARROW
    steps = np.abs(matrix).max(axis=1, keepdims=True) / np.float32(largest)
    steps[steps == 0] = 1
    units = np.rint(matrix / steps)
    if quantized.shift:
        # by the weights as they are rounded, or the rounding of a thousand of them would add up
        bias = bias - (units * steps / quantized.scales).sum(axis=1) * quantized.shift
    weight = op.multiply(op.convert(op.constant(units.astype(np.int8)), "f32"), op.constant(steps))
    return op.add(op.matmul(quantized.node, weight, False, True), op.constant(bias.astype(np.float32)))
