from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from hoptac.active.missed import LEAST, missed_names
from hoptac.active.uncertainty import Doubt, Layer, Uncertainty, read_with_doubts
from hoptac.annotations.inline import read_inline
from hoptac.article import Span
from hoptac.model.decode import Transitions
from hoptac.reader import Prepared, Reader, Reading, calibrate
from hoptac.text.encode import TokenizedText
from tests.train.articles import inline

ARTICLE = read_inline(inline(4))


@pytest.fixture(scope="module")
def prepared(reader: Reader) -> Prepared:
    return reader.prepare(ARTICLE.text)


@pytest.fixture(scope="module")
def reading(reader: Reader, prepared: Prepared) -> Reading:
    return reader.read([prepared])[0]


def state_of(reader: Reader, prepared: Prepared) -> Uncertainty:
    return read_with_doubts(reader, [prepared])[0][1]


def covered(doubt: Doubt, reading: Reading) -> bool:
    """Whether a doubt is about a name of the best path."""
    names = {(e.start, e.end, e.label) for e in reading.entities}
    return doubt.layer is Layer.ENTITY and (doubt.start, doubt.end, doubt.label) in names


def test_every_reported_mark_is_a_decision(reader: Reader, prepared: Prepared, reading: Reading) -> None:
    state, prediction = state_of(reader, prepared), reader.predict("a", reading)
    names = {(d.start, d.end, d.label): d for d in state.doubts if d.layer is Layer.ENTITY and d.marked}
    assert prediction.entities, "the model knows this article"
    assert {key: d.score for key, d in names.items()} == {
        (e.start, e.end, e.label): e.score for e in prediction.entities
    }
    areas = {d.label: d for d in state.doubts if d.layer is Layer.AREA}
    assert list(areas) and set(areas) == set(reader.settings.area_labels)
    assert {label for label, d in areas.items() if d.marked} == set(prediction.areas) == ARTICLE.areas
    assert {label: d.score for label, d in areas.items()} == dict(prediction.area_scores)
    (mark,) = ARTICLE.evidence
    shown = areas[mark.area]
    assert shown.start < mark.end and mark.start < shown.end


def test_expected_errors_are_sums_of_probabilities(
    reader: Reader, prepared: Prepared, reading: Reading
) -> None:
    state = state_of(reader, prepared)
    missed = [d.score for d in state.doubts if d.layer is Layer.ENTITY and not covered(d, reading)]
    scores = [calibrate(e.score, reader.settings.entity_calibration) for e in reading.entities]
    limit = reader.settings.entity_threshold
    expected = sum(missed) + sum(1 - score if score >= limit else score for score in scores)
    assert math.isclose(state.expected(Layer.ENTITY), expected)
    assert all(0 <= doubt.wrong <= 1 for doubt in state.doubts)
    assert state.count(Layer.ENTITY) == sum(score >= limit for score in scores)


def test_a_name_under_the_threshold_is_a_candidate(
    reader: Reader, prepared: Prepared, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state_of(reader, prepared)
    strongest = max(d.score for d in before.doubts if d.layer is Layer.ENTITY)
    monkeypatch.setattr(reader, "settings", replace(reader.settings, entity_threshold=strongest))
    state = state_of(reader, prepared)
    held_back = [d for d in state.doubts if covered(d, reading) and not d.marked]
    assert len(held_back) == len(reading.entities) - state.count(Layer.ENTITY) > 0
    assert all(d.wrong == d.score for d in held_back)
    assert state.doubtful(0.5)[0].wrong == max(d.wrong for d in state.doubts)


def test_doubts_know_their_words_and_sentences(reader: Reader, prepared: Prepared, reading: Reading) -> None:
    state = state_of(reader, prepared)
    for doubt in state.doubts:
        said = " ".join(state.surface(doubt).split())
        assert said and said in state.sentence(doubt)
    assert state.words == len(ARTICLE.text.split())


def test_furniture_does_not_count(reader: Reader) -> None:
    text = "Đại tá Vũ Đình Lộc thăm Lào.\nTin liên quan: bấm để xem thêm\n"
    state = state_of(reader, reader.prepare(text, [Span(0, 28)]))
    assert state.words == 7 and "liên quan" not in state.body
    assert all(doubt.end <= 28 for doubt in state.doubts)


def test_a_page_with_nothing_to_read(reader: Reader) -> None:
    state = state_of(reader, reader.prepare("   \n"))
    assert (state.doubts, state.words) == ((), 0)


def test_the_same_words_are_one_question() -> None:
    text = "Bộ Quốc phòng, BỘ  QUỐC PHÒNG, bộ quốc phòng"
    state = Uncertainty(text, (), (Span(0, len(text)),))
    doubts = [
        Doubt(Layer.ENTITY, 0, 13, "ORGANIZATION", 0.4, True),
        Doubt(Layer.ENTITY, 15, 29, "ORGANIZATION", 0.4, True),
        Doubt(Layer.ENTITY, 31, 44, "PERSON", 0.4, False),
    ]
    assert len({state.key(doubt) for doubt in doubts}) == 1
    area = [Doubt(Layer.AREA, 0, 13, label, 0.4, True) for label in ("training", "border")]
    assert len({state.key(doubt) for doubt in (*doubts, *area)}) == 3


def test_platt_moves_the_doubt(
    reader: Reader, prepared: Prepared, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubting = replace(reader.settings, entity_calibration=[1.0, -20.0], entity_threshold=0.0)
    monkeypatch.setattr(reader, "settings", doubting)
    state = state_of(reader, prepared)
    assert np.isclose(state.expected(Layer.ENTITY), len(reading.entities), atol=0.1)


def test_names_that_may_have_been_missed() -> None:
    """Two sentences of three and two tokens, one label: exact probabilities by counting the paths."""
    tokens = TokenizedText(
        "a b c d e",
        *(np.array(row, np.int32) for row in ([5, 6, 7, 8, 9], [0, 2, 4, 6, 8], [1, 3, 5, 7, 9])),
        np.arange(5, dtype=np.int32),
        np.array([0, 0, 0, 1, 1], np.int32),
        (Span(0, 5), Span(6, 9)),
    )
    emissions = np.array([[2, 0, 0], [0, 3, 0], [2, 0, 0], [1, 0.4, 0], [9, 0, 0]], np.float32)
    no = -1e4
    free = Transitions(
        np.array([[0, 0, no], [0, 0, 0], [0, 0, 0]], np.float32), np.array([0, 0, no], np.float32)
    )
    (missed,) = [n for n in missed_names(tokens, emissions, free, ["NAME"]) if n.start == 6]
    # all tags may follow each other, but I only a name: B O, and B B with a second name after it
    weights = {path: np.exp(emissions[3, path[0]] + emissions[4, path[1]]) for path in PATHS}
    assert (missed.end, missed.label) == (7, "NAME")
    exact = (weights[1, 0] + weights[1, 1]) / sum(weights.values())
    assert math.isclose(missed.score, exact, rel_tol=1e-4)
    # the name of the best path, b, is not among them, nor anything that overlaps it
    others = [n for n in missed_names(tokens, emissions, free, ["NAME"]) if n.start < 6]
    assert all(n.end <= 2 or n.start >= 4 for n in others) and all(n.score >= LEAST for n in others)


PATHS = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
