"""The one look of the tables on screen: narrow enough for 80 columns, numbers to the right."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE
from rich.table import Table


def figure_table(title: str, words: Iterable[str], figures: Iterable[str]) -> Table:
    """An empty table with columns of words first, then columns of figures."""
    table = Table(title=title, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for name in words:
        table.add_column(name)
    for name in figures:
        table.add_column(name, justify="right")
    return table
