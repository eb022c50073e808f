"""The loss of masked language modelling, computed at the masked positions only."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from hoptac.pretrain.masking import IGNORED


class MaskedLoss(nn.Module):  # type: ignore[misc]
    """Wraps a ``RobertaForMaskedLM``: the vocabulary's logits, the costly part, only where a subword is asked
    for."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy in nats, summed over the labels that are not `IGNORED`; both of shape ``(rows,
        block)``."""
        hidden = self.model.roberta(inputs).last_hidden_state
        asked = labels != IGNORED
        logits = self.model.lm_head(hidden[asked])
        return nn.functional.cross_entropy(logits.float(), labels[asked], reduction="sum")
