"""The log of a run: JSON lines and TensorBoard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hoptac.annotations.files import write_bytes

FILE, BOARD = "metrics.jsonl", "tensorboard"


class MetricsLog:
    """Writes rows ``{"step": …, name: value, …}`` to ``metrics.jsonl`` and to TensorBoard.

    Rows of an earlier part of the run beyond ``step``, where this one goes on, are dropped.
    """

    def __init__(self, folder: Path, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.path = folder / FILE
        kept = [row for row in read_metrics(self.path) if row["step"] <= step] if self.path.is_file() else []
        write_bytes(self.path, "".join(json.dumps(row) + "\n" for row in kept).encode("utf-8"))
        self.board = SummaryWriter(str(folder / BOARD), purge_step=step + 1)

    def add(self, step: int, **values: float) -> None:
        """Log values of one step."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **values}) + "\n")
        for name, value in values.items():
            self.board.add_scalar(name, value, step)

    def close(self) -> None:
        self.board.close()


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """The rows of a ``metrics.jsonl``; a last line that a killed run left unfinished is no row."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            rows.append(json.loads(line))
    return rows
