"""Agreement of two annotators beyond chance, on yes-or-no decisions.

Cohen's kappa (Cohen 1960, A coefficient of agreement for nominal scales) takes chance from each annotator's
own share of yes; Krippendorff's alpha (Krippendorff 2011, Computing Krippendorff's alpha-reliability) from
the share of both together, without replacement. 1 is full agreement, 0 what chance gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many items both annotators said yes to, only the first, only the second, and neither."""

    both: int = 0
    only_first: int = 0
    only_second: int = 0
    neither: int = 0

    @classmethod
    def of(cls, decisions: Iterable[tuple[bool, bool]]) -> Agreement:
        """From the decisions of the first and the second annotator on each item."""
        counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
        for first, second in decisions:
            counts[bool(first), bool(second)] += 1
        return cls(*counts.values())

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.both + other.both,
            self.only_first + other.only_first,
            self.only_second + other.only_second,
            self.neither + other.neither,
        )

    @property
    def items(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def observed(self) -> float | None:
        """The share of items on which they agree; None without items."""
        return (self.both + self.neither) / self.items if self.items else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa; None where chance alone gives full agreement, as when neither ever says yes."""
        if self.observed is None:
            return None
        first = (self.both + self.only_first) / self.items
        second = (self.both + self.only_second) / self.items
        expected = first * second + (1 - first) * (1 - second)
        return None if expected == 1 else (self.observed - expected) / (1 - expected)

    @property
    def alpha(self) -> float | None:
        """Krippendorff's alpha for nominal data; None where all decisions are the same."""
        differing = self.only_first + self.only_second
        yes, no = 2 * self.both + differing, 2 * self.neither + differing
        return 1 - (yes + no - 1) * differing / (yes * no) if yes and no else None

    def to_dict(self) -> dict[str, float | int | None]:
        return {
            "both": self.both,
            "only_a": self.only_first,
            "only_b": self.only_second,
            "neither": self.neither,
            "observed": self.observed,
            "kappa": self.kappa,
            "alpha": self.alpha,
        }
