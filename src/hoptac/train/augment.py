"""Training articles changed while their marks stay right: other names, capitals, names written small."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.train.config import AugmentConfig


@dataclass(frozen=True)
class Pools:
    """Distinct surfaces of the training articles by label and by first word (`_kind`), for replacement."""

    surfaces: dict[tuple[str, str], tuple[str, ...]]

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Pools:
        """Collect the surfaces of ``articles``; those with a line break are left out."""
        found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for article in articles:
            for entity in article.entities:
                surface = article.text[entity.start : entity.end]
                if "\n" not in surface:
                    found[_kind(entity.label, surface)][surface] = None
        return cls({kind: tuple(surfaces) for kind, surfaces in found.items()})

    def other(self, label: str, surface: str, rng: random.Random) -> str:
        """A random surface that can stand where ``surface`` stands; itself where there is none."""
        return rng.choice(self.surfaces.get(_kind(label, surface), (surface,)))


def _kind(label: str, surface: str) -> tuple[str, str]:
    """What keeps a sentence well-formed: a person's name of as many words, else a name that begins alike."""
    words = surface.split()
    if label == "PERSON":
        return label, str(min(len(words), 4))
    if label == "RANK":
        return label, ""
    return label, "#" if words[0][0].isdigit() else words[0].lower()


def augment(article: Article, settings: AugmentConfig, pools: Pools, rng: random.Random) -> Article:
    """One random variant of ``article``."""
    if settings.replace:
        article = replace_mentions(article, settings.replace, pools, rng)
    if settings.upper and rng.random() < settings.upper:
        article = upper_title(article)
    if settings.lower:
        article = lower_mentions(article, settings.lower, rng)
    return article


def replace_mentions(article: Article, share: float, pools: Pools, rng: random.Random) -> Article:
    """Swap a ``share`` of the article's names, the same name always for the same other one.

    Names that hold evidence, or share an edge inside it, stay as they are.
    """
    chosen: dict[tuple[str, str], str] = {}
    edits: list[tuple[int, int, str]] = []
    for entity in article.entities:
        surface = article.text[entity.start : entity.end]
        key = (entity.label, surface)
        if key not in chosen:
            chosen[key] = pools.other(entity.label, surface, rng) if rng.random() < share else surface
        if chosen[key] != surface and not any(_cut(mark, entity) for mark in article.evidence):
            edits.append((entity.start, entity.end, chosen[key]))
    return _edited(article, edits)


def _cut(mark: AreaEvidence, entity: Entity) -> bool:
    """Whether an edge of ``mark`` lies strictly inside ``entity``."""
    return any(entity.start < edge < entity.end for edge in (mark.start, mark.end))


def _edited(article: Article, edits: Sequence[tuple[int, int, str]]) -> Article:
    """The article with some spans of its text replaced (sorted, not overlapping), all marks moved along."""
    pieces, position, shift = [], 0, 0
    moves: list[tuple[int, int]] = []  # (end of an edit in the old text, total shift after it)
    for start, end, surface in edits:
        pieces += [article.text[position:start], surface]
        position = end
        shift += len(surface) - (end - start)
        moves.append((end, shift))
    pieces.append(article.text[position:])

    def moved(offset: int) -> int:
        total = 0
        for end, after in moves:
            if end > offset:
                break
            total = after
        return offset + total

    return replace(
        article,
        text="".join(pieces),
        entities=tuple(Entity(moved(e.start), moved(e.end), e.label) for e in article.entities),
        evidence=tuple(AreaEvidence(moved(e.start), moved(e.end), e.area) for e in article.evidence),
        furniture=tuple(Span(moved(s.start), moved(s.end)) for s in article.furniture),
        outer_entities=(),
    )


def upper_title(article: Article) -> Article:
    """The first line in capitals."""
    end = article.text.find("\n")
    return _same_length(article, 0, end if end >= 0 else len(article.text), str.upper)


def lower_mentions(article: Article, share: float, rng: random.Random) -> Article:
    """A ``share`` of the names of bodies and ranks in small letters, as in careless typing."""
    for entity in article.entities:
        if entity.label in ("ORGANIZATION", "RANK") and rng.random() < share:
            article = _same_length(article, entity.start, entity.end, str.lower)
    return article


def _same_length(article: Article, start: int, end: int, change: Callable[[str], str]) -> Article:
    changed = change(article.text[start:end])
    if len(changed) != end - start:
        return article
    return replace(article, text=article.text[:start] + changed + article.text[end:])
