"""Checkpoints of a pre-training run: weights and optimizer as safetensors, the rest as JSON."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from hoptac.errors import ModelError
from hoptac.pretrain.folders import whole_folder

KEPT = 2
WEIGHTS, OPTIMIZER, STATE = "model.safetensors", "optimizer.safetensors", "state.json"


@dataclass
class RunState:
    """Where a run is: ``seconds`` of training so far, and ``drawn`` blocks by pool."""

    step: int
    tokens: int
    seconds: float
    drawn: dict[str, int]
    precision: str
    device: str


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint; one that was not written to its end is not among them."""
    newest = max(folder.glob(f"checkpoint-*/{STATE}"), key=_step, default=None)
    return newest.parent if newest else None


def save_checkpoint(
    folder: Path, state: RunState, model: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write ``folder``/checkpoint-STEP whole, then delete all but the newest `KEPT`."""
    from safetensors.torch import save_file

    with whole_folder(folder / f"checkpoint-{state.step}") as aside:
        save_file(
            {name: value.detach().contiguous() for name, value in model.named_parameters()}, aside / WEIGHTS
        )
        moments = {
            f"{index}.{name}": torch.as_tensor(value)
            for index, values in optimizer.state_dict()["state"].items()
            for name, value in values.items()
        }
        save_file(moments, aside / OPTIMIZER)
        (aside / STATE).write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
    newest = sorted(folder.glob(f"checkpoint-*/{STATE}"), key=_step)
    # hidden folders are what a killed run left of one half written
    for path in [*(state_file.parent for state_file in newest[:-KEPT]), *folder.glob(".checkpoint-*")]:
        shutil.rmtree(path, ignore_errors=True)


def read_state(checkpoint: Path) -> RunState:
    """The state of a checkpoint; raises `ModelError` for one that is not of this form."""
    try:
        return RunState(**json.loads((checkpoint / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(
            f"{checkpoint}: not a checkpoint of pre-training ({error}); delete that folder."
        ) from error


@torch.no_grad()  # type: ignore[untyped-decorator]
def load_checkpoint(checkpoint: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Put the weights and the optimizer's moments back; raises `ModelError` where they are another
    model's."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights, moments = load_file(checkpoint / WEIGHTS), load_file(checkpoint / OPTIMIZER)
        for name, value in model.named_parameters():
            value.copy_(weights.pop(name))
    except (OSError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"{checkpoint}: does not hold this run's weights ({error}); delete that folder."
        ) from error
    states: dict[int, dict[str, Any]] = {}
    for key, value in moments.items():
        index, _, name = key.partition(".")
        states.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})


def _step(state: Path) -> int:
    return int(state.parent.name.rpartition("-")[2])
