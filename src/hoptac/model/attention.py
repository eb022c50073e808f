"""Attention for training in bfloat16 on a CPU: plain matrix products, forward and backward.

PyTorch's fused CPU kernel (scaled_dot_product_attention) saves memory, but in bfloat16 its backward pass
takes over twice the time of the products written here (measured with AVX512-BF16 and heads of 32 values).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from hoptac.model.dropout import dropout_factors

NAME = "hoptac_products"


def use_products(model: PreTrainedModel) -> None:
    """Let ``model``, whose attention goes through transformers' interface, train with `attend`."""
    AttentionInterface.register(NAME, _attention)
    AttentionMaskInterface.register(NAME, _mask)
    model.set_attn_implementation(NAME)


def attend(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scale: float, dropout: float = 0.0
) -> Tensor:
    """Scaled dot-product attention (Vaswani et al. 2017): ``(batch, heads, tokens, size)`` in and out.

    ``mask`` ``(batch, 1, 1, tokens)`` is true at the keys to attend to, the first one always. ``dropout`` is
    the share of the attention weights left out.
    """
    with torch.autocast(query.device.type, enabled=False):
        return _Attend.apply(query, key, value, mask, scale, dropout)  # type: ignore[no-any-return]


class _Attend(torch.autograd.Function):  # type: ignore[misc]
    @staticmethod
    def forward(
        ctx: Any,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None,
        scale: float,
        dropout: float,
    ) -> Tensor:
        batch, heads, tokens, size = query.shape
        query, key, value = (part.reshape(-1, tokens, size) for part in (query * scale, key, value))
        scores = torch.bmm(query, key.transpose(1, 2))
        if mask is not None:
            # batches are of like length: only their last columns hold padding
            padded = ~mask[:, 0, 0].all(0)
            first = int(padded.to(torch.uint8).argmax())
            if padded.any():
                rows = scores.view(batch, heads, tokens, tokens)[..., first:]
                rows.masked_fill_(~mask[..., first:], float("-inf"))
        weights = torch.softmax(scores, -1)
        factors = dropout_factors(weights.shape, dropout, weights.dtype) if dropout else None
        ctx.save_for_backward(query, key, value, weights, factors)
        ctx.scale = scale
        result = torch.bmm(weights if factors is None else weights * factors, value)
        return result.view(batch, heads, tokens, size)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, weights, factors = ctx.saved_tensors
        shape = gradient.shape
        gradient = gradient.reshape(query.shape)
        of_weights = torch.bmm(gradient, value.transpose(1, 2))
        dropped = weights
        if factors is not None:
            dropped, of_weights = weights * factors, of_weights.mul_(factors)
        of_value = torch.bmm(dropped.transpose(1, 2), gradient)
        of_scores = torch._softmax_backward_data(of_weights, weights, -1, weights.dtype)
        of_query = torch.bmm(of_scores, key).mul_(ctx.scale)
        of_key = torch.bmm(of_scores.transpose(1, 2), query)
        return of_query.view(shape), of_key.view(shape), of_value.view(shape), None, None, None


def _attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float,
    dropout: float = 0.0,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """transformers' attention interface: `attend` where it is the faster one, PyTorch's kernel elsewhere."""
    if query.dtype == torch.bfloat16 and query.device.type == "cpu" and torch.is_grad_enabled():
        result = attend(query, key, value, attention_mask, scaling, dropout)
        return result.transpose(1, 2), None
    return sdpa_attention_forward(  # type: ignore[no-any-return]
        module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **kwargs
    )


def _mask(attention_mask: Tensor | None = None, **kwargs: Any) -> Tensor | None:
    """transformers' mask interface: ``(batch, 1, 1, tokens)``, or ``None`` where nothing is padding."""
    if attention_mask is None or bool(attention_mask.all()):
        return None
    return attention_mask.bool()[:, None, None, :]
