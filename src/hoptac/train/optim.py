"""Parameter groups: a rate for each depth of the encoder and one for the heads."""

from __future__ import annotations

import re
from typing import Any

from hoptac.model.modeling import HoptacModel
from hoptac.train.config import TrainConfig

_LAYER = re.compile(r"^encoder\.encoder\.layer\.(\d+)\.")


def parameter_groups(model: HoptacModel, config: TrainConfig) -> list[dict[str, Any]]:
    """AdamW's groups: layer ``l`` of ``L`` learns at ``learning_rate * layer_decay ** (L - 1 - l)``.

    So Howard & Ruder 2018; the embeddings are one step below the first layer. Biases, norms and the CRF take
    no weight decay.
    """
    layers = model.config.encoder.num_hidden_layers
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("crf."):
            rate = config.crf_learning_rate
        elif name.startswith("encoder."):
            match = _LAYER.match(name)
            depth = int(match.group(1)) if match else -1
            rate = config.learning_rate * config.layer_decay ** (layers - 1 - depth)
        else:
            rate = config.head_learning_rate
        decay = 0.0 if parameter.ndim < 2 or name.startswith("crf.") else config.weight_decay
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": params, "lr": rate, "weight_decay": decay} for (rate, decay), params in groups.items()]
