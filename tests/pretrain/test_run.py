"""Whole runs: they learn, they repeat, and they go on after being killed as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate import Accelerator

from hoptac.errors import ConfigError, ModelError
from hoptac.pretrain.blocks import open_blocks
from hoptac.pretrain.checkpoint import last_checkpoint
from hoptac.pretrain.config import PretrainConfig
from hoptac.pretrain.encoder import load_encoder
from hoptac.pretrain.masking import Masker
from hoptac.pretrain.metrics import MetricsLog, read_metrics
from hoptac.pretrain.run import Pretraining, pretrain
from hoptac.pretrain.sampling import BlockSampler

# kills itself without warning: as step 8 is logged, or in the middle of writing the checkpoint of step 9
KILLED = """
import json, os, signal, sys
import torch
from hoptac.pretrain import checkpoint, metrics, run
from hoptac.pretrain.config import PretrainConfig
from hoptac.train.config import parse_config
torch.set_num_threads(1)
config = parse_config(PretrainConfig, json.loads(sys.argv[1]), "test")
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
add = metrics.MetricsLog.add
def log(self, step, **values):
    add(self, step, **values)
    if step == 8:
        if sys.argv[2] == "log":
            die()
        checkpoint.asdict = die
metrics.MetricsLog.add = log
run.pretrain(config)
"""


def losses(config: PretrainConfig) -> dict[int, float]:
    rows = read_metrics(Path(config.output) / "metrics.jsonl")
    return {row["step"]: row["loss"] for row in rows if "loss" in row}


def weights(config: PretrainConfig) -> bytes:
    return (Path(config.output) / "encoder" / "model.safetensors").read_bytes()


def quiet(line: str) -> None:
    pass


def test_a_run_learns_and_its_encoder_serves(config: PretrainConfig) -> None:
    from hoptac.model.config import HoptacConfig
    from hoptac.model.folder import load_encoder as load_for_tagging

    config = replace(config, steps=40, learning_rate=5e-3, evaluate_every=40)
    said: list[str] = []
    report = pretrain(config, say=said.append)
    assert report["at_end"]["held_out"] < report["at_start"]["held_out"] - 0.1
    assert report["at_end"]["held_out_per_word"] >= report["at_end"]["held_out"]
    assert set(report["at_end"]) == {
        "held_out", "held_out_per_word", "held_out_far", "held_out_far_per_word",
    }  # fmt: skip
    assert report["tokens"] == 40 * 4 * 32
    output = Path(config.output)
    assert json.loads((output / "pretraining.json").read_text(encoding="utf-8"))["steps"] == 40
    assert list((output / "tensorboard").iterdir())
    model, tokenizer = load_for_tagging(
        str(output / "encoder"), HoptacConfig(entity_labels=["PERSON"], area_labels=[])
    )
    assert (len(tokenizer), model.config.encoder.num_hidden_layers) == (300, 2)
    kept = sorted(path.name for path in (output / "checkpoints").iterdir())
    assert kept == ["checkpoint-39", "checkpoint-40"]
    assert any("tokens/s" in line for line in said)


def test_runs_with_one_seed_are_equal(adapt_config: PretrainConfig, tmp_path: Path) -> None:
    first, second, other = (replace(adapt_config, output=str(tmp_path / name)) for name in "abc")
    pretrain(first, say=quiet)
    pretrain(second, say=quiet)
    pretrain(replace(other, seed=1), say=quiet)
    assert losses(first) == losses(second) != losses(other)
    assert weights(first) == weights(second) != weights(other)


def test_gradients_are_those_of_the_whole_batch(
    adapt_config: PretrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gradients: list[list[torch.Tensor]] = []

    def clip(self: Accelerator, parameters: Iterable[torch.nn.Parameter], norm: float) -> None:
        gradients.append([p.grad.clone() for p in parameters if p.grad is not None])

    monkeypatch.setattr(Accelerator, "clip_grad_norm_", clip)
    encoder = replace(adapt_config.encoder, dropout=0.0)
    whole = replace(adapt_config, encoder=encoder, output=str(tmp_path / "a"), steps=1)
    pretrain(whole, say=quiet)
    pretrain(replace(whole, output=str(tmp_path / "b"), micro_batch=3), say=quiet)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(*gradients, strict=True))
    model, tokenizer = load_encoder(tmp_path / "a" / "start")
    sampler = BlockSampler(open_blocks(tmp_path / "a" / "blocks"), 0.5, 0)
    masked = Masker(tokenizer, 0.2, True)(sampler.batch(4, 0.0), np.random.default_rng([0, 0]))
    # transformers' own loss, the mean over the masked subwords
    model(masked.inputs, labels=masked.labels).loss.backward()
    expected = [p.grad for p in model.parameters() if p.grad is not None]
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(gradients[0], expected, strict=True))


@pytest.mark.parametrize(("moment", "optimizer"), [("log", "adamw"), ("checkpoint", "muon")])
def test_a_killed_run_goes_on_bit_for_bit(
    adapt_config: PretrainConfig, tmp_path: Path, moment: str, optimizer: str
) -> None:
    whole = replace(adapt_config, output=str(tmp_path / "whole"), optimizer=optimizer)
    killed = replace(adapt_config, output=str(tmp_path / "killed"), optimizer=optimizer)
    pretrain(whole, say=quiet)
    arguments = [sys.executable, "-c", KILLED, json.dumps(asdict(killed)), moment]
    done = subprocess.run(arguments, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert max(losses(killed)) == (8 if moment == "log" else 9)
    newest = last_checkpoint(Path(killed.output) / "checkpoints")
    assert newest is not None and newest.name == "checkpoint-6"
    with pytest.raises(ConfigError, match="--resume"):
        pretrain(killed, say=quiet)
    pretrain(killed, resume=True, say=quiet)
    assert losses(killed) == losses(whole)
    assert weights(killed) == weights(whole)
    left = [path.name for path in (Path(killed.output) / "checkpoints").iterdir()]
    assert sorted(left) == ["checkpoint-10", "checkpoint-9"]


def test_a_signal_ends_the_run_in_good_order(
    adapt_config: PretrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = replace(adapt_config, output=str(tmp_path / "whole"))
    cut = replace(adapt_config, output=str(tmp_path / "cut"))
    pretrain(whole, say=quiet)
    add = MetricsLog.add

    def interrupting(self: MetricsLog, step: int, **values: float) -> None:
        add(self, step, **values)
        if step == 4:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(MetricsLog, "add", interrupting)
    report = pretrain(cut, say=quiet)
    assert (report["interrupted"], report["steps"]) == (True, 4)
    assert (Path(cut.output) / "encoder" / "vocab.txt").is_file()
    monkeypatch.setattr(MetricsLog, "add", add)
    assert not pretrain(cut, resume=True, say=quiet)["interrupted"]
    assert losses(cut) == losses(whole)


def test_minutes_end_a_run_and_lower_the_rate(
    adapt_config: PretrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hoptac.pretrain import run

    clock = iter(range(10_000))
    monkeypatch.setattr(run.time, "monotonic", lambda: float(next(clock)))
    report = pretrain(replace(adapt_config, steps=None, minutes=1.0, log_every=1, warmup=0), say=quiet)
    rows = [row for row in read_metrics(Path(adapt_config.output) / "metrics.jsonl") if "loss" in row]
    rates = [row["learning_rate"] for row in rows]
    assert 10 < report["steps"] < 60
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 0.9e-3 and rates[-1] < 0.1e-3


def test_other_settings_do_not_go_on(adapt_config: PretrainConfig) -> None:
    pretrain(replace(adapt_config, steps=3), say=quiet)
    with pytest.raises(ConfigError, match="learning_rate"):
        pretrain(replace(adapt_config, learning_rate=1e-4), resume=True, say=quiet)
    assert pretrain(replace(adapt_config, steps=5), resume=True, say=quiet)["steps"] == 5


def test_a_loss_that_is_not_finite_stops_the_run(
    adapt_config: PretrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Pretraining.__init__

    def broken(self: Pretraining, *arguments: Any) -> None:
        make(self, *arguments)
        with torch.no_grad():
            self.model.lm_head.bias[7] = float("nan")

    monkeypatch.setattr(Pretraining, "__init__", broken)
    with pytest.raises(ModelError, match="step 0"):
        pretrain(adapt_config, say=quiet)
    assert not (Path(adapt_config.output) / "encoder").exists()


def test_two_processes_train_as_one(adapt_config: PretrainConfig, tmp_path: Path) -> None:
    encoder = replace(adapt_config.encoder, dropout=0.0)
    alone = replace(adapt_config, encoder=encoder, steps=4, output=str(tmp_path / "alone"))
    together = replace(alone, output=str(tmp_path / "together"))
    pretrain(alone, say=quiet)
    settings = tmp_path / "settings.yaml"
    settings.write_text(json.dumps(asdict(together)), encoding="utf-8")
    # without a GPU these are two processes on the CPU; --cpu would start only one
    launch = (
        "-m accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1 --mixed_precision no"
    )
    launch += " --dynamo_backend no --main_process_port 0 scripts/pretrain.py run --config"
    done = subprocess.run(
        [sys.executable, *launch.split(), str(settings)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count("Finished") == 1
    assert (
        json.loads((tmp_path / "together" / "pretraining.json").read_text(encoding="utf-8"))["processes"] == 2
    )
    for step, loss in losses(alone).items():
        assert losses(together)[step] == pytest.approx(loss, rel=5e-3)
    assert (tmp_path / "together" / "encoder" / "model.safetensors").is_file()
