"""A model's ``config.json`` as plain dataclasses, for prediction without ``transformers``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hoptac.errors import ModelError

SPECIAL_TOKENS = 2  # <s> and </s> of every window


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The shape of a RoBERTa encoder; the names are those of its configuration."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    type_vocab_size: int
    layer_norm_eps: float = 1e-12
    hidden_act: str = "gelu"
    pad_token_id: int = 1
    bos_token_id: int = 0
    eos_token_id: int = 2


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What `hoptac.model.config.HoptacConfig` holds for reading texts."""

    encoder: EncoderSettings
    entity_labels: list[str]
    area_labels: list[str]
    area_thresholds: dict[str, float]
    entity_threshold: float
    entity_calibration: list[float]
    area_calibration: list[float]
    window_overlap: int
    segmenter: str

    @property
    def tag_count(self) -> int:
        """BIO tags: ``O`` and two for each entity label."""
        return 1 + 2 * len(self.entity_labels)

    @property
    def window_tokens(self) -> int:
        """Subwords that fit in one window beside the special tokens."""
        return window_tokens(self.encoder.max_position_embeddings, self.encoder.pad_token_id)


def window_tokens(positions: int, pad: int) -> int:
    """Subwords that fit beside the special tokens into an encoder with so many position embeddings.

    RoBERTa counts positions from ``pad + 1`` on, so that 258 embeddings hold 256 tokens.
    """
    return positions - pad - 1 - SPECIAL_TOKENS


def read_settings(folder: Path) -> ModelSettings:
    """The settings in ``folder/config.json``.

    Raises `ModelError` when the file cannot be read, is no hoptac model's, or lacks something.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}); copy the model folder anew.") from error
    if (
        not isinstance(config, dict)
        or config.get("model_type") != "hoptac"
        or not config.get("entity_labels")
    ):
        raise ModelError(
            f"{folder}: config.json describes no hoptac model; train one with `hoptac train`, "
            "or name a folder that it wrote."
        )
    try:
        return ModelSettings(
            encoder=_encoder(config["encoder"]),
            entity_labels=[str(label) for label in config["entity_labels"]],
            area_labels=[str(label) for label in config.get("area_labels", [])],
            area_thresholds={k: float(v) for k, v in config.get("area_thresholds", {}).items()},
            entity_threshold=float(config.get("entity_threshold", 0.0)),
            entity_calibration=[float(value) for value in config.get("entity_calibration", (1, 0))],
            area_calibration=[float(value) for value in config.get("area_calibration", (1, 0))],
            window_overlap=int(config.get("window_overlap", 48)),
            segmenter=str(config.get("segmenter", "underthesea")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{path} is not a valid configuration ({error}); copy it anew.") from error


def _encoder(config: Mapping[str, Any]) -> EncoderSettings:
    # RobertaConfig's own defaults stand for what an encoder's file leaves out
    usual: dict[str, Any] = {
        "vocab_size": 50265,
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
    }
    given = {field.name: config[field.name] for field in fields(EncoderSettings) if field.name in config}
    return EncoderSettings(**{**usual, **given})
