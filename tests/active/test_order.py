from __future__ import annotations

from hoptac.active.order import area_weight, rank
from hoptac.active.resemblance import Texts, runs
from hoptac.active.uncertainty import Doubt, Layer, Uncertainty
from hoptac.article import Span

WORDS = [f"chữ{number}" for number in range(4000)]


def state(first: int, count: int, *scores: float, names: int = 0) -> Uncertainty:
    """A text of ``count`` words from the ``first`` on; its ``names``-th words and on carry these scores."""
    text = " ".join(WORDS[first : first + count])
    doubts = []
    for number, score in enumerate(scores):
        word = WORDS[first + names + number]
        start = text.index(word)
        doubts.append(Doubt(Layer.ENTITY, start, start + len(word), "PERSON", score, True))
    return Uncertainty(text, tuple(doubts), (Span(0, len(text)),))


def names(articles: dict[str, Uncertainty], **settings: object) -> list[str]:
    return [list(articles)[ranked.index] for ranked in rank(articles, **settings)]  # type: ignore[arg-type]


def test_more_doubt_comes_first() -> None:
    articles = {"sure": state(0, 200, 0.99), "unsure": state(300, 200, 0.4), "half": state(600, 200, 0.7)}
    assert names(articles) == ["unsure", "half", "sure"]
    assert names(articles, limit=1) == ["unsure"]


def test_a_long_article_does_not_win_by_its_length() -> None:
    long = state(0, 1500, 0.5, 0.5, 0.5)
    short = state(2000, 200, 0.5, 0.5)
    assert names({"long": long, "short": short}) == ["short", "long"]
    gains = [ranked.gain for ranked in rank({"long": long, "short": short})]
    assert gains == sorted(gains, reverse=True)


def test_a_scrap_does_not_win_by_one_doubt() -> None:
    assert names({"scrap": state(0, 8, 0.5), "article": state(300, 150, *[0.5] * 8)})[0] == "article"


def test_what_was_asked_before_counts_less() -> None:
    def about(first: int, word: str, score: float) -> Uncertainty:
        text = " ".join([word, *WORDS[first : first + 200]])
        doubt = Doubt(Layer.ENTITY, 0, len(word), "PERSON", score, True)
        return Uncertainty(text, (doubt,), (Span(0, len(text)),))

    articles = {
        "first": about(0, "Lan", 0.1),
        "same name": about(500, "lan", 0.15),
        "another name": about(1000, "Minh", 0.3),
    }
    assert names(articles) == ["first", "another name", "same name"]


def test_copies_are_held_back() -> None:
    one = state(0, 300, 0.1, 0.1)
    copy = state(20, 300, 0.2, 0.2)  # 280 of its 300 words
    other = state(1000, 300, 0.9)
    order = rank({"one": one, "copy": copy, "other": other})
    assert [ranked.index for ranked in order] == [0, 2, 1]
    assert order[0].repeats is None and order[2].repeats is not None
    assert order[2].repeats.id == "one" and 0.9 < order[2].repeats.share < 1


def test_copies_of_known_texts_are_held_back() -> None:
    known = Texts()
    known.add("done", state(0, 300).body)
    assert names({"again": state(0, 100, 0.1), "new": state(500, 100, 0.9)}, known=known) == ["new", "again"]


def test_an_excerpt_repeats_the_whole() -> None:
    known = Texts()
    known.add("whole", state(0, 400).text)
    likeness = known.repeated(state(100, 50).text)
    assert likeness is not None and (likeness.id, likeness.share) == ("whole", 1.0)
    assert known.repeated(state(390, 100).text) is None
    assert known.repeated("") is None


def test_runs_of_words() -> None:
    assert runs("Một hai, ba BỐN năm. Sáu") == {"một hai ba bốn năm", "hai ba bốn năm sáu"}
    assert runs("Một hai") == {"một hai"} and runs(" . ") == frozenset()
    assert runs("hoà bình") == runs("hoa\u0300 bình")


def test_an_area_counts_as_its_share_of_the_marks() -> None:
    text = "một hai ba bốn năm sáu"
    doubts = (
        *(Doubt(Layer.ENTITY, at, at + 2, "PERSON", 0.9, True) for at in (0, 3, 6, 9, 12, 15)),
        Doubt(Layer.AREA, 0, 3, "training", 0.9, True),
        Doubt(Layer.AREA, 0, 3, "border", 0.8, True),
        Doubt(Layer.AREA, 0, 3, "peacekeeping", 0.1, False),
    )
    state = Uncertainty(text, doubts, (Span(0, len(text)),))
    assert area_weight([state, state]) == 3.0
    assert area_weight([Uncertainty(text, doubts[:6], ())]) == 1.0


def test_the_lazy_order_is_the_greedy_one() -> None:
    import math
    import random

    rng = random.Random(5)
    articles = {}
    for number in range(25):
        words = " ".join(rng.sample(WORDS, 60))
        chosen = [rng.choice(("Lan", "Minh", "Khải", "Phúc", "Lộc")) for _ in range(6)]
        text, doubts = words, []
        for name in chosen:
            doubts.append(
                Doubt(Layer.ENTITY, len(text) + 1, len(text) + 1 + len(name), "PERSON", rng.random(), True)
            )
            text += f" {name}"
        articles[str(number)] = Uncertainty(text, tuple(doubts), (Span(0, len(text)),))
    asked: dict[str, float] = {}
    rest, expected = dict(articles), []
    while rest:

        def gain(name: str) -> float:
            masses: dict[str, float] = {}
            for doubt in articles[name].doubts:
                key = articles[name].key(doubt)
                masses[key] = masses.get(key, 0.0) + doubt.wrong
            worth = sum(
                math.log(1 + asked.get(key, 0.0) + mass) - math.log(1 + asked.get(key, 0.0))
                for key, mass in masses.items()
            )
            return worth / (articles[name].words + 100)

        best = max(rest, key=gain)
        for doubt in rest.pop(best).doubts:
            key = articles[best].key(doubt)
            asked[key] = asked.get(key, 0.0) + doubt.wrong
        expected.append(best)
    assert names(articles) == expected
