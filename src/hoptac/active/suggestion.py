"""Pages read by a model and marked with what it found, for someone to correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from hoptac.active.uncertainty import Uncertainty, read_with_doubts
from hoptac.annotations.arrange import arrange
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.marks import furniture_candidates, label_of
from hoptac.annotations.spelling import phrase_errors, trimmed
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import InputError
from hoptac.evaluate.prediction import Prediction
from hoptac.reader import Reader
from hoptac.text.page import Page, read_page

READ_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page to mark: the article's ``id``, what messages call it, and its text or HTML."""

    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A page as a marked article, ``prediction`` with the marks' scores, and how sure the model is."""

    page: NewPage
    article: Article
    prediction: Prediction
    state: Uncertainty


def suggest(reader: Reader, pages: Iterable[NewPage], losses: Losses) -> Iterator[Suggestion | InputError]:
    """Marked articles in the order of the pages, an `InputError` in the place of a page that holds none.

    ``losses`` takes the model's marks that an article cannot hold: those over a line break, and evidence that
    overlaps or crosses another mark.
    """
    pages = iter(pages)
    while batch := list(islice(pages, READ_AT_ONCE)):
        read = [_read(page) for page in batch]
        prepared = [reader.prepare(page.text, page.kept) for page in read if isinstance(page, Page)]
        states = iter(read_with_doubts(reader, prepared))
        for new, page in zip(batch, read, strict=True):
            if isinstance(page, InputError):
                yield page
                continue
            prediction, state = next(states)
            yield Suggestion(new, _article(new.id, page, prediction, losses), prediction, state)


def _read(page: NewPage) -> Page | InputError:
    try:
        return read_page(page.text)
    except InputError as error:
        return InputError(f"{page.name}: {error}")


def _article(article_id: str, page: Page, prediction: Prediction, losses: Losses) -> Article:
    text = page.text
    names = [Entity(*trimmed(text, e.start, e.end), e.label) for e in prediction.entities]
    phrases = [AreaEvidence(mark.start, mark.end, mark.area) for mark in prediction.evidence]
    marks: list[Entity | AreaEvidence] = [*names, *phrases]
    left_out = set()
    for mark in marks:
        if "\n" in text[mark.start : mark.end]:
            losses.add("marks over a line break (left out)", article_id, _said(text, mark))
            left_out.add(mark)
        elif phrase_errors(text, mark.start, mark.end):
            losses.add("marks of punctuation alone (left out)", article_id, _said(text, mark))
            left_out.add(mark)
    arranged = arrange(
        (name for name in names if name not in left_out),
        (phrase for phrase in phrases if phrase not in left_out),
    )
    for loss in arranged.rejected:
        kind = "marks that overlap or cross a longer one (left out)"
        losses.add(kind, article_id, f"{_said(text, loss.mark)} beside {_said(text, loss.winner)}")
    furniture = _furniture(text, page)
    return Article(article_id, text, arranged.entities, arranged.evidence, furniture)


def _said(text: str, mark: Entity | AreaEvidence) -> str:
    return f"{label_of(mark)} {text[mark.start : mark.end]!r}"


def _furniture(text: str, page: Page) -> tuple[Span, ...]:
    """The lines that the page filter dropped, as whole lines of the text."""
    kept: Sequence[Span] = page.kept

    def touches(line: Span, spans: Iterable[Span]) -> bool:
        return any(span.start < line.end and line.start < span.end for span in spans)

    dropped = [Span(line.start, line.end) for line in page.dropped]
    return tuple(
        line for line in furniture_candidates(text) if touches(line, dropped) and not touches(line, kept)
    )
