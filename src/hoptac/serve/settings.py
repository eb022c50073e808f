"""What a server is told at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Where annotations go and how much the server takes on.

    ``save`` is the folder for annotations (None: the page offers downloads only), ``hosts`` the names that a
    request may call the server by beside its IP addresses where ``any_address`` is true. ``max_bytes`` limits
    a request's body, ``max_characters`` a plain text to read, ``waiting`` the requests that may wait while
    another is read.
    """

    save: Path | None = None
    hosts: frozenset[str] = LOOPBACK_NAMES
    any_address: bool = False
    max_bytes: int = 4 * 2**20
    max_characters: int = 200_000
    waiting: int = 4
