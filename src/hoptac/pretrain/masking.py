"""Masks for masked language modelling, drawn anew each time (Devlin et al. 2019; Liu et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from hoptac.pretrain.blocks import Packed
from hoptac.text.tokenizer import PhobertTokenizerFast

IGNORED = -100
MASKED, REPLACED = 0.8, 0.1  # of the chosen subwords; the rest stays as it is


@dataclass(frozen=True)
class MaskedBlocks:
    """``inputs`` and ``labels`` of shape ``(rows, block)``, int64; ``labels`` is `IGNORED` where nothing is
    asked.

    ``words`` counts the words with a subword asked for, ``subwords`` these.
    """

    inputs: torch.Tensor
    labels: torch.Tensor
    words: int
    subwords: int


class Masker:
    """Asks for a share ``rate`` of the words, all subwords of each, or of the subwords where not
    ``whole_word``."""

    def __init__(self, tokenizer: PhobertTokenizerFast, rate: float, whole_word: bool) -> None:
        self.rate, self.whole_word = rate, whole_word
        self.mask = tokenizer.mask_token_id
        self.special = np.zeros(len(tokenizer), bool)
        self.special[tokenizer.all_special_ids] = True
        self.special[tokenizer.unk_token_id] = True
        self.ordinary = np.flatnonzero(~self.special)

    def __call__(self, packed: Packed, rng: np.random.Generator) -> MaskedBlocks:
        """Mask blocks of `hoptac.pretrain.blocks`; at least one subword is asked for where there is any."""
        ids, starts = packed >> 1, (packed & 1).astype(bool)
        starts[:, 0] = True
        word = np.cumsum(starts.reshape(-1)).reshape(ids.shape) - 1
        units = word if self.whole_word else np.arange(ids.size).reshape(ids.shape)
        askable = ~self.special[ids]
        asked = (rng.random(int(units.max()) + 1) < self.rate)[units] & askable
        if not asked.any() and askable.any():
            asked = (units == units[askable][0]) & askable
        fate = rng.random(ids.shape)
        inputs = ids.astype(np.int64)
        inputs[asked & (fate < MASKED)] = self.mask
        replaced = asked & (fate >= 1 - REPLACED)
        inputs[replaced] = rng.choice(self.ordinary, int(replaced.sum()))
        labels: NDArray[np.int64] = np.where(asked, ids, IGNORED).astype(np.int64)
        words = len(np.unique(word[asked]))
        return MaskedBlocks(torch.from_numpy(inputs), torch.from_numpy(labels), words, int(asked.sum()))
