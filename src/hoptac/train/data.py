"""Articles as training windows: encoded anew in each epoch, batched by length."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import datasets
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset, Sampler

from hoptac.article import Article
from hoptac.model.batch import pad_windows
from hoptac.model.modeling import IGNORE
from hoptac.model.tags import encode_entities, encode_evidence
from hoptac.scoring import article_lines
from hoptac.text.encode import TextEncoder
from hoptac.text.segment import Segmenter, Spans
from hoptac.text.windows import pack
from hoptac.train.augment import Pools, augment
from hoptac.train.config import AugmentConfig

MEGABATCH = 32  # batches whose windows are sorted by length together


class RememberingSegmenter:
    """Segments each sentence once: most sentences are the same in every epoch."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.name = segmenter.name
        self.segmenter = segmenter
        self.known: dict[str, Spans] = {}

    def __call__(self, text: str) -> Spans:
        words = self.known.get(text)
        if words is None:
            words = self.known[text] = self.segmenter(text)
        return words


class TrainWindows(Dataset[dict[str, Any]]):  # type: ignore[misc]
    """The windows of all training articles.

    `set_epoch` encodes the articles again, with that epoch's augmentation and window edges, the same for the
    same seed and epoch; epoch 0 has the articles as they are. The number of windows stays that of epoch 0: a
    few are drawn twice, or left to another epoch, where an augmented epoch comes out shorter or longer. Each
    epoch draws other ``silver`` articles, ``silver_share`` times as many as there are ``articles``.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        encoder: TextEncoder,
        labels: Sequence[str],
        areas: Sequence[str],
        limit: int,
        settings: AugmentConfig,
        seed: int,
        silver: Sequence[Article] = (),
        silver_share: float = 1.0,
    ) -> None:
        self.articles, self.labels, self.areas = articles, labels, areas
        self.silver, self.silver_count = silver, min(len(silver), round(silver_share * len(articles)))
        self.encoder = TextEncoder(encoder.tokenizer, RememberingSegmenter(encoder.segmenter))
        self.limit, self.settings, self.seed = limit, settings, seed
        self.pools = Pools.of(articles)
        self.size: int | None = None  # that of epoch 0, once it is known
        self.epoch: int | None = None
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Make the windows of ``epoch``."""
        if epoch == self.epoch:
            return
        windows = self._encode(epoch)
        rng = random.Random(f"{self.seed} {epoch} windows")
        if self.size is None:
            self.size = len(windows)
        while len(windows) > self.size:
            windows.pop(rng.randrange(len(windows)))
        windows += [rng.choice(windows) for _ in range(self.size - len(windows))]
        self.lengths = [len(window["ids"]) for window in windows]
        self.windows = datasets.Dataset.from_list(windows).with_format("numpy")
        self.epoch = epoch

    def _encode(self, epoch: int) -> list[dict[str, Any]]:
        windows = []
        drawn = random.Random(f"{self.seed} {epoch} silver").sample(self.silver, self.silver_count)
        for article in (*self.articles, *drawn):
            rng = random.Random(f"{self.seed} {epoch} {article.id}")
            if epoch:
                article = augment(article, self.settings, self.pools, rng)
            tokens = self.encoder(article.text, article_lines(article))
            tags = encode_entities(tokens, article.entities, self.labels)
            areas = encode_evidence(tokens, article.evidence, self.areas)
            first = rng.randint(self.limit // 4, self.limit) if epoch else self.limit
            for window in pack(tokens, self.limit, first=first):
                part = slice(window.start, window.end)
                ids, inside = tokens.ids[part], tags[part].copy()
                if inside[0] and inside[0] % 2 == 0:
                    # a window that begins in the middle of a name: no path of the CRF begins with I-X
                    inside[0] -= 1
                if epoch and self.settings.drop:
                    ids = self._masked(ids, rng)
                windows.append({"ids": ids, "tags": inside, "areas": areas[part]})
        return windows

    def _masked(self, ids: NDArray[np.int32], rng: random.Random) -> NDArray[np.int32]:
        """A share of the subwords hidden behind ``<mask>``, so that their neighbours must tell."""
        hidden = np.random.default_rng(rng.getrandbits(64)).random(len(ids)) < self.settings.drop
        return np.where(hidden, np.int32(self.encoder.tokenizer.mask_token_id), ids)

    def __len__(self) -> int:
        return len(self.windows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        row: dict[str, Any] = self.windows[index]
        return row


class LengthBatches(Sampler[list[int]]):  # type: ignore[misc]
    """Batches of windows of like length in random order, the same for the same seed and epoch."""

    def __init__(self, windows: TrainWindows, batch_size: int, seed: int) -> None:
        self.windows, self.batch_size, self.seed = windows, batch_size, seed
        self.drop_last = False

    def set_epoch(self, epoch: int) -> None:
        """Prepare the dataset for ``epoch``; the batches follow it."""
        self.windows.set_epoch(epoch)

    def __len__(self) -> int:
        return -(-len(self.windows) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        rng = random.Random(f"{self.seed} {self.windows.epoch} batches")
        order = list(range(len(self.windows)))
        rng.shuffle(order)
        batches = []
        for begin in range(0, len(order), MEGABATCH * self.batch_size):
            part = sorted(
                order[begin : begin + MEGABATCH * self.batch_size], key=self.windows.lengths.__getitem__
            )
            batches += [part[i : i + self.batch_size] for i in range(0, len(part), self.batch_size)]
        # the one short batch stays last, so that all others have their full size
        full = [batch for batch in batches if len(batch) == self.batch_size]
        rng.shuffle(full)
        yield from full
        yield from (batch for batch in batches if len(batch) < self.batch_size)


def collate(pad: int, begin: int, end: int) -> Callable[[list[dict[str, Any]]], dict[str, torch.Tensor]]:
    """A function that pads windows to a batch: ``input_ids``, ``attention_mask``, ``tags``, ``areas``."""

    def together(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        ids = pad_windows([row["ids"] for row in rows], pad, begin, end)
        tags, areas = (pad_windows([row[name] for row in rows], IGNORE) for name in ("tags", "areas"))
        lengths = np.array([[len(row["ids"]) + 2] for row in rows])
        mask = (np.arange(ids.shape[1]) < lengths).astype(np.int64)
        batch = {"input_ids": ids, "attention_mask": mask, "tags": tags, "areas": areas}
        return {name: torch.from_numpy(values) for name, values in batch.items()}

    return together
