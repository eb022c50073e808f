"""Reading and writing the corpus's files: UTF-8, line ends as they are, never half written."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from hoptac.errors import AnnotationError


def read_text(path: Path) -> str:
    """The file's text with its line ends untouched.

    Raises :class:`AnnotationError` where the file cannot be opened or is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AnnotationError(f"cannot be read: {error.strerror}", path) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise AnnotationError(message, path, line) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a temporary file beside it takes its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def text_hash(text: str) -> str:
    """SHA-256, in hexadecimal, of the text's UTF-8 bytes: the hash that stand-off records hold."""
    return sha256(text.encode("utf-8")).hexdigest()


def word_count(text: str) -> int:
    """How many words, parted by white space, the text has: the count that stand-off records hold."""
    return len(text.split())
