"""What test_processes.py launches: the choice of a number format, then scripts/train.py."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import hoptac.train.run as run

ROOT = Path(__file__).parents[2]

if __name__ == "__main__":
    rank = os.environ["RANK"]
    measured = run.resolve_precision
    # each process measures something else
    run.resolve_precision = lambda wanted, device: "bf16" if rank == "0" else "fp32"
    print(f"format of process {rank}: {run.common_precision('auto', cpu=True)}", flush=True)
    run.resolve_precision = measured
    sys.argv = ["train.py", "--config", sys.argv[1]]
    runpy.run_path(str(ROOT / "scripts" / "train.py"), run_name="__main__")
