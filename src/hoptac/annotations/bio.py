"""BIO tags of tokens, and the tag schemes that are read as BIO.

Tags may be BIO (IOB2), IOB1, BIOES or BILOU; their chunks are read as conlleval does (Tjong Kim Sang and
Buchholz 2000): one begins at B, S or U, or at any tag after O, after another label or after a chunk's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from hoptac.article import Entity, Span

TAG = re.compile(r"O|[BIESLU]-\S+")

_BEGIN = frozenset("BSU")
_END = frozenset("ESLU")


def tags_to_bio(tags: Sequence[str]) -> list[str]:
    """BIO tags for well-formed tags of any scheme named above."""
    bio, open_label, ended = [], "", True
    for tag in tags:
        if tag == "O":
            bio.append("O")
            open_label, ended = "", True
            continue
        mark, label = tag[0], tag[2:]
        begins = mark in _BEGIN or ended or label != open_label
        bio.append(f"{'B' if begins else 'I'}-{label}")
        open_label, ended = label, mark in _END
    return bio


def bio_tags(tokens: Iterable[Span], entities: Sequence[Entity]) -> Iterator[str]:
    """The tag of each token, in text order; entities are sorted, flat, and cut no token."""
    at = 0
    begun: Entity | None = None
    for token in tokens:
        while at < len(entities) and entities[at].end <= token.start:
            at += 1
        inside = entities[at] if at < len(entities) and entities[at].start < token.end else None
        yield "O" if inside is None else f"{'I' if inside is begun else 'B'}-{inside.label}"
        begun = inside
