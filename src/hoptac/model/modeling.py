"""One encoder, one forward pass, two outputs for every subword: entity tags and cooperation areas."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, RobertaModel
from transformers.utils import ModelOutput

from hoptac.model.config import HoptacConfig
from hoptac.model.crf import TagCRF

IGNORE = -100  # label of tokens that take no part in a loss: special tokens and padding


@dataclass
class HoptacOutput(ModelOutput):  # type: ignore[misc]
    """What a forward pass gives.

    ``tag_logits`` ``(batch, tokens, tags)``, ``area_logits`` ``(batch, tokens, 1 + areas)``, both fp32 and
    with the special tokens at the ends; the three losses are scalars, there only when labels were given.
    """

    loss: Tensor | None = None
    tag_logits: Tensor | None = None
    area_logits: Tensor | None = None
    tag_loss: Tensor | None = None
    area_loss: Tensor | None = None


class HoptacModel(PreTrainedModel):  # type: ignore[misc]
    """A RoBERTa encoder with a CRF over BIO tags and a softmax over areas.

    The area layer predicts, for each subword, the area whose evidence it stands in, or none; an article's
    score for an area is taken from its tokens by `hoptac.model.areas`.
    """

    config_class = HoptacConfig
    base_model_prefix = "encoder"
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _supports_flash_attn = True

    def __init__(self, config: HoptacConfig) -> None:
        super().__init__(config)
        self.encoder = RobertaModel(config.encoder, add_pooling_layer=False)
        self.dropout = nn.Dropout(config.head_dropout)
        self.tag_head = nn.Linear(config.encoder.hidden_size, config.tag_count)
        self.crf = TagCRF(config.tag_count)
        self.area_head = nn.Linear(config.encoder.hidden_size, 1 + len(config.area_labels))
        self.post_init()

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, TagCRF):
            module.transitions.zero_()
            module.first.zero_()
        elif isinstance(module, nn.Linear) and module in (self.tag_head, self.area_head):
            module.weight.normal_(0.0, 0.02)
            module.bias.zero_()
        else:
            super()._init_weights(module)

    def get_input_embeddings(self) -> nn.Module:
        return self.encoder.get_input_embeddings()  # type: ignore[no-any-return]

    def set_input_embeddings(self, value: nn.Module) -> None:
        self.encoder.set_input_embeddings(value)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        tags: Tensor | None = None,
        areas: Tensor | None = None,
    ) -> HoptacOutput:
        """Run the encoder over windows that begin with ``<s>`` and end with ``</s>``.

        ``input_ids`` and ``attention_mask`` ``(batch, tokens)``; ``tags`` (BIO ids) and ``areas`` (0 for
        none) of the same shape, `IGNORE` at special tokens and padding. Without ``areas`` only the tags are
        trained.
        """
        if attention_mask is None:
            attention_mask = (input_ids != self.config.encoder.pad_token_id).long()
        hidden = self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state
        hidden = self.dropout(hidden)
        with torch.autocast(hidden.device.type, enabled=False):
            # the two heads are small, and their scores are summed along paths: fp32
            hidden = hidden.float()
            tag_logits = nn.functional.linear(
                hidden, self.tag_head.weight.float(), self.tag_head.bias.float()
            )
            area_logits = nn.functional.linear(
                hidden, self.area_head.weight.float(), self.area_head.bias.float()
            )
            tag_loss = area_loss = loss = None
            if tags is not None:
                # windows are <s> tokens </s> padding: the tokens are one run that begins at position 1
                lengths = (tags != IGNORE).sum(1)
                tag_loss = self.crf.loss(tag_logits[:, 1:], tags[:, 1:].clamp(min=0), lengths)
                loss = tag_loss
            if areas is not None and self.config.area_labels:
                weight = torch.ones(area_logits.shape[-1], device=area_logits.device)
                weight[0] = self.config.none_weight
                area_loss = nn.functional.cross_entropy(
                    area_logits.flatten(0, 1), areas.flatten(), weight, ignore_index=IGNORE
                )
                loss = area_loss * self.config.area_loss_weight + (loss if loss is not None else 0.0)
        return HoptacOutput(loss, tag_logits, area_logits, tag_loss, area_loss)
