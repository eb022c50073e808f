"""doccano's JSONL: an article a line, as its sequence labeling projects import and export it.

``{"id": "…", "text": "…", "label": [[start, end, "LABEL"], …]}``. Read are also what projects with relations
(``entities`` as objects, ``relations``), intent detection and slot filling (``entities``, ``cats``) and old
versions (``labels``) export. Source: doccano's ``backend/data_export``. doccano counts as JavaScript does, in
UTF-16 code units, which differ from code points only behind characters such as emoji.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from hoptac.annotations.files import read_text
from hoptac.annotations.formats.labelled import Intake, LabelledSpan, labelled_spans
from hoptac.annotations.formats.losses import Losses
from hoptac.article import Article
from hoptac.errors import AnnotationError

_SPANS = ("label", "labels", "entities")
_COMMENTS = ("Comments", "comments")


def render(articles: Sequence[Article], path: Path, losses: Losses) -> dict[Path, bytes]:
    """One file of a line an article; the project must allow overlapping spans."""
    lines = []
    for article in articles:
        units = _units(article.text)
        label = [[units[s.start], units[s.end], s.label] for s in labelled_spans(article, losses)]
        record = {"id": article.id, "text": article.text, "label": label}
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return {path: "".join(lines).encode("utf-8")}


def read(path: Path, intake: Intake) -> list[Article]:
    """The articles of an export; raises :class:`AnnotationError` with the line that is not one."""
    articles = []
    for number, line in enumerate(read_text(path).removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            message = f"not JSON: {error.msg}; export the project as JSONL"
            raise AnnotationError(message, path, number, error.colno) from error
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            raise AnnotationError("a line needs an object with a 'text'", path, number)
        articles.append(_article(record, number, path, intake))
    return articles


def _article(record: dict[str, Any], number: int, path: Path, intake: Intake) -> Article:
    text = record["text"]
    own = record.get("id")
    name = own if isinstance(own, str) else f"{path.stem}-{number if own is None else own}"
    article_id = intake.id(name, f"line-{number}")
    units = _units(text)
    if units[-1] != len(text):
        intake.losses.add("texts with emoji or the like, whose offsets were read as UTF-16", article_id)
    spans: list[LabelledSpan] = []
    areas = [str(name) for name in _list(record, "cats", path, number)]
    keys = [key for key in _SPANS if key in record]
    if not keys:
        raise AnnotationError("the line has no 'label' nor 'entities'; export the labels too", path, number)
    for key in keys:
        for item in _list(record, key, path, number):
            if isinstance(item, str):  # a text classification project
                areas.append(item)
            else:
                spans.append(_span(item, key, units, path, number))
    article = intake.article(article_id, text, spans)
    intake.areas(article, areas)
    intake.losses.add("relations (left out)", article_id, count=len(_list(record, "relations", path, number)))
    comments = [comment for key in _COMMENTS for comment in _list(record, key, path, number)]
    intake.losses.add(
        "comments (left out)", article_id, str(comments[0]) if comments else "", count=len(comments)
    )
    return article


def _span(item: Any, key: str, units: Sequence[int], path: Path, number: int) -> LabelledSpan:
    if isinstance(item, dict):
        item = [item.get("start_offset"), item.get("end_offset"), item.get("label")]
    is_row = isinstance(item, list) and len(item) == 3 and type(item[0]) is type(item[1]) is int
    if not is_row or not isinstance(item[2], str):
        message = f"{json.dumps(item, ensure_ascii=False)} among {key!r} is not [start, end, label]"
        raise AnnotationError(f"{message}; export the labels by name, as JSONL", path, number)
    start, end, label = item
    if not 0 <= start < end <= units[-1]:
        message = f"{start} to {end} ({label}) is no span of a text of {units[-1]} characters"
        raise AnnotationError(f"{message}; the project must not count grapheme clusters", path, number)
    # Inside a surrogate pair the character counts whole.
    return LabelledSpan(bisect_right(units, start) - 1, bisect_right(units, end - 1), label)


def _list(record: dict[str, Any], key: str, path: Path, number: int) -> list[Any]:
    value = record.get(key, [])
    if not isinstance(value, list):
        raise AnnotationError(f"{key!r} must be a list", path, number)
    return value


def _units(text: str) -> list[int]:
    """For each code point's offset, and the end, the offset in UTF-16 code units."""
    return list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
