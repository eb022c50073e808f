"""hoptac: people, ranks, organizations, dates, documents and cooperation areas in Vietnamese defence news."""

from __future__ import annotations

__version__ = "0.1.0"
