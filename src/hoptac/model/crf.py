"""A linear-chain conditional random field over BIO tags (Lafferty, McCallum & Pereira 2001), for training.

`hoptac.model.decode` reads the same parameters for prediction.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hoptac.model.tags import FORBIDDEN, allowed_transitions


class TagCRF(nn.Module):  # type: ignore[misc]
    """Scores of tag sequences: emissions plus learned transitions, with BIO's constraints.

    ``transitions`` ``(tags, tags)`` scores tag ``j`` after tag ``i``, ``first`` ``(tags,)`` the first tag.
    """

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(tags, tags))
        self.first = nn.Parameter(torch.zeros(tags))

    def scores(self) -> tuple[Tensor, Tensor]:
        """``(transitions, first)`` with what BIO forbids at ``FORBIDDEN``."""
        allowed = torch.from_numpy(allowed_transitions(len(self.first))).to(self.first.device)
        # a text begins as if it followed O
        return (
            self.transitions.masked_fill(~allowed, FORBIDDEN),
            self.first.masked_fill(~allowed[0], FORBIDDEN),
        )

    def loss(self, emissions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """Negative log-likelihood of ``tags`` a token.

        ``emissions`` ``(batch, tokens, tags)`` in fp32, ``tags`` ``(batch, tokens)`` with any valid id at the
        padding, ``lengths`` ``(batch,)`` at least 1. Returns a scalar.
        """
        transitions, first = self.scores()
        steps = torch.arange(emissions.shape[1], device=emissions.device)
        real = steps < lengths[:, None]
        path = emissions.gather(2, tags[:, :, None])[:, :, 0]
        moves = transitions[tags[:, :-1], tags[:, 1:]]
        gold = first[tags[:, 0]] + (path * real).sum(1) + (moves * real[:, 1:]).sum(1)
        alpha = first + emissions[:, 0]
        for step in range(1, int(lengths.max())):
            ahead = torch.logsumexp(alpha[:, :, None] + transitions, dim=1) + emissions[:, step]
            alpha = torch.where(real[:, step, None], ahead, alpha)
        return (torch.logsumexp(alpha, dim=1) - gold).sum() / lengths.sum()
