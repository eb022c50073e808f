"""Archive jobs whose tagger needs no model, in this process and in spawned ones."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoptac.archive.run import Totals, tag_archive
from hoptac.archive.source import JsonLines
from hoptac.archive.work import Form, Job
from hoptac.result import Result
from tests.cli.stand_in import FakeTagger

TEXT = "Đại tá Lê Văn Thử của Bộ Quốc phòng nói về đào tạo, bài số {}."


class SlowTagger(FakeTagger):
    """Takes a moment for each text; one that says so ends the process, or fails in a way of its own."""

    def predict(self, text: str | Sequence[str], keep_furniture: bool = False) -> Result | list[Result]:
        for each in [text] if isinstance(text, str) else text:
            time.sleep(0.01)
            if "giết tôi" in each:
                os.kill(os.getpid(), signal.SIGKILL)
            if "lỗi lạ" in each:
                raise ZeroDivisionError("something nobody thought of")
        return super().predict(text, keep_furniture)


@dataclass(frozen=True, slots=True)
class SlowJob(Job):
    def load(self) -> Any:
        return SlowTagger()


def write_lines(path: Path, count: int, *more: bytes) -> Path:
    """``count`` articles with an id and mixed other keys, then the lines ``more``."""
    rows = [
        {"id": i, "text": TEXT.format(i), "tags": ["a"] * (i % 3), "site": {"name": f"báo {i % 4}"}}
        for i in range(count)
    ]
    lines = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    path.write_bytes(b"\n".join([*lines, *more]) + b"\n")
    return path


def run(source: Path, output: Path, workers: int = 1, resume: bool = False, batch_size: int = 4) -> Totals:
    form = Form(output.suffix[1:])
    return tag_archive(
        SlowJob(JsonLines(str(source)), form, batch_size=batch_size), output, workers=workers, resume=resume
    )


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have it ignored in the background
    run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), "--resume" in sys.argv)
