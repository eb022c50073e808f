"""The pipeline that a user writes today around a PhoBERT-style tagger, for `benchmark.py` to compare with.

underthesea splits sentences and words, transformers' slow ``PhobertTokenizer`` makes subwords, each window
goes through an fp32 ``RobertaModel`` on its own, and Python puts the spans together, their places found in
the text again. It is written with care, and does less than hoptac: no page filter, no context between
windows, no scores, no evidence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn
from transformers import PhobertTokenizer, RobertaConfig, RobertaModel

from hoptac.article import Entity

Floats = NDArray[np.float32]
Sentences = Sequence[Sequence[str]]  # words of each sentence, their syllables joined by _
Place = tuple[int, int]  # start and end in the text
Edges = tuple[int, int, int, int]  # a window's start and end, and the part of it that is read

FORBIDDEN = -1e4  # score of a step that BIO tags cannot take
NEAR = 40  # characters in which the next syllable must be found
CONTINUES = "@@"


@dataclass(frozen=True)
class Found:
    """Entities and areas of one text; ``unplaced`` words of it were not found in the text again."""

    entities: frozenset[Entity]
    areas: frozenset[str]
    tokens: int
    unplaced: int


class UsualPipeline:
    """Reads the weights of a hoptac model folder, and nothing else of hoptac."""

    def __init__(self, folder: Path) -> None:
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        state = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
        config = RobertaConfig(**settings["encoder"])
        self.tokenizer = PhobertTokenizer.from_pretrained(folder)
        self.encoder = RobertaModel(config, add_pooling_layer=False)
        self.encoder.load_state_dict(_below(state, "encoder."))
        self.tag_head = nn.Linear(config.hidden_size, len(state["tag_head.bias"]))
        self.tag_head.load_state_dict(_below(state, "tag_head."))
        self.area_head = nn.Linear(config.hidden_size, len(state["area_head.bias"]))
        self.area_head.load_state_dict(_below(state, "area_head."))
        self.encoder.eval()
        self.labels: list[str] = settings["entity_labels"]
        self.thresholds: list[tuple[str, float]] = [
            (area, settings["area_thresholds"].get(area, 0.5)) for area in settings["area_labels"]
        ]
        self.moves = state["crf.transitions"].numpy().copy()
        self.first = state["crf.first"].numpy().copy()
        for inside in range(2, len(self.first), 2):
            allowed = [inside - 1, inside]
            self.moves[[tag for tag in range(len(self.first)) if tag not in allowed], inside] = FORBIDDEN
            self.first[inside] = FORBIDDEN
        self.limit = config.max_position_embeddings - config.pad_token_id - 3

    def __call__(self, text: str) -> Found:
        """Read one text."""
        return self.read(text, segment(text))

    def read(
        self,
        text: str,
        sentences: Sentences,
        windows: Callable[[list[int]], list[Edges]] | None = None,
        change: Callable[[Floats, Floats], Floats] | None = None,
    ) -> Found:
        """Read a text that is segmented already.

        ``windows`` makes windows of the lengths of sentences; ``change`` gives the tag logits to decode, from
        those of tags and those of areas.
        """
        ids: list[int] = []
        places: list[Place | None] = []
        starts: list[int] = []  # first subword of each word
        lengths: list[int] = []
        cursor = unplaced = 0
        for words in sentences:
            pieces = self.tokenizer.tokenize(" ".join(words))
            ids += self.tokenizer.convert_tokens_to_ids(pieces)
            lengths.append(len(pieces))
            begin = 0
            for word in words:
                end = begin + 1
                while pieces[end - 1].endswith(CONTINUES) and end < len(pieces):
                    end += 1
                characters = place(word, text, cursor)
                if characters is None:
                    unplaced += 1
                else:
                    cursor = characters[-1][1]
                starts.append(len(places))
                places += _piece_places(pieces[begin:end], characters)
                begin = end
        if not ids:
            return Found(frozenset(), frozenset(), 0, unplaced)
        edges = (windows or self._windows)(lengths)
        tags, areas = self._forward(ids, edges)
        if change:
            tags = change(tags, areas)
        return Found(
            frozenset(self._entities(tags, lengths, places)),
            self._areas(areas, np.array(starts)),
            len(ids),
            unplaced,
        )

    def _windows(self, lengths: list[int]) -> list[Edges]:
        """As many whole sentences as a window holds; a longer sentence is cut."""
        cuts, total = [0], 0
        for length in lengths:
            if total + length - cuts[-1] > self.limit and total > cuts[-1]:
                cuts.append(total)
            total += length
            while total - cuts[-1] > self.limit:
                cuts.append(cuts[-1] + self.limit)
        cuts.append(total)
        return [(a, b, a, b) for a, b in pairwise(cuts)]

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def _forward(self, ids: list[int], windows: Sequence[Edges]) -> tuple[Floats, Floats]:
        tags, areas = [], []
        begin, finish = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        for start, end, core_start, core_end in windows:
            batch = torch.tensor([[begin, *ids[start:end], finish]])
            hidden = self.encoder(batch).last_hidden_state[0, 1:-1]
            hidden = hidden[core_start - start : core_end - start]
            tags.append(self.tag_head(hidden))
            areas.append(self.area_head(hidden))
        return torch.cat(tags).numpy(), torch.cat(areas).softmax(-1).numpy()

    def _entities(
        self, logits: Floats, lengths: Sequence[int], places: Sequence[Place | None]
    ) -> list[Entity]:
        entities = []
        offset = 0
        for length in lengths:
            for first, last, label in self._spans(self._best_path(logits[offset : offset + length])):
                start, end = places[offset + first], places[offset + last - 1]
                if start is not None and end is not None:
                    entities.append(Entity(start[0], end[1], self.labels[label]))
            offset += length
        return entities

    def _best_path(self, emissions: Floats) -> list[int]:
        """Viterbi's algorithm."""
        if not len(emissions):
            return []
        best = self.first + emissions[0]
        back = []
        for emission in emissions[1:]:
            scores = best[:, None] + self.moves
            back.append(scores.argmax(0))
            best = scores.max(0) + emission
        path = [int(best.argmax())]
        for pointers in reversed(back):
            path.append(int(pointers[path[-1]]))
        return path[::-1]

    @staticmethod
    def _spans(path: Sequence[int]) -> list[tuple[int, int, int]]:
        spans: list[tuple[int, int, int]] = []
        for index, tag in enumerate(path):
            if tag % 2:
                spans.append((index, index + 1, tag // 2))
            elif tag:
                spans[-1] = (spans[-1][0], index + 1, spans[-1][2])
        return spans

    def _areas(self, probabilities: Floats, starts: NDArray[np.int64]) -> frozenset[str]:
        """The areas whose mean probability in some word reaches their threshold."""
        sizes = np.diff(np.append(starts, len(probabilities)))
        scores = (np.add.reduceat(probabilities, starts) / sizes[:, None]).max(0)[1:]
        return frozenset(
            area
            for (area, threshold), score in zip(self.thresholds, scores, strict=True)
            if score >= threshold
        )


def segment(text: str) -> list[list[str]]:
    """Sentences of each line, as the words that underthesea finds in them."""
    from underthesea import sent_tokenize, word_tokenize

    return [
        word_tokenize(sentence, format="text").split()
        for line in text.split("\n")
        if line.strip()
        for sentence in sent_tokenize(line)
    ]


def place(word: str, text: str, cursor: int) -> list[Place] | None:
    """Start and end in ``text`` of each character of ``word``, from ``cursor`` on; ``None`` if not found.

    Syllables are found one by one: what lies between them may be any white space, or ``_`` itself.
    """
    characters: list[Place] = []
    for syllable in word.split("_"):
        while cursor < len(text) and text[cursor].isspace():
            cursor += 1
        start = cursor if text.startswith(syllable, cursor) else text.find(syllable, cursor, cursor + NEAR)
        if start < 0:
            # underthesea moved its tone mark: as many other letters stand there
            start = cursor
            letters = text[start : start + len(syllable)]
            if len(letters) < len(syllable) or any(map(str.isspace, letters)):
                return None
        if characters:
            characters.append((characters[-1][1], start))
        characters += [(at, at + 1) for at in range(start, start + len(syllable))]
        cursor = start + len(syllable)
    return characters or None


def _piece_places(pieces: Sequence[str], characters: list[Place] | None) -> list[Place | None]:
    """Start and end in the text of each subword of a word whose characters lie at ``characters``."""
    if characters is None:
        return [None] * len(pieces)
    bare = [*(piece.removesuffix(CONTINUES) for piece in pieces[:-1]), pieces[-1]]
    if sum(map(len, bare)) != len(characters):
        return [(characters[0][0], characters[-1][1])] * len(pieces)
    places: list[Place | None] = []
    at = 0
    for piece in bare:
        places.append((characters[at][0], characters[at + len(piece) - 1][1]))
        at += len(piece)
    return places


def _below(state: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}
