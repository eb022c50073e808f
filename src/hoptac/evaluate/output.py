"""Reports and converted files on disk, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from hoptac.annotations.files import write_bytes
from hoptac.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8.

    Raises :class:`InputError` when that cannot be done; what was at ``path`` then stays.
    """
    try:
        write_bytes(path, text.encode("utf-8"))
    except OSError as error:
        raise InputError(
            f"Cannot write {path}: {error.strerror}; check the folder and its free space."
        ) from error
