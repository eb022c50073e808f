"""Suggestions as a folder to correct: numbered articles in an annotation format, and lists of the doubts.

``order.csv`` has a row an article, ``doubts.csv`` one for each decision that may be wrong, with its sentence.
Both are for spreadsheets: UTF-8 with a byte order mark, and a cell of a page's text that would be a formula
has an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from hoptac.active.order import Ranked
from hoptac.active.resemblance import Likeness
from hoptac.active.suggestion import Suggestion
from hoptac.active.uncertainty import Doubt, Layer
from hoptac.annotations.files import read_text, write_bytes
from hoptac.annotations.formats.catalogue import FOLDERS, Format, read_articles, write_articles
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.inline import HEADER_LINES
from hoptac.article import Article
from hoptac.errors import ConfigError
from hoptac.evaluate.prediction import Prediction
from hoptac.pretrain.folders import whole_folder
from hoptac.text.sentences import sentence_spans

ORDER, DOUBTS = "order.csv", "doubts.csv"
DOUBTFUL = 0.1  # decisions are listed that are wrong one time in ten or more often
ARTICLES = {
    Format.LABEL_STUDIO: "articles.json",
    Format.DOCCANO: "articles.jsonl",
    Format.CONLL: "articles.conll",
    Format.SPACY: "articles.spacy",
}
"""The file of the formats that hold all articles in one."""

_SHOWN = 5  # doubts of an article named in its row
_ORDER = ("rank", "id", "page", "words", "gain", "wrong_names", "wrong_areas", "repeats", "doubtful", "marks")
_DOUBTS = ("rank", "id", "line", "layer", "label", "words", "score", "marked", "wrong", "sentence")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A suggestion with its place in the order; ``article`` has the id that begins with its number."""

    number: int
    ranked: Ranked
    suggestion: Suggestion
    article: Article


def in_order(suggestions: Sequence[Suggestion], order: Sequence[Ranked]) -> list[Numbered]:
    """The ranked suggestions, numbered so that their names sort in this order."""
    width = max(3, len(str(len(order))))
    names = {
        suggestions[ranked.index].article.id: f"{number:0{width}}-{suggestions[ranked.index].article.id}"
        for number, ranked in enumerate(order, start=1)
    }
    rows = []
    for number, ranked in enumerate(order, start=1):
        suggestion = suggestions[ranked.index]
        if ranked.repeats:
            likeness = Likeness(names[ranked.repeats.id], ranked.repeats.share)
            ranked = replace(ranked, repeats=likeness)
        article = replace(suggestion.article, id=names[suggestion.article.id])
        rows.append(Numbered(number, ranked, suggestion, article))
    return rows


def write_suggestions(folder: Path, rows: Sequence[Numbered], form: Format, losses: Losses) -> None:
    """Write the folder whole or not at all.

    Label Studio's tasks carry the marks as predictions with their scores, so that a task counts as annotated
    only once someone has submitted it. Raises `ConfigError` where the folder holds something: earlier
    suggestions may have been corrected there.
    """
    refuse_full(folder)
    articles = [row.article for row in rows]
    with whole_folder(folder) as aside:
        path = aside if form in FOLDERS else aside / ARTICLES[form]
        write_articles(articles, path, form, losses, sentences=sentence_spans)
        marks = {article.id: fingerprint(article) for article in read_articles(path, form)}
        if form is Format.LABEL_STUDIO:
            write_bytes(path, _as_predictions(json.loads(read_text(path)), rows))
            marks = {}
        write_bytes(aside / ORDER, _table(_ORDER, (_order_row(row, marks) for row in rows)))
        write_bytes(aside / DOUBTS, _table(_DOUBTS, _doubt_rows(rows, form)))


def refuse_full(folder: Path) -> None:
    """Raise `ConfigError` where ``folder`` is a file, or a folder with something in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} is there already and holds something; name a new folder.")


def fingerprint(article: Article) -> str:
    """A short hash of an article's text and marks, to tell whether anything was changed."""
    marks = (sorted(article.entities), sorted(article.evidence), sorted(article.furniture))
    return sha256(f"{article.text}\0{marks}".encode()).hexdigest()[:16]


def suggested_marks(folder: Path) -> dict[str, str]:
    """The fingerprints by id of the articles as they were suggested in ``folder``; none where none were.

    Raises `ConfigError` for an ``order.csv`` that is something else.
    """
    path = folder / ORDER
    if not path.is_file():
        return {}
    rows = list(csv.DictReader(io.StringIO(read_text(path).removeprefix("\ufeff"))))
    if any(row.get("id") is None or row.get("marks") is None for row in rows):
        raise ConfigError(f"{path} has no columns 'id' and 'marks'; remove it, or keep it as it was written.")
    return {row["id"]: row["marks"] for row in rows if row["marks"]}


def describe(doubt: Doubt, words: str) -> str:
    """A doubt in a few words: ``PERSON «…» 0.52``, in brackets where it is not marked."""
    said = f"{doubt.label} «{' '.join(words.split())}» {doubt.score:.2f}"
    return said if doubt.marked else f"({said})"


def _order_row(row: Numbered, marks: dict[str, str]) -> list[object]:
    state, repeats = row.suggestion.state, row.ranked.repeats
    doubts = state.doubtful(DOUBTFUL)
    return [
        row.number,
        row.article.id,
        row.suggestion.page.name,
        state.words,
        f"{row.ranked.gain:.3f}",
        f"{state.expected(Layer.ENTITY):.2f}",
        f"{state.expected(Layer.AREA):.2f}",
        f"{repeats.id} ({repeats.share:.0%})" if repeats else "",
        "; ".join(describe(doubt, state.surface(doubt)) for doubt in doubts[:_SHOWN]),
        marks.get(row.article.id, ""),
    ]


def _doubt_rows(rows: Sequence[Numbered], form: Format) -> Iterable[list[object]]:
    above = HEADER_LINES if form is Format.INLINE else 0
    for row in rows:
        state = row.suggestion.state
        for doubt in state.doubtful(DOUBTFUL):
            yield [
                row.number,
                row.article.id,
                state.text.count("\n", 0, doubt.start) + 1 + above,
                doubt.layer,
                doubt.label,
                " ".join(state.surface(doubt).split()),
                f"{doubt.score:.3f}",
                "yes" if doubt.marked else "no",
                f"{doubt.wrong:.3f}",
                state.sentence(doubt),
            ]


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_plain(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _as_predictions(tasks: list[dict[str, Any]], rows: Sequence[Numbered]) -> bytes:
    """Tasks whose one annotation is a prediction instead, each region with its score.

    Source: Label Studio's guide, "Import pre-annotated data into Label Studio".
    """
    for task, row in zip(tasks, rows, strict=True):
        (annotation,) = task.pop("annotations")
        scores = _scores(row.suggestion.prediction)
        for region in annotation["result"]:
            region["origin"] = "prediction"
            value = region["value"]
            for label in value.get("labels", ()):
                if (value["start"], value["end"], label) in scores:
                    region["score"] = scores[value["start"], value["end"], label]
        task["predictions"] = [
            {"model_version": "hoptac", "score": row.ranked.gain, "result": annotation["result"]}
        ]
        task["data"]["rank"] = row.number
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _scores(prediction: Prediction) -> dict[tuple[int, int, str], float]:
    """The score of each mark by its span and label."""
    scores = {(e.start, e.end, e.label): round(e.score, 4) for e in prediction.entities}
    return scores | {(m.start, m.end, m.area): round(m.score, 4) for m in prediction.evidence}
