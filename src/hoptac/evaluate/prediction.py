"""What a system said about one article, and its pairing with the gold article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hoptac.article import Article, Entity
from hoptac.errors import InputError

TagPair = tuple[tuple[str, ...], tuple[str, ...]]
"""The gold and the predicted BIO tags of one sequence, of one length."""


@dataclass(frozen=True, order=True, slots=True)
class ScoredEntity:
    """A predicted name with the probability, 0 to 1, that span and label are right."""

    start: int
    end: int
    label: str
    score: float

    @property
    def entity(self) -> Entity:
        """The same name without its score."""
        return Entity(self.start, self.end, self.label)


@dataclass(frozen=True, order=True, slots=True)
class ScoredEvidence:
    """A predicted evidence phrase with its probability, 0 to 1."""

    start: int
    end: int
    area: str
    score: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """A system's output for the article ``id``; offsets count characters of the article's text.

    ``area_scores`` holds a score for every area the system knows, ``areas`` those above their
    threshold. ``tags`` holds (gold, predicted) BIO sequences for tag-level scores; it may be empty.
    """

    id: str
    entities: tuple[ScoredEntity, ...] = ()
    area_scores: Mapping[str, float] = field(default_factory=dict)
    areas: frozenset[str] = frozenset()
    evidence: tuple[ScoredEvidence, ...] = ()
    tags: tuple[TagPair, ...] = ()


Pair = tuple[Article, Prediction]
"""A gold article and what was predicted for it."""


def pair_up(gold: Sequence[Article], predictions: Sequence[Prediction]) -> list[Pair]:
    """Gold articles with their predictions by id, in the order of ``gold``.

    Raises :class:`InputError` when an id comes twice, or stands on one side only.
    """
    for name, ids in (("gold articles", [a.id for a in gold]), ("predictions", [p.id for p in predictions])):
        twice = sorted(i for i, count in Counter(ids).items() if count > 1)
        if twice:
            raise InputError(f"The {name} hold the id {twice[0]!r} more than once; give each article one id.")
    by_id = {prediction.id: prediction for prediction in predictions}
    missing = [article.id for article in gold if article.id not in by_id]
    if missing:
        raise InputError(f"No prediction for {_some(missing)}; predict every gold article before scoring.")
    extra = sorted(by_id.keys() - {article.id for article in gold})
    if extra:
        raise InputError(
            f"Predictions without a gold article: {_some(extra)}; leave them out or add their gold."
        )
    return [(article, by_id[article.id]) for article in gold]


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:3])
    return shown if len(ids) <= 3 else f"{shown} and {len(ids) - 3} more"
