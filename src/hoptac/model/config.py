"""Everything a saved model needs to be used again, in the form of a Hugging Face configuration."""

from __future__ import annotations

from typing import Any

from transformers import PretrainedConfig, RobertaConfig

from hoptac.model.settings import window_tokens


class HoptacConfig(PretrainedConfig):  # type: ignore[misc]
    """The encoder's configuration, labels, text pipeline, and what was fitted on the development split.

    ``none_weight`` is the weight of subwords outside all evidence in the area loss, ``area_loss_weight``
    that of the area loss beside the tags'. ``area_thresholds`` maps each area to the score from which an
    article is said to report it.
    ``entity_threshold`` is the calibrated score from which an entity is reported.
    ``entity_calibration`` and ``area_calibration`` are Platt's ``(a, b)``: a score ``s`` becomes
    ``sigmoid(a * logit(s) + b)``; ``(1, 0)`` leaves it as it is.
    """

    model_type = "hoptac"
    sub_configs = {"encoder": RobertaConfig}  # noqa: RUF012  the base class's own form

    def __init__(
        self,
        encoder: dict[str, Any] | RobertaConfig | None = None,
        entity_labels: list[str] | None = None,
        area_labels: list[str] | None = None,
        segmenter: str = "underthesea",
        window_overlap: int = 48,
        head_dropout: float = 0.1,
        none_weight: float = 0.5,
        area_loss_weight: float = 1.0,
        area_thresholds: dict[str, float] | None = None,
        entity_threshold: float = 0.0,
        entity_calibration: tuple[float, float] = (1.0, 0.0),
        area_calibration: tuple[float, float] = (1.0, 0.0),
        **kwargs: Any,
    ) -> None:
        if isinstance(encoder, dict):
            encoder = RobertaConfig(**encoder)
        self.encoder: Any = encoder if encoder is not None else RobertaConfig()
        self.entity_labels = list(entity_labels or ())
        self.area_labels = list(area_labels or ())
        self.segmenter = segmenter
        self.window_overlap = window_overlap
        self.head_dropout = head_dropout
        self.none_weight = none_weight
        self.area_loss_weight = area_loss_weight
        self.area_thresholds = dict(area_thresholds or {})
        self.entity_threshold = entity_threshold
        self.entity_calibration = list(entity_calibration)
        self.area_calibration = list(area_calibration)
        super().__init__(**kwargs)

    @property
    def tag_count(self) -> int:
        """BIO tags: ``O`` and two for each entity label."""
        return 1 + 2 * len(self.entity_labels)

    @property
    def window_tokens(self) -> int:
        """Subwords that fit in one window beside the special tokens."""
        return window_tokens(int(self.encoder.max_position_embeddings), int(self.encoder.pad_token_id))
