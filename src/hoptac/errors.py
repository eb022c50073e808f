"""The exceptions hoptac raises: each message says what was wrong, where, and what to do."""

from __future__ import annotations

from pathlib import Path


class HoptacError(Exception):
    """Base of every error that hoptac raises on purpose."""


class InputError(HoptacError):
    """A text, page or file that cannot be read as one."""


class ConfigError(HoptacError):
    """A configuration key or value that is not valid."""


class ModelError(HoptacError):
    """A model folder or id that cannot be loaded, or does not match its configuration."""


class AnnotationError(HoptacError):
    """A mistake in an annotation file, with its place.

    ``path``, ``line`` and ``column`` (both from 1) say where, as far as they are known.
    """

    def __init__(
        self, message: str, path: Path | str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        self.message, self.path, self.line, self.column = message, path, line, column
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)
