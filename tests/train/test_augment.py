from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.annotations.inline import read_inline
from hoptac.article import Article
from hoptac.train.augment import Pools, augment, lower_mentions, replace_mentions, upper_title
from hoptac.train.config import AugmentConfig
from tests.train.articles import inline

ARTICLES = tuple(read_inline(inline(number)) for number in range(12))
POOLS = Pools.of(ARTICLES)


def surfaces(article: Article) -> list[str]:
    return [article.text[entity.start : entity.end] for entity in article.entities]


def between(article: Article) -> list[str]:
    """The text around the entities."""
    edges = [0, *(edge for e in article.entities for edge in (e.start, e.end)), len(article.text)]
    return [article.text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 11), st.floats(0, 1), st.integers(0, 10**6))
def test_replaced_names_keep_their_marks(number: int, share: float, seed: int) -> None:
    article = ARTICLES[number]
    changed = replace_mentions(article, share, POOLS, random.Random(seed))
    known = {(e.label, s) for a in ARTICLES for e, s in zip(a.entities, surfaces(a), strict=True)}
    assert [e.label for e in changed.entities] == [e.label for e in article.entities]
    assert {(e.label, s) for e, s in zip(changed.entities, surfaces(changed), strict=True)} <= known
    assert between(changed) == between(article)
    phrases = [[a.text[m.start : m.end] for m in a.evidence] for a in (article, changed)]
    assert phrases[0] == phrases[1]
    lines = [[a.text[s.start : s.end] for s in a.furniture] for a in (article, changed)]
    assert lines[0] == lines[1] == ["Tin liên quan: bấm để xem thêm"] or lines[0] == lines[1]


def test_a_name_is_replaced_alike_everywhere() -> None:
    article = ARTICLES[0]
    changed = replace_mentions(article, 1.0, POOLS, random.Random(7))
    pairs = Counter(zip(surfaces(article), surfaces(changed), strict=True))
    assert len({before for before, _ in pairs}) == len(pairs)
    assert surfaces(changed) != surfaces(article)


def test_a_name_that_evidence_cuts_stays() -> None:
    article = read_inline(
        "---\nid: a-1\n---\n[Bộ {Quốc phòng|dialogue_mechanism} Lào|ORGANIZATION] và "
        "{hợp tác với [Bộ Y tế|ORGANIZATION]|training}.\n"
    )
    pools = Pools({("ORGANIZATION", "bộ"): ("Bộ Công an",)})
    changed = replace_mentions(article, 1.0, pools, random.Random(0))
    assert changed.text == "Bộ Quốc phòng Lào và hợp tác với Bộ Công an.\n"
    phrases = [changed.text[mark.start : mark.end] for mark in changed.evidence]
    assert phrases == ["Quốc phòng", "hợp tác với Bộ Công an"]


def test_a_person_gives_way_to_a_name_of_as_many_words() -> None:
    for seed in range(20):
        assert len(POOLS.other("PERSON", "Trần Văn Khải", random.Random(seed)).split()) == 3
    assert POOLS.other("DATE", "hôm qua", random.Random(0)) == "hôm qua"  # no other begins so


def test_the_title_in_capitals() -> None:
    article = ARTICLES[1]
    changed = upper_title(article)
    title, rest = changed.text.split("\n", 1)
    assert title == article.text.split("\n", 1)[0].upper() and rest == article.text.split("\n", 1)[1]
    assert changed.entities == article.entities


def test_a_blank_first_line_is_the_title() -> None:
    article = Article("a", "\nmột dòng\n")
    assert upper_title(article).text == "\nmột dòng\n"


def test_a_change_of_case_that_changes_lengths_is_left_out() -> None:
    assert upper_title(Article("a", "Straße\nx")).text == "Straße\nx"


def test_names_written_small() -> None:
    article = lower_mentions(ARTICLES[0], 1.0, random.Random(0))
    for entity, before in zip(article.entities, surfaces(ARTICLES[0]), strict=True):
        small = entity.label in ("ORGANIZATION", "RANK")
        after = article.text[entity.start : entity.end]
        assert after == (before.lower() if small else before)


def test_nothing_is_changed_without_settings() -> None:
    assert augment(ARTICLES[0], AugmentConfig(), POOLS, random.Random(0)) is ARTICLES[0]
