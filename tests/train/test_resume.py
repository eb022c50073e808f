"""A run killed in the middle and gone on with ends exactly as one that nothing interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from hoptac.train.config import TrainConfig, parse_config
from hoptac.train.run import train
from tests.train.articles import tiny_settings, write_settings

ROOT = Path(__file__).parents[2]
# five steps an epoch: the checkpoints of steps 3, 6, 9 … fall into the middle of epochs
SETTINGS = {
    "epochs": 8,
    "save_steps": 3,
    "average": 0.8,
    "dropout": 0.1,
    "warmup": 0.2,
    "augment": {"replace": 0.5, "lower": 0.2, "drop": 0.1},
}


def start(settings: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "train.py"), "--config", str(settings), *options],
        env={**os.environ, "OMP_NUM_THREADS": "1", "TRANSFORMERS_VERBOSITY": "error"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for(path: Path, process: subprocess.Popen[bytes], seconds: float = 900) -> None:
    deadline = time.monotonic() + seconds
    while not path.is_file():
        assert process.poll() is None and time.monotonic() < deadline, f"{path.name} never came"
        time.sleep(0.005)


def test_a_killed_run_goes_on_to_the_same_end(encoder: Path, annotations: Path, tmp_path: Path) -> None:
    whole = tiny_settings(encoder, tmp_path / "whole", annotations, **SETTINGS)
    expected: dict[str, Any] = train(parse_config(TrainConfig, whole, "test"))

    broken = tmp_path / "broken"
    path = write_settings(tmp_path / "run.yaml", tiny_settings(encoder, broken, annotations, **SETTINGS))
    process = start(path)
    wait_for(broken / "checkpoints" / "checkpoint-9" / "progress.json", process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL and not (broken / "training.json").exists()
    # what a kill in the middle of writing leaves behind
    torn = broken / "checkpoints" / "checkpoint-999"
    torn.mkdir()
    (torn / "model.safetensors").write_bytes(b"half")

    process = start(path, "--resume")
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err.decode()
    epochs = [line.split(":")[0] for line in out.decode().splitlines() if line.startswith("epoch ")]
    assert epochs[-1] == "epoch 8" and "epoch 1" not in epochs
    report = json.loads((broken / "training.json").read_text(encoding="utf-8"))
    assert report["history"] == expected["history"] and report["best"] == expected["best"]
    last = Path("checkpoints", "checkpoint-40")
    for file in (
        Path("model", "model.safetensors"),
        last / "model.safetensors",
        last / "average.safetensors",
    ):
        ours, theirs = load_file(broken / file), load_file(tmp_path / "whole" / file)
        assert ours.keys() == theirs.keys()
        assert all((ours[name] == theirs[name]).all() for name in ours), file
    fitted = [(run / "model" / "config.json").read_text() for run in (broken, tmp_path / "whole")]
    assert fitted[0] == fitted[1]


def test_a_run_stopped_at_the_end_of_an_epoch_goes_on_to_the_same_end(
    encoder: Path, annotations: Path, tmp_path: Path
) -> None:
    # saves at steps 5 and 10, which are the last ones of their epochs
    changes = {**SETTINGS, "save_steps": 5, "epochs": 3}
    whole = tiny_settings(encoder, tmp_path / "whole", annotations, **changes)
    expected = train(parse_config(TrainConfig, whole, "test"))
    stopped = parse_config(
        TrainConfig, tiny_settings(encoder, tmp_path / "stopped", annotations, **changes), "test"
    )
    train(stopped)
    for folder in ("checkpoint-15", "checkpoint-10"):
        progress = tmp_path / "stopped" / "checkpoints" / folder / "progress.json"
        rows = json.loads(progress.read_text(encoding="utf-8"))["history"]
        assert len(rows) == int(folder.split("-")[1]) / 5
        if folder == "checkpoint-15":
            progress.unlink()
    report = train(stopped, resume=True)
    assert report["history"] == expected["history"] and report["best"] == expected["best"]
