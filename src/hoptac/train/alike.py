"""Several trained models of one kind: loaded together, and averaged into one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hoptac.errors import ConfigError, ModelError
from hoptac.model.folder import load_model

if TYPE_CHECKING:
    from hoptac.model.modeling import HoptacModel
    from hoptac.text.tokenizer import PhobertTokenizerFast


def load_alike(models: Sequence[str | Path]) -> tuple[list[HoptacModel], PhobertTokenizerFast]:
    """Models with one vocabulary and the same labels, and the first one's tokenizer.

    Raises `ModelError` for a model that cannot be loaded, or has another vocabulary or other labels than the
    first, `ConfigError` where none is named.
    """
    if not models:
        raise ConfigError("no model is named; name at least one folder or hub id.")
    loaded = [load_model(name) for name in models]
    first, tokenizer = loaded[0]
    vocabulary = tokenizer.get_vocab()
    for name, (network, other) in zip(models, loaded, strict=True):
        if other.get_vocab() != vocabulary:
            raise ModelError(f"{name}: has another vocabulary than {models[0]}; all need the same.")
        if (network.config.entity_labels, network.config.area_labels) != (
            first.config.entity_labels,
            first.config.area_labels,
        ):
            raise ModelError(f"{name}: has other labels than {models[0]}; all need the same.")
    return [network for network, _ in loaded], tokenizer


def average_models(models: Sequence[str | Path]) -> tuple[HoptacModel, PhobertTokenizerFast]:
    """One model with the mean of the weights of models that went on from the same one.

    That is a uniform "model soup" (Wortsman et al. 2022): near their ensemble, at the cost of one model.
    Thresholds and calibration are the first one's, and no longer fit.

    Raises as `load_alike` does, and `ModelError` for a model of another shape than the first.
    """
    import torch

    networks, tokenizer = load_alike(models)
    states = [network.state_dict() for network in networks]
    shapes = [{key: value.shape for key, value in state.items()} for state in states]
    for name, own in zip(models, shapes, strict=True):
        if own != shapes[0]:
            raise ModelError(f"{name}: its weights have other shapes than those of {models[0]}.")
    mean = {key: torch.stack([state[key] for state in states]).mean(0) for key in states[0]}
    networks[0].load_state_dict(mean)
    return networks[0], tokenizer
