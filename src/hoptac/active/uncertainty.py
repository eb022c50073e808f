"""How unsure a model is of an article: for each decision, the probability that it is wrong.

Scores are calibrated, so that an entity reported at 0.8 is wrong one time in five, and an area left out at
0.3 is missed three times in ten. Their sum over an article is the number of wrong decisions to expect: what a
corrector would change (uncertainty sampling, Lewis & Gale 1994, with the sum over a sequence's parts as in
Settles & Craven 2008).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hoptac.active.missed import missed_names
from hoptac.annotations.files import word_count
from hoptac.article import Span
from hoptac.evaluate.prediction import Prediction, ScoredEntity
from hoptac.model.areas import find_evidence
from hoptac.model.tags import characters
from hoptac.reader import Prepared, Reader, Reading, calibrate


class Layer(StrEnum):
    """What a decision is about: a name, or one of the article's areas."""

    ENTITY = "entity"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One decision of the model: characters ``start`` up to ``end`` carry ``label``, or do not.

    ``score`` is the calibrated probability that they do, ``marked`` what the model decided. An area's place
    is the phrase that speaks for it most.
    """

    layer: Layer
    start: int
    end: int
    label: str
    score: float
    marked: bool

    @property
    def wrong(self) -> float:
        """The probability that the decision is wrong."""
        return 1 - self.score if self.marked else self.score


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Every decision on one text, by position; ``sentences`` are those of the text that was read."""

    text: str
    doubts: tuple[Doubt, ...]
    sentences: tuple[Span, ...]

    @property
    def body(self) -> str:
        """What was read of the text, a sentence a line."""
        return "\n".join(self.text[span.start : span.end] for span in self.sentences)

    @property
    def words(self) -> int:
        """Words of what was read, parted by white space."""
        return word_count(self.body)

    def expected(self, layer: Layer) -> float:
        """How many decisions of a layer are wrong, in the mean."""
        return sum(doubt.wrong for doubt in self.doubts if doubt.layer is layer)

    def count(self, layer: Layer) -> int:
        """How many marks the model made: names, or areas of the article."""
        return sum(doubt.marked for doubt in self.doubts if doubt.layer is layer)

    def doubtful(self, at_least: float) -> tuple[Doubt, ...]:
        """The decisions that are wrong with this probability or more, the most doubtful first."""
        chosen = [doubt for doubt in self.doubts if doubt.wrong >= at_least]
        return tuple(sorted(chosen, key=lambda doubt: (-doubt.wrong, doubt.start)))

    def surface(self, doubt: Doubt) -> str:
        """The characters a doubt is about."""
        return self.text[doubt.start : doubt.end]

    def key(self, doubt: Doubt) -> str:
        """What doubts about the same words share: their surface, its case and spaces aside."""
        surface = " ".join(unicodedata.normalize("NFC", self.surface(doubt)).casefold().split())
        return f"{doubt.layer} {doubt.label if doubt.layer is Layer.AREA else ''} {surface}"

    def sentence(self, doubt: Doubt) -> str:
        """The sentence that a doubt is in, its white space made single."""
        starts = [span.start for span in self.sentences]
        at = max(int(np.searchsorted(starts, doubt.start, "right")) - 1, 0)
        span = self.sentences[at]
        return " ".join(self.text[span.start : max(span.end, doubt.end)].split())


def read_with_doubts(reader: Reader, prepared: Sequence[Prepared]) -> list[tuple[Prediction, Uncertainty]]:
    """What ``reader`` says of texts, and the decisions behind it; ids of the predictions are empty.

    A name that was kept back by the entity threshold, or not found but not improbable, is a decision too, and
    so is every area.
    """
    results = []
    labels = reader.settings.entity_labels
    for reading in reader.read(prepared):
        prediction = reader.predict("", reading)
        missed = missed_names(reading.tokens, reading.emissions, reader.transitions, labels)
        results.append((prediction, _state(reader, reading, prediction, missed)))
    return results


def _state(
    reader: Reader, reading: Reading, prediction: Prediction, missed: Sequence[ScoredEntity]
) -> Uncertainty:
    doubts = [*_entities(reader, [*reading.entities, *missed], prediction)]
    doubts += _areas(reader, reading, prediction)
    doubts.sort(key=lambda doubt: (doubt.start, -doubt.end, doubt.layer))
    tokens = reading.tokens
    read = tokens.sentence_spans if len(tokens) else ()
    return Uncertainty(tokens.text, tuple(doubts), tuple(read))


def _entities(reader: Reader, names: Sequence[ScoredEntity], prediction: Prediction) -> list[Doubt]:
    marked = {entity.entity for entity in prediction.entities}
    platt = reader.settings.entity_calibration
    return [
        Doubt(Layer.ENTITY, e.start, e.end, e.label, calibrate(e.score, platt), e.entity in marked)
        for e in names
    ]


def _areas(reader: Reader, reading: Reading, prediction: Prediction) -> list[Doubt]:
    labels: Sequence[str] = reader.settings.area_labels
    doubts = []
    for index, area in enumerate(labels):
        column = reading.area_probabilities[:, 1 + index]
        if not len(column):
            continue
        phrases = find_evidence(reading.tokens, reading.area_probabilities, index, float(column.max()))
        best = max(phrases, key=lambda phrase: phrase.score)
        place = characters(reading.tokens, best.first, best.last)
        marked = area in prediction.areas
        doubts.append(Doubt(Layer.AREA, place.start, place.end, area, prediction.area_scores[area], marked))
    return doubts
