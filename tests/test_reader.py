"""What a model says of windows, put together into one reading of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hoptac.annotations.inline import read_inline
from hoptac.article import Span
from hoptac.engine import Floats
from hoptac.engine.torch_engine import TorchEngine
from hoptac.model.config import HoptacConfig
from hoptac.model.decode import Transitions
from hoptac.model.folder import load_encoder, text_encoder, transitions
from hoptac.reader import Reader, area_scores, calibrate
from hoptac.text.encode import TextEncoder
from hoptac.text.segment import get_segmenter
from hoptac.text.tokenizer import PhobertTokenizerFast
from tests.tiny import tiny_encoder, tiny_vocab

TAGS, AREAS = 5, 3  # O and two labels; none and two areas


@dataclass
class Settings:
    entity_labels: list[str] = field(default_factory=lambda: ["PERSON", "RANK"])
    area_labels: list[str] = field(default_factory=lambda: ["training", "border"])
    area_thresholds: dict[str, float] = field(default_factory=lambda: {"training": 0.6})
    entity_threshold: float = 0.0
    entity_calibration: list[float] = field(default_factory=lambda: [1.0, 0.0])
    area_calibration: list[float] = field(default_factory=lambda: [1.0, 0.0])
    window_overlap: int = 8
    window_tokens: int = 24


class ByToken:
    """An engine whose logits depend on the subword alone, not on the window it comes in."""

    texts_at_once = 8

    def __init__(self, tag_of: dict[int, int], area_of: dict[int, int]) -> None:
        self.tag_of, self.area_of, self.longest = tag_of, area_of, 0

    def describe(self) -> str:
        return "by token"

    def run(
        self, windows: Sequence[NDArray[np.int32]], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        results = []
        for ids in windows:
            self.longest = max(self.longest, len(ids))
            tags, areas = np.zeros((len(ids), TAGS), np.float32), np.zeros((len(ids), AREAS), np.float32)
            for row, token in enumerate(ids.tolist()):
                tags[row, self.tag_of.get(token, 0)] = 9
                areas[row, self.area_of.get(token, 0)] = 9
            results.append((tags, areas))
        return results


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    folder = tiny_vocab(tmp_path_factory.mktemp("reader") / "vocab")
    return TextEncoder(PhobertTokenizerFast.from_pretrained(folder), get_segmenter("none"))


def reader(encoder: TextEncoder, settings: Settings | None = None) -> Reader:
    """Tags Đại_tướng as RANK and Trần_Văn_Khải as PERSON; hợp_tác shows training, cảng border."""

    def ids(words: str) -> list[int]:
        return encoder(words).ids.tolist()

    tag_of = dict.fromkeys(ids("Trần_Văn_Khải")[1:], 2) | {ids("Trần_Văn_Khải")[0]: 1}
    tag_of |= dict.fromkeys(ids("Đại_tướng")[1:], 4) | {ids("Đại_tướng")[0]: 3}
    area_of = dict.fromkeys(ids("hợp_tác"), 1) | dict.fromkeys(ids("cảng"), 2)
    moves = np.zeros((TAGS, TAGS), np.float32)
    return Reader(
        settings or Settings(),
        encoder,
        ByToken(tag_of, area_of),
        Transitions(moves, np.zeros(TAGS, np.float32)),
    )


SENTENCE = "Đại_tướng Trần_Văn_Khải thăm Lào ."
TEXT = "\n".join([*[SENTENCE] * 12, "Hai bên hợp_tác đào_tạo ."])


def test_windows_come_together_into_one_reading(encoder: TextEncoder) -> None:
    here = reader(encoder)
    prepared = here.prepare(TEXT)
    assert len(prepared.windows) > 3
    (reading,) = here.read([prepared])
    assert isinstance(here.engine, ByToken) and here.engine.longest <= 24
    found = [(TEXT[e.start : e.end], e.label) for e in reading.entities]
    assert found == [("Đại_tướng", "RANK"), ("Trần_Văn_Khải", "PERSON")] * 12
    starts = [e.start for e in reading.entities]
    assert starts == sorted(set(starts))
    assert all(0.9 < e.score <= 1 for e in reading.entities)


class ByNeighbour(ByToken):
    """Sure of a name only behind a certain subword; elsewhere it is rather none."""

    def __init__(self, engine: ByToken, before: int) -> None:
        super().__init__(engine.tag_of, engine.area_of)
        self.before = before

    def run(
        self, windows: Sequence[NDArray[np.int32]], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        results = super().run(windows, batch_size)
        for ids, (tags, _) in zip(windows, results, strict=True):
            for row, token in enumerate(ids.tolist()):
                if row and token in self.tag_of and ids[row - 1] not in (self.before, *self.tag_of):
                    tags[row, 0] = 10
        return results


def test_mentions_of_a_name_are_read_together(encoder: TextEncoder) -> None:
    text = "Hai bên Trần_Văn_Khải .\nLào thăm Trần_Văn_Khải .\nHai Trần_Văn_Khải thăm Lào ."
    here = reader(encoder)
    assert isinstance(here.engine, ByToken)
    here.engine = ByNeighbour(here.engine, int(encoder("thăm").ids[0]))
    prepared = here.prepare(text)
    begins = [e.start for e in here.read([prepared])[0].entities]
    assert [text[begin:].startswith("Trần_Văn_Khải") for begin in begins] == [True] * 3
    # alone, only the one behind "thăm" is found
    lines = [Span(0, 23), Span(24, 48), Span(49, len(text))]
    alone = [here.read([here.prepare(text, [line])])[0].entities for line in lines]
    assert [len(entities) for entities in alone] == [0, 1, 0]


def test_texts_are_read_together_as_alone(encoder: TextEncoder) -> None:
    here = reader(encoder)
    prepared = [here.prepare(text) for text in (TEXT, "", "Hai bên .", SENTENCE)]
    together = here.read(prepared)
    for item, reading in zip(prepared, together, strict=True):
        alone = here.read([item])[0]
        assert alone.entities == reading.entities and (alone.tags == reading.tags).all()
    assert together[1].entities == () and len(together[1].area_probabilities) == 0
    assert here.predict("empty", together[1]).areas == frozenset()


def test_only_the_regions_are_read(encoder: TextEncoder) -> None:
    here = reader(encoder)
    begin = len(SENTENCE) + 1
    (reading,) = here.read([here.prepare(TEXT, [Span(begin, begin + len(SENTENCE))])])
    assert [(e.start - begin, e.end - begin) for e in reading.entities] == [(0, 9), (10, 23)]


def test_areas_have_thresholds_evidence_and_calibrated_scores(encoder: TextEncoder) -> None:
    settings = Settings(area_calibration=[0.0, 0.0], entity_calibration=[0.0, 2.0])
    here = reader(encoder, settings)
    (reading,) = here.read([here.prepare(TEXT)])
    raw = area_scores(reading, settings.area_labels)
    assert raw["training"] > 0.9 > 0.1 > raw["border"]
    prediction = here.predict("a-1", reading)
    assert prediction.id == "a-1" and prediction.areas == {"training"}
    (mark,) = prediction.evidence
    assert (TEXT[mark.start : mark.end], mark.area) == ("hợp_tác", "training")
    # a slope of nought leaves the intercept alone
    assert mark.score == prediction.area_scores["training"] == prediction.area_scores["border"] == 0.5
    assert [e.score for e in prediction.entities] == pytest.approx([1 / (1 + np.exp(-2))] * 24)
    settings.area_thresholds["training"] = 1.01
    settings.entity_threshold = 0.9
    assert here.predict("a-1", reading).areas == frozenset()
    assert here.predict("a-1", reading).entities == ()


def test_calibration() -> None:
    assert calibrate(0.3, (1.0, 0.0)) == pytest.approx(0.3)
    assert calibrate(0.5, (2.0, 1.0)) == pytest.approx(1 / (1 + np.exp(-1)))
    assert 0 < calibrate(0.0, (1.0, 0.0)) < calibrate(1.0, (1.0, 0.0)) < 1


def test_gold_tags_stand_beside_predicted_ones(encoder: TextEncoder) -> None:
    article = read_inline("---\nid: a-1\n---\n[Đại_tướng|RANK] [Hà Lan|PERSON] .\n[Trần_Văn_Khải|PERSON] .\n")
    here = reader(encoder)
    (reading,) = here.read([here.prepare(article.text)])
    pairs = here.gold_tags(article, reading)
    assert len(pairs) == 2 and all(len(gold) == len(said) for gold, said in pairs)
    assert pairs[1][0] == pairs[1][1] == ("B-PERSON", "O")
    (gold, said), _ = pairs
    assert gold[:2] == ("B-RANK", "B-PERSON") and gold[2] == "I-PERSON" and gold[-1] == "O"
    assert said[0] == "B-RANK" and set(said[1:]) == {"O"}


@pytest.fixture(scope="module")
def model_reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tiny_encoder(tmp_path_factory.mktemp("reader") / "encoder")
    torch.manual_seed(0)
    config = HoptacConfig(entity_labels=["PERSON", "RANK"], area_labels=["training"], segmenter="none")
    model, tokenizer = load_encoder(str(folder), config)
    engine = TorchEngine(model, "fp32")
    return Reader(model.config, text_encoder(config, tokenizer), engine, transitions(model))


def test_the_engine_gives_each_window_its_logits_in_any_batch(model_reader: Reader) -> None:
    windows = [np.arange(5, 5 + length, dtype=np.int32) for length in (3, 60, 1, 17, 60, 8)]
    together = model_reader.engine.run(windows, batch_size=4)
    assert [len(tags) for tags, _ in together] == [3, 60, 1, 17, 60, 8]
    for window, (tags, areas) in zip(windows, together, strict=True):
        (alone,) = model_reader.engine.run([window])
        assert np.allclose(tags, alone[0], atol=1e-5) and np.allclose(areas, alone[1], atol=1e-5)
        assert tags.shape[1] == 5 and areas.shape[1] == 2
    assert model_reader.engine.run([]) == []
    assert "fp32" in model_reader.engine.describe()


def test_a_long_text_fits_the_encoder(model_reader: Reader) -> None:
    prepared = model_reader.prepare(TEXT * 3)
    assert max(w.end - w.start for w in prepared.windows) <= 62
    (reading,) = model_reader.read([prepared])
    assert len(reading.tags) == len(prepared.tokens)
    assert np.allclose(reading.area_probabilities.sum(1), 1, atol=1e-5)
