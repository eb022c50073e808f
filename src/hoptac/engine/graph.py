"""A hoptac model as an OpenVINO graph, made from its weights without PyTorch.

A RoBERTa encoder (Liu et al. 2019, "RoBERTa: A Robustly Optimized BERT Pretraining Approach") with post-layer
normalization, and the two heads. One window at a time goes in: without padding there is no mask, and nothing
that another window could change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op

from hoptac.engine.weights import Array
from hoptac.model.settings import EncoderSettings

INPUT = "input_ids"
TAGS, AREAS = "tag_logits", "area_logits"


class GraphBuilder:
    """Names of weights become operations on the graph's tensors."""

    def __init__(self, encoder: EncoderSettings, weights: Mapping[str, Array]) -> None:
        self.encoder, self.weights = encoder, weights

    def model(self, layers: int | None = None) -> ov.Model:
        """From ``input_ids`` ``(1, tokens)`` to ``tag_logits`` ``(1, tokens, tags)`` and ``area_logits``.

        ``input_ids`` begin with ``<s>`` and end with ``</s>``; ``layers`` makes a graph of the first few
        layers only.
        """
        ids = op.parameter([1, -1], np.int32, name=INPUT)
        ids.output(0).tensor.set_names({INPUT})
        hidden = self._embed(ids)
        for layer in range(layers or self.encoder.num_hidden_layers):
            hidden = self._layer(hidden, f"encoder.encoder.layer.{layer}")
        outputs = []
        for name, head in ((TAGS, "tag_head"), (AREAS, "area_head")):
            output = op.result(self._linear(hidden, head))
            output.output(0).tensor.set_names({name})
            outputs.append(output)
        return ov.Model(outputs, [ids], "hoptac")

    def _embed(self, ids: Any) -> Any:
        prefix = "encoder.embeddings"
        first = np.int64(self.encoder.pad_token_id + 1)
        count = op.gather(op.shape_of(ids, "i64"), _whole(1), _whole(0))
        positions = op.range(op.constant(first), op.add(count, op.constant(first)), _whole(1), "i64")
        # the one token type is the same at every position
        places = self._fp32(f"{prefix}.position_embeddings.weight")
        places = places + self._fp32(f"{prefix}.token_type_embeddings.weight")[0]
        words = op.gather(self._constant(f"{prefix}.word_embeddings.weight"), ids, _whole(0))
        total = op.add(words, op.gather(op.constant(places), positions, _whole(0)))
        return self._norm(total, f"{prefix}.LayerNorm")

    def _layer(self, hidden: Any, prefix: str) -> Any:
        query, key, value = (
            self._split(self._matrix(hidden, f"{prefix}.attention.self.{name}"))
            for name in ("query", "key", "value")
        )
        seen = op.transpose(op.scaled_dot_product_attention(query, key, value), _list(0, 2, 1, 3))
        seen = op.reshape(seen, _list(0, 0, self.encoder.hidden_size), True)
        seen = self._matrix(seen, f"{prefix}.attention.output.dense")
        hidden = self._norm(op.add(hidden, seen), f"{prefix}.attention.output.LayerNorm")
        return self._norm(op.add(hidden, self._feed_forward(hidden, prefix)), f"{prefix}.output.LayerNorm")

    def _feed_forward(self, hidden: Any, prefix: str) -> Any:
        inner = op.gelu(self._matrix(hidden, f"{prefix}.intermediate.dense"), "erf")
        return self._matrix(inner, f"{prefix}.output.dense")

    def _matrix(self, hidden: Any, name: str) -> Any:
        """One of the encoder's products, which nearly all of the time goes to."""
        return self._linear(hidden, name)

    def _split(self, hidden: Any) -> Any:
        """``(1, tokens, width)`` as ``(1, heads, tokens, width of a head)``."""
        heads = self.encoder.num_attention_heads
        shape = _list(0, 0, heads, self.encoder.hidden_size // heads)
        return op.transpose(op.reshape(hidden, shape, True), _list(0, 2, 1, 3))

    def _linear(self, hidden: Any, name: str) -> Any:
        product = op.matmul(hidden, self._constant(f"{name}.weight"), False, True)
        return op.add(product, op.constant(self._fp32(f"{name}.bias")))

    def _norm(self, hidden: Any, name: str) -> Any:
        """Layer normalization over the width (Ba, Kiros & Hinton 2016)."""
        scaled = op.mvn(hidden, _list(-1), True, self.encoder.layer_norm_eps, "inside_sqrt")
        scaled = op.multiply(scaled, op.constant(self._fp32(f"{name}.weight")))
        return op.add(scaled, op.constant(self._fp32(f"{name}.bias")))

    def _constant(self, name: str) -> Any:
        stored = self.weights[name]
        node = op.constant(stored)
        return op.convert(node, "f32") if stored.dtype == np.float16 else node

    def _fp32(self, name: str) -> NDArray[np.float32]:
        return self.weights[name].astype(np.float32)


def _whole(value: int) -> Any:
    return op.constant(np.int64(value))


def _list(*values: int) -> Any:
    return op.constant(np.array(values, np.int64))
