"""Where results go: standard output, or a file that takes its place only when it is whole."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from hoptac.errors import HoptacError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def is_special(path: Path) -> bool:
    """Whether ``path`` is a device, a pipe or a folder: nothing that a file could take the place of."""
    return path.exists() and not stat.S_ISREG(path.stat().st_mode)


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """A stream for UTF-8 text: ``path``, or standard output for ``None``.

    A file is written aside and renamed at the end; after an exception nothing is left of it and what was
    there stays. Raises ``HoptacError`` where the file cannot be written.
    """
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        yield sys.stdout
        sys.stdout.flush()
        return
    target = path.resolve()
    try:
        special = is_special(target)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        # A device or a pipe cannot be replaced, so it is written as it is.
        aside = target if special else target.with_name(f".{target.name}.{os.getpid()}.part")
        stream = aside.open("w" if special else "x", encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise HoptacError(f"{path}: cannot be written: {error.strerror}.") from error
    try:
        with stream:
            yield stream
        if not special:
            aside.replace(target)
    except BaseException as error:
        if not special:
            aside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise HoptacError(f"{path}: cannot be written: {error.strerror}.") from error
        raise
