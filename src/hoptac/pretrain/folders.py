"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A new folder beside ``folder`` to write into, which takes its place when the block ends without an
    error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        aside = room / "new"
        aside.mkdir()
        yield aside
        for path in aside.rglob("*"):
            if path.is_file():
                path.chmod(0o644)  # safetensors makes files that are their owner's only
                _flush(path)
        if folder.exists():
            folder.replace(room / "old")
        aside.replace(folder)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _flush(path: Path) -> None:
    """See to it that the file's bytes are on the disk before its folder gets its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
