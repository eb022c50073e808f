"""Two processes on one machine train to the figures of one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.train.articles import tiny_settings, write_settings
from tests.train.conftest import LEARNING, Learned

ROOT = Path(__file__).parents[2]


def test_two_processes_learn_as_one_does(
    learned: Learned, encoder: Path, annotations: Path, tmp_path: Path
) -> None:
    # two windows in each of two processes, where the one process has four
    settings = tiny_settings(encoder, tmp_path / "run", annotations, **LEARNING, batch_size=2)
    path = write_settings(tmp_path / "run.yaml", settings)
    launched = subprocess.run(
        # without a GPU these are two processes on the CPU; --cpu would start only one
        [
            sys.executable,
            "-m",
            "accelerate.commands.launch",
            "--multi_gpu",
            "--num_processes",
            "2",
            "--num_machines",
            "1",
            "--mixed_precision",
            "no",
            "--dynamo_backend",
            "no",
            "--main_process_port",
            "0",
            str(Path(__file__).parent / "launched.py"),
            str(path),
        ],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert launched.returncode == 0, launched.stderr[-3000:]
    # the two write to one pipe, so that a line's end may come late
    assert sorted(re.findall(r"format of process \d: \w\w\d\d", launched.stdout)) == [
        "format of process 0: bf16",
        "format of process 1: bf16",
    ]
    assert launched.stdout.count("epoch 19: development") == 1
    assert launched.stdout.count("Best epoch") == 1
    report = json.loads((tmp_path / "run" / "training.json").read_text(encoding="utf-8"))
    assert report["processes"] == 2
    for figure in ("entities", "areas_micro"):
        assert abs(report["best"][figure] - learned.report["best"][figure]) < 0.1
    assert (tmp_path / "run" / "model" / "model.safetensors").is_file()
    checkpoint = max((tmp_path / "run" / "checkpoints").iterdir(), key=lambda path: path.stat().st_mtime)
    # seventeen windows, two by two, shared by two processes: five steps an epoch
    assert checkpoint.name == "checkpoint-57"
