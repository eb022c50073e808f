"""Marks of one text moved onto another that differs from it in white space only."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest

from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import InputError


def on_text(article: Article, text: str) -> Article:
    """The article with its marks on ``text``.

    Raises :class:`InputError` with the first difference where the two texts differ in more than white space.
    """
    if article.text == text:
        return article
    here, there = _visible(article.text), _visible(text)
    for at, other in zip_longest(here, there):
        if at is None or other is None or article.text[at] != text[other]:
            ours = article.text[at : at + 20] if at is not None else ""
            theirs = text[other : other + 20] if other is not None else ""
            raise InputError(
                f"The two texts of {article.id} differ: one goes on {theirs!r}, the other {ours!r}; "
                "compare marks of the same text."
            )
    place = dict(zip(here, there, strict=True))

    def moved(start: int, end: int) -> tuple[int, int]:
        inside = [at for at in range(start, end) if at in place]
        return (place[inside[0]], place[inside[-1]] + 1) if inside else (0, 0)

    # A line of white space only has no place on the other text.
    lines = [line for line in article.furniture if article.text[line.start : line.end].strip()]
    return replace(
        article,
        text=text,
        entities=tuple(Entity(*moved(mark.start, mark.end), mark.label) for mark in article.entities),
        evidence=tuple(AreaEvidence(*moved(mark.start, mark.end), mark.area) for mark in article.evidence),
        furniture=tuple(Span(*moved(line.start, line.end)) for line in lines),
        outer_entities=(),
    )


def _visible(text: str) -> list[int]:
    return [at for at, char in enumerate(text) if not char.isspace()]
