from __future__ import annotations

import math

import numpy as np
import pytest

from hoptac.active.uncertainty import Doubt, Layer, Uncertainty, uncertainty
from hoptac.annotations.inline import read_inline
from hoptac.article import Span
from hoptac.reader import Reader, Reading, calibrate
from tests.train.articles import inline

ARTICLE = read_inline(inline(4))


@pytest.fixture(scope="module")
def reading(reader: Reader) -> Reading:
    return reader.read([reader.prepare(ARTICLE.text)])[0]


def state_of(reader: Reader, reading: Reading) -> Uncertainty:
    return uncertainty(reader, reading, reader.predict("a", reading))


def test_every_reported_mark_is_a_decision(reader: Reader, reading: Reading) -> None:
    state, prediction = state_of(reader, reading), reader.predict("a", reading)
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


def test_expected_errors_are_sums_of_probabilities(reader: Reader, reading: Reading) -> None:
    state = state_of(reader, reading)
    scores = [calibrate(e.score, reader.settings.entity_calibration) for e in reading.entities]
    limit = reader.settings.entity_threshold
    expected = sum(1 - score if score >= limit else score for score in scores)
    assert math.isclose(state.expected(Layer.ENTITY), expected)
    assert all(0 <= doubt.wrong <= 1 for doubt in state.doubts)
    assert state.count(Layer.ENTITY) == sum(score >= limit for score in scores)


def test_a_name_under_the_threshold_is_a_candidate(
    reader: Reader, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state_of(reader, reading)
    strongest = max(d.score for d in before.doubts if d.layer is Layer.ENTITY)
    monkeypatch.setattr(reader.settings, "entity_threshold", strongest)
    state = state_of(reader, reading)
    held_back = [d for d in state.doubts if d.layer is Layer.ENTITY and not d.marked]
    assert len(held_back) == len(reading.entities) - state.count(Layer.ENTITY) > 0
    assert all(d.wrong == d.score for d in held_back)
    assert state.doubtful(0.5)[0].wrong == max(d.wrong for d in state.doubts)


def test_doubts_know_their_words_and_sentences(reader: Reader, reading: Reading) -> None:
    state = state_of(reader, reading)
    for doubt in state.doubts:
        said = " ".join(state.surface(doubt).split())
        assert said and said in state.sentence(doubt)
    assert state.words == len(ARTICLE.text.split())


def test_furniture_does_not_count(reader: Reader) -> None:
    text = "Đại tá Vũ Đình Lộc thăm Lào.\nTin liên quan: bấm để xem thêm\n"
    part = reader.read([reader.prepare(text, [Span(0, 28)])])[0]
    state = state_of(reader, part)
    assert state.words == 7 and "liên quan" not in state.body
    assert all(doubt.end <= 28 for doubt in state.doubts)


def test_a_page_with_nothing_to_read(reader: Reader) -> None:
    empty = reader.read([reader.prepare("   \n")])[0]
    state = state_of(reader, empty)
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


def test_platt_moves_the_doubt(reader: Reader, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader.settings, "entity_calibration", [1.0, -20.0])
    monkeypatch.setattr(reader.settings, "entity_threshold", 0.0)
    state = state_of(reader, reading)
    assert np.isclose(state.expected(Layer.ENTITY), len(reading.entities), atol=0.1)
