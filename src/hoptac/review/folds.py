"""Articles parted into folds, so that each can be read by a model that has not seen it or its like.

Articles that report one event in the same words would give each other away: they stay together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import combinations

from hoptac.article import Article
from hoptac.errors import ConfigError
from hoptac.scoring import article_lines
from hoptac.text.normalize import normalize

SHINGLE = 6  # words in a row that two articles are compared by
COMMON = 8  # words in a row that are in more articles than these are a set phrase
SHARED = 0.08  # the share of the shorter article's rows of words from which two articles belong together


def groups(articles: Sequence[Article]) -> list[tuple[Article, ...]]:
    """Articles that share runs of words put together; the groups and their members in order of id.

    Compared are sets of `SHINGLE` words (Broder 1997, On the resemblance and containment of documents) by way
    of an index, so that time grows with the corpus and not with its square.
    """
    rows = {article.id: _shingles(article) for article in articles}
    places: defaultdict[int, list[str]] = defaultdict(list)
    for name in sorted(rows):
        for row in rows[name]:
            places[row].append(name)
    shared: defaultdict[tuple[str, str], int] = defaultdict(int)
    for names in places.values():
        if 1 < len(names) <= COMMON:
            for pair in combinations(names, 2):
                shared[pair] += 1
    leader = {name: name for name in rows}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for (first, second), count in shared.items():
        if count >= SHARED * min(len(rows[first]), len(rows[second])):
            a, b = sorted((find(first), find(second)))
            leader[b] = a
    together: defaultdict[str, list[Article]] = defaultdict(list)
    for article in sorted(articles, key=lambda article: article.id):
        together[find(article.id)].append(article)
    return [tuple(members) for _, members in sorted(together.items())]


def split_folds(articles: Sequence[Article], count: int) -> list[tuple[str, ...]]:
    """The ids of ``count`` folds, of about as many characters each from every source; no chance in it.

    Raises `ConfigError` where there are fewer groups of articles than folds.
    """
    parts = groups(articles)
    if not 2 <= count <= len(parts):
        raise ConfigError(
            f"{count} folds cannot be made of {len(parts)} groups of like articles; give at least 2 "
            "and at most so many."
        )
    folds: list[list[str]] = [[] for _ in range(count)]
    size: defaultdict[tuple[int, str], int] = defaultdict(int)
    # large groups first, the rest in an order that the ids decide but their numbering does not
    for part in sorted(parts, key=lambda part: (-len(part), sha256(part[0].id.encode()).digest())):
        source = part[0].source
        fold = min(range(count), key=lambda fold: (size[fold, source], sum(map(len, folds[fold])), fold))
        folds[fold] += [article.id for article in part]
        size[fold, source] += sum(len(article.text) for article in part)
    return [tuple(sorted(fold)) for fold in folds]


def _shingles(article: Article) -> frozenset[int]:
    return frozenset(_rows(article))


def _rows(article: Article) -> Iterator[int]:
    for line in article_lines(article):
        words = normalize(article.text[line.start : line.end]).text.casefold().split()
        for start in range(len(words) - SHINGLE + 1):
            row = " ".join(words[start : start + SHINGLE])
            # 8 bytes of a hash that is the same in every process, unlike Python's own
            yield int.from_bytes(sha256(row.encode()).digest()[:8], "big")
