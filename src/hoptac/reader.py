"""What the model says of texts: encode, run the engine over windows, put the windows together, decode.

Prediction, evaluation and training all read texts through this one path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hoptac.annotations.spelling import trimmed
from hoptac.article import Article, Span
from hoptac.engine import Engine, Floats
from hoptac.evaluate.calibration import apply_platt
from hoptac.evaluate.prediction import Prediction, ScoredEntity, ScoredEvidence, TagPair
from hoptac.model.areas import article_scores, find_evidence, softmax, word_probabilities
from hoptac.model.decode import Transitions, best_paths, decode
from hoptac.model.mentions import pool_mentions
from hoptac.model.tags import bio_tags, characters, encode_entities, token_runs
from hoptac.text.encode import TextEncoder, TokenizedText
from hoptac.text.windows import Window, pack


class ReaderSettings(Protocol):
    """The part of `hoptac.model.config.HoptacConfig` that reading needs."""

    entity_labels: list[str]
    area_labels: list[str]
    area_thresholds: dict[str, float]
    entity_threshold: float
    entity_calibration: list[float]
    area_calibration: list[float]
    window_overlap: int

    @property
    def window_tokens(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready for the engine."""

    tokens: TokenizedText
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The model's view of one text, scores not calibrated.

    ``emissions`` ``(tokens, tags)`` are the logits that were decoded: those of repeated names are averaged.
    ``tags`` ``(tokens,)`` are the best BIO ids, ``area_probabilities`` has shape ``(words, 1 + areas)``.
    """

    tokens: TokenizedText
    emissions: Floats
    tags: NDArray[np.int64]
    entities: tuple[ScoredEntity, ...]
    area_probabilities: Floats


class Reader:
    """Reads texts with one model."""

    def __init__(
        self, settings: ReaderSettings, encoder: TextEncoder, engine: Engine, transitions: Transitions
    ) -> None:
        self.settings = settings
        self.encoder = encoder
        self.engine = engine
        self.transitions = transitions

    def prepare(self, text: str, regions: Iterable[Span] | None = None) -> Prepared:
        """Tokens and windows of ``text``, or of its ``regions`` only."""
        tokens = self.encoder(text, regions)
        limit = self.settings.window_tokens
        return Prepared(tokens, tuple(pack(tokens, limit, min(self.settings.window_overlap, limit // 4))))

    def read(self, prepared: Sequence[Prepared], batch_size: int | None = None) -> list[Reading]:
        """Run the engine over the windows of all texts together and decode each text."""
        return self.decode(prepared, self.logits(prepared, batch_size))

    def logits(
        self, prepared: Sequence[Prepared], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        """Tag logits ``(tokens, tags)`` and area logits ``(tokens, 1 + areas)`` of each text."""
        windows = [item.tokens.ids[w.start : w.end] for item in prepared for w in item.windows]
        outputs = iter(self.engine.run(windows, batch_size))
        return [self._joined(item, [next(outputs) for _ in item.windows]) for item in prepared]

    def _joined(self, item: Prepared, outputs: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
        count = len(item.tokens)
        tags = np.zeros((count, 1 + 2 * len(self.settings.entity_labels)), np.float32)
        areas = np.zeros((count, 1 + len(self.settings.area_labels)), np.float32)
        for window, (tag_logits, area_logits) in zip(item.windows, outputs, strict=True):
            core = slice(window.core_start, window.core_end)
            inner = slice(window.core_start - window.start, window.core_end - window.start)
            tags[core], areas[core] = tag_logits[inner], area_logits[inner]
        return tags, areas

    def decode(self, prepared: Sequence[Prepared], logits: Sequence[tuple[Floats, Floats]]) -> list[Reading]:
        """What the logits of each text say, as `logits` gives them; mentions of one name are read together.

        The sentences of all texts are decoded together, which is several times faster.
        """
        labels = self.settings.entity_labels
        tokens = [item.tokens for item in prepared]
        pooled = self._pooled(tokens, [tags for tags, _ in logits])
        decoded = iter(decode(_sentences(tokens, pooled), self.transitions))
        readings = []
        for text, emissions, (_, areas) in zip(tokens, pooled, logits, strict=True):
            tags = np.zeros(len(text), np.int64)
            entities = []
            for start in _starts(text):
                path, spans = next(decoded)
                tags[start : start + len(path)] = path
                for span in spans:
                    place = characters(text, start + span.first, start + span.last)
                    entities.append(ScoredEntity(place.start, place.end, labels[span.label], span.score))
            probabilities = word_probabilities(text, softmax(areas))
            readings.append(Reading(text, emissions, tags, tuple(entities), probabilities))
        return readings

    def _pooled(self, tokens: Sequence[TokenizedText], emissions: Sequence[Floats]) -> list[Floats]:
        paths = best_paths(_sentences(tokens, emissions), self.transitions)
        tags = np.concatenate([np.zeros(0, np.int64), *paths])
        ends = np.cumsum([0, *map(len, tokens)]).tolist()
        return [
            pool_mentions(text, scores, token_runs(tags[a:b]))
            for text, scores, (a, b) in zip(tokens, emissions, pairwise(ends), strict=True)
        ]

    def predict(self, article_id: str, reading: Reading) -> Prediction:
        """Scores calibrated; entities and areas above their thresholds, areas with their evidence."""
        settings = self.settings
        raw = area_scores(reading, settings.area_labels)
        found = [
            (area, phrase)
            for index, area in enumerate(settings.area_labels)
            if raw[area] >= (threshold := settings.area_thresholds.get(area, 0.5))
            for phrase in find_evidence(reading.tokens, reading.area_probabilities, index, threshold)
        ]
        areas = calibrate_all(
            [*raw.values(), *(phrase.score for _, phrase in found)], settings.area_calibration
        )
        evidence = []
        for (area, phrase), score in zip(found, areas[len(raw) :], strict=True):
            place = characters(reading.tokens, phrase.first, phrase.last)
            # the words of a phrase are taken for their scores alone, a comma beside them too
            evidence.append(
                ScoredEvidence(*trimmed(reading.tokens.text, place.start, place.end), area, score)
            )
        scores = calibrate_all([e.score for e in reading.entities], settings.entity_calibration)
        return Prediction(
            id=article_id,
            entities=tuple(
                ScoredEntity(e.start, e.end, e.label, score)
                for e, score in zip(reading.entities, scores, strict=True)
                if score >= settings.entity_threshold
            ),
            area_scores=dict(zip(raw, areas, strict=False)),
            areas=frozenset(mark.area for mark in evidence),
            evidence=tuple(sorted(evidence)),
        )

    def gold_tags(self, article: Article, reading: Reading) -> tuple[TagPair, ...]:
        """Gold and predicted BIO tags of each sentence, for scores on tags."""
        names = np.array(bio_tags(self.settings.entity_labels))
        gold = encode_entities(reading.tokens, article.entities, self.settings.entity_labels)
        cuts = np.flatnonzero(np.diff(reading.tokens.sentences)) + 1
        return tuple(
            (tuple(names[a].tolist()), tuple(names[b].tolist()))
            for a, b in zip(np.split(gold, cuts), np.split(reading.tags, cuts), strict=True)
            if len(a)
        )


def _starts(tokens: TokenizedText) -> list[int]:
    """The first subword of each sentence."""
    starts: list[int] = np.flatnonzero(np.diff(tokens.sentences, prepend=-1)).tolist()
    return starts


def _sentences(tokens: Sequence[TokenizedText], emissions: Sequence[Floats]) -> list[Floats]:
    """The emissions of all sentences of all texts."""
    return [
        scores[a:b]
        for text, scores in zip(tokens, emissions, strict=True)
        for a, b in pairwise([*_starts(text), len(text)])
    ]


def area_scores(reading: Reading, areas: Sequence[str]) -> Mapping[str, float]:
    """The article's raw score for each area."""
    return dict(zip(areas, article_scores(reading.area_probabilities).tolist(), strict=True))


def calibrate_all(scores: Sequence[float], platt: Sequence[float]) -> list[float]:
    """The calibrated forms of raw scores."""
    calibrated: list[float] = apply_platt(np.array(scores), *platt).tolist()
    return calibrated


def calibrate(score: float, platt: Sequence[float]) -> float:
    """The calibrated form of one raw score."""
    return calibrate_all([score], platt)[0]
