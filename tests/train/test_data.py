from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hoptac.annotations.inline import read_inline
from hoptac.model.modeling import IGNORE
from hoptac.text.encode import TextEncoder
from hoptac.text.segment import get_segmenter
from hoptac.text.tokenizer import PhobertTokenizerFast
from hoptac.train.config import AugmentConfig
from hoptac.train.data import LengthBatches, RememberingSegmenter, TrainWindows, collate
from tests.train.articles import inline

ARTICLES = tuple(read_inline(inline(number)) for number in range(6))
LABELS = ("PERSON", "RANK", "ORGANIZATION", "DATE", "DOCUMENT")
AREAS = ("training", "peacekeeping")


@pytest.fixture(scope="module")
def pipeline(encoder: Path) -> TextEncoder:
    return TextEncoder(PhobertTokenizerFast.from_pretrained(encoder), get_segmenter("none"))


def windows(pipeline: TextEncoder, limit: int = 40, seed: int = 1, **changes: float) -> TrainWindows:
    return TrainWindows(ARTICLES, pipeline, LABELS, AREAS, limit, AugmentConfig(**changes), seed)


def rows(data: TrainWindows) -> list[tuple[tuple[int, ...], ...]]:
    return [
        tuple(tuple(data[i][name].tolist()) for name in ("ids", "tags", "areas")) for i in range(len(data))
    ]


def test_the_first_epoch_has_every_token_once(pipeline: TextEncoder) -> None:
    data = windows(pipeline, replace=0.5, drop=0.3)
    read = Counter(token for ids, _, _ in rows(data) for token in ids)
    written = Counter()
    for article in ARTICLES:
        kept = article.text[: article.furniture[0].start]
        written.update(pipeline(kept).ids.tolist())
    assert read == written
    assert data.lengths == [len(ids) for ids, _, _ in rows(data)] and max(data.lengths) <= 40


def test_an_epoch_is_the_same_for_the_same_seed(pipeline: TextEncoder) -> None:
    one, other, third = (windows(pipeline, seed=seed, replace=0.5, drop=0.2) for seed in (1, 1, 2))
    first = rows(one)
    for data in (one, other, third):
        data.set_epoch(3)
    assert rows(one) == rows(other)
    assert rows(one) != first and rows(one) != rows(third)
    assert len(one) == len(first)
    one.set_epoch(0)
    assert rows(one) == first


def test_a_run_that_begins_later_has_the_same_epoch(pipeline: TextEncoder) -> None:
    one = windows(pipeline, replace=0.5)
    one.set_epoch(1)
    one.set_epoch(2)
    late = windows(pipeline, replace=0.5)
    late.set_epoch(2)
    assert rows(one) == rows(late)


def test_no_window_begins_inside_a_name(pipeline: TextEncoder) -> None:
    article = read_inline(
        "---\nid: a-1\n---\n[" + "Học viện Quốc phòng Ấn Độ " * 20 + "Hà Nội|ORGANIZATION].\n"
    )
    data = TrainWindows((article,), pipeline, LABELS, AREAS, 30, AugmentConfig(), 1)
    assert len(data) > 3
    for epoch in range(3):
        data.set_epoch(epoch)
        assert {tags[0] for _, tags, _ in rows(data)} <= {0, 5}


def test_subwords_are_masked(pipeline: TextEncoder) -> None:
    data = windows(pipeline, drop=0.3)
    mask = pipeline.tokenizer.mask_token_id
    assert not any(mask in ids for ids, _, _ in rows(data))
    data.set_epoch(1)
    ids = [token for row in rows(data) for token in row[0]]
    assert 0.15 < ids.count(mask) / len(ids) < 0.45


def test_batches_hold_every_window_once_and_like_lengths(pipeline: TextEncoder) -> None:
    data = windows(pipeline, limit=20)
    batches = LengthBatches(data, 4, seed=1)
    drawn = list(batches)
    assert sorted(i for batch in drawn for i in batch) == list(range(len(data)))
    assert len(drawn) == len(batches)
    assert all(len(batch) == 4 for batch in drawn[:-1])
    spread = [max(data.lengths[i] for i in b) - min(data.lengths[i] for i in b) for b in drawn]
    assert sum(spread) / len(spread) < (max(data.lengths) - min(data.lengths)) / 2
    assert list(batches) == drawn
    batches.set_epoch(1)
    assert list(batches) != drawn and data.epoch == 1


def test_windows_are_padded_to_a_batch(pipeline: TextEncoder) -> None:
    data = windows(pipeline)
    short, long = sorted((data[i] for i in range(len(data))), key=lambda row: len(row["ids"]))[
        :: len(data) - 1
    ]
    batch = collate(pad=1, begin=0, end=2)([short, long])
    length, width = len(short["ids"]), len(long["ids"]) + 2
    assert {name: tuple(values.shape) for name, values in batch.items()} == dict.fromkeys(
        ("input_ids", "attention_mask", "tags", "areas"), (2, width)
    )
    assert batch["input_ids"][0].tolist() == [0, *short["ids"], 2, *[1] * (width - length - 2)]
    assert batch["attention_mask"].sum(1).tolist() == [length + 2, width]
    for name in ("tags", "areas"):
        assert batch[name][0].tolist() == [IGNORE, *short[name], *[IGNORE] * (width - length - 1)]


def test_a_sentence_is_segmented_once() -> None:
    class Counting:
        name = "none"
        calls = 0

        def __call__(self, text: str) -> list[tuple[int, int]]:
            self.calls += 1
            return [(0, len(text))]

    counting = Counting()
    segmenter = RememberingSegmenter(counting)
    assert segmenter("một") == segmenter("một") == [(0, 3)] and segmenter("hai") == [(0, 3)]
    assert counting.calls == 2 and segmenter.name == "none"
