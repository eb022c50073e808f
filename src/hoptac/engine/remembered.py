"""What was measured on this machine, remembered in the user's cache folder."""

from __future__ import annotations

import json
import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from hoptac.annotations.files import write_bytes
from hoptac.engine.weights import model_files

FILE = "engines.json"


def cache_folder() -> Path:
    """``hoptac`` in the folder that the system keeps for caches (``XDG_CACHE_HOME`` where it is set)."""
    if found := os.environ.get("XDG_CACHE_HOME"):
        return Path(found) / "hoptac"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "hoptac" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "hoptac"
    return Path.home() / ".cache" / "hoptac"


def model_identity(folder: Path) -> str:
    """A name for the files of a model as they lie there, had without reading the weights."""
    digest = sha256((folder / "config.json").read_bytes())
    for path in model_files(folder):
        digest.update(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def recall(key: str) -> Any:
    """What was remembered under ``key``, or None."""
    return _all().get(key)


def remember(key: str, value: Any) -> None:
    """Keep ``value``, of JSON's kinds, under ``key``; nothing is kept where the folder cannot be written."""
    try:
        text = json.dumps({**_all(), key: value}, indent=1, sort_keys=True)
        write_bytes(cache_folder() / FILE, text.encode())
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder
        return


def _all() -> dict[str, Any]:
    try:
        read = json.loads((cache_folder() / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):
        return {}
    return read if isinstance(read, dict) else {}
