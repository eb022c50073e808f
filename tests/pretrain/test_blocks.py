"""Blocks on disk, the order they are read in, and masks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.errors import ConfigError
from hoptac.pretrain.blocks import Blocks, open_blocks, write_blocks
from hoptac.pretrain.corpus import CorpusArticle
from hoptac.pretrain.masking import IGNORED, Masker
from hoptac.pretrain.sampling import BlockSampler
from hoptac.text.tokenizer import PhobertTokenizerFast
from tests.pretrain.conftest import invented_articles


@pytest.fixture(scope="module")
def tokenizer(phobert_source: Path) -> PhobertTokenizerFast:
    return PhobertTokenizerFast.from_pretrained(phobert_source)


@pytest.fixture(scope="module")
def blocks(tokenizer: PhobertTokenizerFast, tmp_path_factory: pytest.TempPathFactory) -> Blocks:
    articles = [
        CorpusArticle(line.split(), number % 5 == 0, number % 2 == 0)
        for number, line in enumerate(invented_articles(80))
    ]
    folder = tmp_path_factory.mktemp("blocks") / "b"
    write_blocks(articles, tokenizer, 16, True, folder)
    return open_blocks(folder)


def test_blocks_hold_the_articles_subwords_in_order(tokenizer: PhobertTokenizerFast, tmp_path: Path) -> None:
    lines = [*invented_articles(600), "Ta thấy <mask> và a<s>b ở đây"]
    articles = [CorpusArticle(line.split(), False, True) for line in lines]
    articles.append(CorpusArticle(["để", "lại"] * 20, True, True))
    write_blocks(articles, tokenizer, 16, False, tmp_path / "b")
    blocks = open_blocks(tmp_path / "b")
    ids = (blocks.train_near >> 1).reshape(-1).tolist()
    expected: list[int] = []
    starts: list[bool] = []
    for line in lines:
        # special tokens that a text spells out are unknown words
        encoding = tokenizer.encode_line(line.replace("<mask>", "東").replace("a<s>b", "京"))
        words = [None, *encoding.word_ids, None]
        expected += [0, *encoding.ids, 2]
        before = [None, *words]
        starts += [word is None or word != last for word, last in zip(words, before, strict=False)]
    assert len(ids) == len(expected) // 16 * 16
    assert ids == expected[: len(ids)]
    assert (blocks.train_near & 1).reshape(-1).astype(bool).tolist() == starts[: len(ids)]
    assert blocks.counts["train_near"]["articles"] == len(lines)


def test_too_little_text_is_refused(tokenizer: PhobertTokenizerFast, tmp_path: Path) -> None:
    write_blocks([CorpusArticle(["Hà_Nội"], False, True)], tokenizer, 16, True, tmp_path / "b")
    with pytest.raises(ConfigError, match="train articles"):
        open_blocks(tmp_path / "b")


def test_every_block_comes_once_an_epoch(blocks: Blocks) -> None:
    sampler = BlockSampler(blocks, 0.25, seed=3)
    total = len(blocks.train_near) + len(blocks.train_far)
    seen = [row.tobytes() for _ in range(total // 4) for row in sampler.batch(4, 0.5)]
    everything = Counter(row.tobytes() for row in [*blocks.train_near, *blocks.train_far])
    assert len(seen) >= total - 3
    assert Counter(seen) <= everything


def test_the_end_of_the_run_reads_near_blocks_only(blocks: Blocks) -> None:
    sampler = BlockSampler(blocks, 0.25, seed=3)
    near = Counter(row.tobytes() for row in blocks.train_near)
    assert not Counter(row.tobytes() for row in sampler.batch(32, 0.74)) <= near
    assert Counter(row.tobytes() for row in sampler.batch(near.total(), 0.75)) == near


def test_a_sampler_goes_on_where_another_stood(blocks: Blocks) -> None:
    first, second = (BlockSampler(blocks, 0.5, seed=3) for _ in range(2))
    for progress in (0.1, 0.2, 0.6):
        first.batch(7, progress)
    second.drawn |= first.drawn
    for progress in (0.3, 0.7):
        assert np.array_equal(first.batch(7, progress), second.batch(7, progress))
    assert not np.array_equal(first.batch(7, 0.1), BlockSampler(blocks, 0.5, seed=4).batch(7, 0.1))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), rate=st.floats(0.05, 0.9))
def test_whole_words_are_masked(
    tokenizer: PhobertTokenizerFast, blocks: Blocks, seed: int, rate: float
) -> None:
    packed = blocks.train_far[:8]
    ids = packed >> 1
    masked = Masker(tokenizer, rate, True)(packed, np.random.default_rng(seed))
    inputs, asked = masked.inputs.numpy(), (masked.labels != IGNORED).numpy()
    assert asked.any() and masked.subwords == asked.sum()
    assert np.array_equal(masked.labels.numpy()[asked], ids[asked])
    assert np.array_equal(inputs[~asked], ids[~asked])
    special = [*tokenizer.all_special_ids, tokenizer.unk_token_id]
    assert not np.isin(ids[asked], special).any()
    assert not np.isin(inputs[asked & (inputs != tokenizer.mask_token_id)], special).any()
    goes_on = (packed & 1 == 0) & (np.arange(16) > 0) & ~np.isin(ids, special)
    goes_on &= ~np.isin(np.roll(ids, 1, 1), special)
    rows, columns = np.nonzero(goes_on)
    assert len(rows)
    assert np.array_equal(asked[rows, columns], asked[rows, columns - 1])


@pytest.mark.parametrize("whole_word", [True, False])
def test_shares_are_those_of_bert(tokenizer: PhobertTokenizerFast, blocks: Blocks, whole_word: bool) -> None:
    masker = Masker(tokenizer, 0.3, whole_word)
    packed = blocks.train_near[:16]
    askable = ~np.isin(packed >> 1, [*tokenizer.all_special_ids, tokenizer.unk_token_id])
    asked = kept = hidden = 0
    for seed in range(200):
        masked = masker(packed, np.random.default_rng(seed))
        at = masked.labels != IGNORED
        asked += int(at.sum())
        kept += int((masked.inputs[at] == masked.labels[at]).sum())
        hidden += int((masked.inputs[at] == tokenizer.mask_token_id).sum())
    assert asked / (200 * askable.sum()) == pytest.approx(0.3, abs=0.02)
    assert hidden / asked == pytest.approx(0.8, abs=0.02)
    assert kept / asked == pytest.approx(0.1, abs=0.02)
