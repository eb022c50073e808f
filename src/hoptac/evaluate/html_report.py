"""An error report to read in a browser: every error in its sentence, by kind and label, with filters.

One file without any outside resource. Gold and predicted marks differ in colour (two of the
Okabe-Ito set, told apart in every common colour blindness), in side (below, above) and in line style.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

from hoptac.article import Article
from hoptac.evaluate.area_errors import AreaError, find_area_errors
from hoptac.evaluate.errors_by_cause import EntityError, find_errors
from hoptac.evaluate.html_parts import FOOT, HEAD
from hoptac.evaluate.output import write_text
from hoptac.evaluate.prediction import Prediction, pair_up
from hoptac.text.sentences import sentence_spans

_NAMES = {
    "missed": "Missed entities",
    "spurious": "False alarms",
    "boundary": "Boundary errors",
    "label": "Label confusions",
    "area missed": "Missed areas",
    "area spurious": "Falsely found areas",
}
_PHRASES = 5  # sentences shown for an area; long articles repeat theirs


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    label: str
    gold: bool
    score: float | None = None


@dataclass(frozen=True, slots=True)
class _Card:
    article_id: str
    source: str
    kind: str
    cause: str
    label: str
    summary: str
    excerpts: tuple[str, ...]


def write_html(
    path: Path,
    gold: Sequence[Article],
    predictions: Sequence[Prediction],
    *,
    title: str = "Error report",
    train: Iterable[Article] = (),
) -> None:
    """Write the errors of ``predictions`` against ``gold``, paired by id, to ``path``.

    ``train`` as for :func:`~hoptac.evaluate.errors_by_cause.find_errors`. Raises :class:`InputError` when
    ids do not pair or the file cannot be written.
    """
    pairs = pair_up(gold, predictions)
    texts = {article.id: article.text for article in gold}
    sentences = {article.id: sentence_spans(article.text) for article in gold}
    cards = [
        _entity_card(error, texts[error.article_id], sentences[error.article_id])
        for error in find_errors(pairs, train)
    ]
    cards += [
        _area_card(error, texts[error.article_id], sentences[error.article_id])
        for error in find_area_errors(pairs)
    ]
    write_text(path, _page(title, len(pairs), cards))


def _entity_card(error: EntityError, text: str, sentences: Sequence[tuple[int, int]]) -> _Card:
    marks = [_Mark(mark.start, mark.end, mark.label, True) for mark in error.gold]
    marks += [_Mark(said.start, said.end, said.label, False, said.score) for said in error.predicted]
    summary = " · ".join(_mention(text, mark) for mark in marks)
    excerpt = _excerpt(text, sentences, error.start, error.end, marks)
    return _Card(error.article_id, error.source, error.kind, error.cause, error.label, summary, (excerpt,))


def _area_card(error: AreaError, text: str, sentences: Sequence[tuple[int, int]]) -> _Card:
    gold = [_Mark(mark.start, mark.end, mark.area, True) for mark in error.gold]
    said = [_Mark(mark.start, mark.end, mark.area, False, mark.score) for mark in error.predicted]
    shown = gold[:_PHRASES] or sorted(said, key=lambda mark: -(mark.score or 0))[:_PHRASES]
    excerpts = dict.fromkeys(
        _excerpt(text, sentences, mark.start, mark.end, [*gold, *said]) for mark in shown
    )
    score = "no score" if error.score is None else f"score {error.score:.2f}"
    summary = f"{score}; {len(gold)} gold and {len(said)} predicted phrases"
    return _Card(error.article_id, error.source, error.kind, "", error.area, summary, tuple(excerpts))


def _mention(text: str, mark: _Mark) -> str:
    words = " ".join(text[mark.start : mark.end].split())
    side = "gold" if mark.gold else "predicted"
    score = "" if mark.score is None else f" {mark.score:.2f}"
    return f'{side} <q class="{side}">{escape(words)}</q> {escape(mark.label)}{score}'


def _excerpt(
    text: str, sentences: Sequence[tuple[int, int]], start: int, end: int, marks: Sequence[_Mark]
) -> str:
    """The sentences that ``start`` to ``end`` touch, as HTML, with the marks in them."""
    touched = [sentence for sentence in sentences if sentence[0] < end and start < sentence[1]]
    begin = min([start, *(sentence[0] for sentence in touched)])
    stop = max([end, *(sentence[1] for sentence in touched)])
    inside = [mark for mark in marks if mark.start < stop and begin < mark.end]
    edges = {begin, stop}
    edges.update(edge for mark in inside for edge in (mark.start, mark.end) if begin < edge < stop)
    cuts = sorted(edges)
    parts = []
    for left, right in pairwise(cuts):
        over = [mark for mark in inside if mark.start <= left and right <= mark.end]
        piece = escape(text[left:right])
        if over:
            classes = " ".join(sorted({"gold" if mark.gold else "predicted" for mark in over}))
            hint = "; ".join(f"{'gold' if mark.gold else 'predicted'}: {mark.label}" for mark in over)
            piece = f'<mark class="{classes}" title="{escape(hint)}">{piece}</mark>'
        parts.append(piece)
    return "".join(parts)


def _page(title: str, articles: int, cards: Sequence[_Card]) -> str:
    groups: dict[tuple[str, str], list[_Card]] = {}
    for kind in _NAMES:
        for card in sorted((card for card in cards if card.kind == kind), key=lambda card: card.label):
            groups.setdefault((kind, card.label), []).append(card)
    filters = "".join(
        _select(name, sorted({value for value in values if value}))
        for name, values in (
            ("kind", [card.kind for card in cards]),
            ("label", [card.label for card in cards]),
            ("cause", [card.cause for card in cards]),
            ("source", [card.source for card in cards]),
        )
    )
    body = "".join(_section(kind, label, group) for (kind, label), group in groups.items())
    return (
        HEAD.replace("{title}", escape(title))
        + f"<h1>{escape(title)}</h1>\n<p>{len(cards)} errors in {articles} articles. "
        + '<mark class="gold">Gold</mark> has a solid line below, '
        + '<mark class="predicted">predicted</mark> a dashed line above.</p>\n'
        + f'<form id="filters">{filters}<label>text <input name="text" type="search"></label> '
        + f'<output id="shown">{len(cards)}</output> shown</form>\n'
        + (body or "<p>No errors.</p>\n")
        + FOOT
    )


def _select(name: str, values: Sequence[str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in values)
    return f'<label>{name} <select name="{name}"><option value="">all</option>{options}</select></label> '


def _section(kind: str, label: str, cards: Sequence[_Card]) -> str:
    heading = f"{_NAMES[kind]}: {escape(label)} (<span>{len(cards)}</span>)"
    return f"<details open><summary><h2>{heading}</h2></summary>\n{''.join(map(_article, cards))}</details>\n"


def _article(card: _Card) -> str:
    data = " ".join(
        f'data-{name}="{escape(value)}"'
        for name, value in (
            ("kind", card.kind),
            ("label", card.label),
            ("cause", card.cause),
            ("source", card.source),
        )
    )
    excerpts = "".join(f'<p class="excerpt">{excerpt}</p>' for excerpt in card.excerpts)
    cause = f"<b>{escape(card.cause)}</b> · " if card.cause else ""
    return (
        f'<article {data}><p class="facts">{escape(card.article_id)} · {cause}{card.summary}</p>'
        f"{excerpts}</article>\n"
    )
