"""The graph of a model in a number format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import openvino as ov

from hoptac.engine.graph import GraphBuilder
from hoptac.engine.int8 import Int8Builder
from hoptac.engine.weights import Array, has_ranges
from hoptac.errors import ConfigError
from hoptac.model.settings import ModelSettings

Format = Literal["fp32", "bf16", "int8"]
FORMATS: tuple[Format, ...] = get_args(Format)  # from the most exact on


def build_graph(
    settings: ModelSettings, weights: Mapping[str, Array], form: Format, layers: int | None = None
) -> ov.Model:
    """See `GraphBuilder.model`; raises `ConfigError` for int8 where the input ranges are not known."""
    if form != "int8":
        return GraphBuilder(settings.encoder, weights).model(layers)
    if not has_ranges(weights):
        raise ConfigError(
            "This model cannot run in int8: it lacks input_ranges.safetensors, which `hoptac train` writes "
            "beside the weights. Choose fp32 or bf16."
        )
    return Int8Builder(settings.encoder, weights).model(layers)
