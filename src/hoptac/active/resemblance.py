"""Which texts repeat another: the share of their runs of words that they have in common (Broder 1997)."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hoptac.article import Article
from hoptac.scoring import article_lines

RUN = 5  # words in a run: long enough that two reports of one event in other words share few
ALIKE = 0.5  # from this share of the shorter text's runs on, a text repeats another


@dataclass(frozen=True, slots=True)
class Likeness:
    """``share`` of the runs of words of the shorter of two texts are in the text named ``id`` as well."""

    id: str
    share: float


@dataclass(slots=True)
class Texts:
    """Texts to compare others with."""

    _ids: list[str] = field(default_factory=list)
    _sizes: list[int] = field(default_factory=list)
    _holders: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, text_id: str, text: str) -> None:
        """Take in a text under a name."""
        found = runs(text)
        for run in found:
            self._holders[run].append(len(self._ids))
        self._ids.append(text_id)
        self._sizes.append(len(found))

    def repeated(self, text: str) -> Likeness | None:
        """The text that ``text`` repeats most, where it repeats one by `ALIKE` or more."""
        found = runs(text)
        shared = Counter(holder for run in found for holder in self._holders.get(run, ()))
        likest = max(
            (Likeness(self._ids[i], n / min(len(found), self._sizes[i])) for i, n in shared.items()),
            key=lambda likeness: likeness.share,
            default=None,
        )
        return likest if likest is not None and likest.share >= ALIKE else None


def body(article: Article) -> str:
    """An article's text without its furniture lines, which are the same on all pages of a site."""
    return "\n".join(article.text[span.start : span.end] for span in article_lines(article))


def runs(text: str) -> frozenset[str]:
    """Every run of `RUN` words; of a shorter text its words as one run. Punctuation and case do not count."""
    letters = unicodedata.normalize("NFC", text).casefold()
    words = "".join(char if char.isalnum() else " " for char in letters).split()
    last = max(len(words) - RUN, 0)
    return frozenset(" ".join(words[at : at + RUN]) for at in range(last + 1)) if words else frozenset()
