"""``scripts/benchmark_train.py`` on a tiny encoder."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

import pytest

from hoptac.train.config import TrainConfig, parse_config
from tests.tiny import tiny_encoder
from tests.train.articles import tiny_settings, write_corpus

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import benchmark_train


@pytest.fixture
def config(tmp_path: Path) -> TrainConfig:
    encoder = tiny_encoder(tmp_path / "encoder", positions=130)
    annotations = write_corpus(tmp_path)
    settings = tiny_settings(encoder, tmp_path / "run", annotations, average=0.9, epochs=100)
    return parse_config(TrainConfig, settings, "test")


def test_the_loops_take_turns(config: TrainConfig, capsys: pytest.CaptureFixture[str]) -> None:
    figures = benchmark_train.compare(config, None, blocks=3, steps=2, clock=time.perf_counter)
    loops = [figures["ours"], figures["theirs"]["windows"], figures["theirs"]["sentences"]]
    assert [len(blocks) for blocks in loops] == [3, 3, 3]
    for blocks in loops:
        assert all(tokens > 0 and seconds > 0 for tokens, seconds in blocks)
        # two steps of four windows: no more real subwords than the windows have
        assert max(tokens for tokens, _ in blocks) <= 2 * 4 * 128
    machine = {"cpu": "a CPU", "instructions": "avx2", "load": 0.0}
    common = {"machine": machine, "threads": 1, "clock": "seconds", "device": "cpu", "peaks": {"fp32": 10.0}}
    benchmark_train.show({**common, "shape": "shipped", "batch_size": 4, **figures})
    assert "ratio:" in capsys.readouterr().out


def test_the_other_loop_pads_to_the_limit(config: TrainConfig) -> None:
    trainer, windows = benchmark_train.our_trainer(config, None, 12)
    batches = benchmark_train.padded_batches(windows, 4, trainer.model.config)
    seen = list(itertools.islice(batches, len(windows) // 4))
    assert {batch["input_ids"].shape for batch in seen} == {(4, 128)}
    for batch in seen:
        real = batch["attention_mask"].bool()
        assert (batch["labels"][~real] == -100).all()
        assert (batch["input_ids"][~real] == 1).all() and (batch["input_ids"][real] != 1).all()
        assert int((batch["labels"] != -100).sum()) == int(real.sum()) - 2 * 4
    average = sum(int(batch["attention_mask"].sum()) for batch in seen) / len(seen)
    assert average == pytest.approx(4 * (sum(windows.lengths) / len(windows) + 2), rel=0.5)


def test_a_sentence_a_row(config: TrainConfig) -> None:
    _, windows = benchmark_train.our_trainer(config, None, 12)
    rows = benchmark_train.sentence_rows(windows)
    # epoch 0: the windows have the same subwords and tags, several sentences each
    assert sum(len(row["ids"]) for row in rows) == sum(windows.lengths)
    assert len(rows) > len(windows)
    for name in ("ids", "tags"):
        whole = [value for index in range(len(windows)) for value in windows[index][name].tolist()]
        assert [value for row in rows for value in row[name].tolist()] == whole


def test_a_shape_of_random_weights(config: TrainConfig) -> None:
    trainer, _ = benchmark_train.our_trainer(config, (3, 48, 4, 96), 12)
    assert len(trainer.model.encoder.encoder.layer) == 3
    assert trainer.model.tag_head.in_features == 48
