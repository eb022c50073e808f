"""What was lost on the way between two formats, to be said and never dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass, field

_SHOWN = 3  # examples of each kind


@dataclass(slots=True)
class Losses:
    """Counts by kind, each with the first examples and the number of articles."""

    _counts: dict[str, int] = field(default_factory=dict)
    _examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, article: str, example: str = "", count: int = 1) -> None:
        """Note ``count`` losses of a ``kind``; nothing is noted where ``count`` is 0."""
        if count:
            self._counts[kind] = self._counts.get(kind, 0) + count
            shown = self._examples.setdefault(kind, [])
            if len(shown) < _SHOWN:
                shown.append(f"{article}: {_short(example)}" if example else article)

    def __bool__(self) -> bool:
        return bool(self._counts)

    def count(self, kind: str) -> int:
        """How many losses of this kind there are."""
        return self._counts.get(kind, 0)

    def sentences(self) -> list[str]:
        """A line for each kind: how many, of what, for instance where."""
        return [
            f"{count} {kind} ({'; '.join(shown)}{'; …' if count > len(shown) else ''})"
            for (kind, count), shown in zip(self._counts.items(), self._examples.values(), strict=True)
        ]


def _short(example: str, most: int = 60) -> str:
    plain = " ".join(example.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
