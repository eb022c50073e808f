"""Accepted cases put into the annotation files: each file with all of its changes, or as it was."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hoptac.annotations.corpus import TEXTS, article_files, read_record
from hoptac.annotations.files import read_text, write_bytes
from hoptac.annotations.inline import write_inline
from hoptac.annotations.marks import line_errors, structure_errors
from hoptac.annotations.spelling import phrase_errors
from hoptac.annotations.standoff import to_standoff, write_standoff
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import AnnotationError
from hoptac.review.case import LAYERS, Layer, Marks
from hoptac.review.lines import layer_marks
from hoptac.review.place import rows_to_marks
from hoptac.schema import load_schema

DECISIONS = ("accept", "reject", "unsure")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reader said of a case: whether ``gold`` marks are to become the ``proposed`` ones."""

    id: str
    article_id: str
    layer: str
    gold: Marks
    proposed: Marks
    decision: str


@dataclass(frozen=True, slots=True)
class Change:
    """A file that was changed: each decision with the words before and after."""

    article_id: str
    path: Path
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of accepted decisions; ``done_before`` counts those whose marks were there already.

    ``refused`` files stay as they were, each with the reason.
    """

    changes: tuple[Change, ...]
    refused: tuple[AnnotationError, ...]
    done_before: int


def read_decisions(path: Path) -> list[Decision]:
    """The decisions of a JSON file as the page exports it: an object with ``decisions``, or that list itself.

    A case without a ``decision`` is left out. Raises `AnnotationError` where the file is not of that form.
    """
    try:
        raw = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise AnnotationError(f"not JSON: {error.msg}", path, error.lineno, error.colno) from error
    rows = raw.get("decisions") if isinstance(raw, dict) else raw
    if not isinstance(rows, list):
        raise AnnotationError("holds no list of decisions; export one from the page", path, 1)
    return [
        _decision(row, path, number)
        for number, row in enumerate(rows, 1)
        if not isinstance(row, dict) or row.get("decision") is not None
    ]


def _decision(row: Any, path: Path, number: int) -> Decision:
    try:
        found = Decision(
            str(row["id"]),
            str(row["article"]),
            str(row["layer"]),
            rows_to_marks(row["gold"]),
            rows_to_marks(row["proposed"]),
            str(row["decision"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"decision {number} lacks one of id, article, layer, gold, proposed and decision"
        raise AnnotationError(message, path) from error
    if found.decision not in DECISIONS:
        message = f"decision {number} ({found.id}) is {found.decision!r}, none of {', '.join(DECISIONS)}"
        raise AnnotationError(message, path)
    if found.layer not in LAYERS:
        raise AnnotationError(
            f"decision {number} ({found.id}) is of the layer {found.layer!r}, none of {', '.join(LAYERS)}",
            path,
        )
    return found


def apply_decisions(root: Path, texts: Path | None, decisions: Iterable[Decision]) -> Report:
    """Change the files of a corpus by the accepted decisions.

    ``texts`` holds the texts of stand-off records (default ``root/texts``), whose marks cannot be checked
    without. In a changed file every character that no change is about stays. A file is refused whole where
    one of its decisions speaks of marks that it no longer has, or the result would not be well-formed.

    Raises `AnnotationError` where the corpus cannot be read.
    """
    texts = root / TEXTS if texts is None else texts
    by_article: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        if decision.decision == "accept":
            by_article[decision.article_id].append(decision)
    files = article_files(root)
    changes: list[Change] = []
    refused: list[AnnotationError] = []
    before = 0
    for article_id, wanted in sorted(by_article.items()):
        try:
            path = files.get(article_id)
            if path is None:
                raise AnnotationError(f"there is no article {article_id} in {root}")
            change, already = _apply(path, texts, wanted)
        except AnnotationError as error:
            refused.append(error)
            continue
        before += already
        if change is not None:
            changes.append(change)
    return Report(tuple(changes), tuple(refused), before)


def _apply(path: Path, texts: Path, decisions: Sequence[Decision]) -> tuple[Change | None, int]:
    source = read_text(path)
    record = read_record(path)
    if isinstance(record, Article):
        article, written = record, write_inline(record)
    else:
        article, written = record.with_text(read_text(texts / f"{record.id}.txt")), write_standoff(record)
    if written != source:
        raise AnnotationError("is not as hoptac writes it; see `hoptac annotations check`", path)
    marks = {layer: set(layer_marks(article, layer)) for layer in LAYERS}
    lines, already = [], 0
    for decision in decisions:
        here = marks["entity" if decision.layer == "entity" else "evidence"]
        if not here.issuperset(decision.gold) or (not decision.gold and here.issuperset(decision.proposed)):
            if not here.issuperset(decision.proposed):
                lost = next(mark for mark in decision.gold if mark not in here)
                message = (
                    f"{decision.id}: the mark {lost.label} at {lost.start} to {lost.end} is no longer there"
                )
                raise AnnotationError(message, path)
            already += 1
            continue
        here.difference_update(decision.gold)
        here.update(decision.proposed)
        lines.append(_described(decision, article.text))
    if not lines:
        return None, already
    changed = _with_marks(article, marks)
    _check(changed, path)
    content = (
        write_inline(changed)
        if isinstance(record, Article)
        else write_standoff(to_standoff(changed, record.path))
    )
    write_bytes(path, content.encode("utf-8"))
    return Change(article.id, path, tuple(lines)), already


def _with_marks(article: Article, marks: Mapping[Layer, set[Entity]]) -> Article:
    entities = tuple(sorted(marks["entity"]))
    evidence = tuple(sorted(AreaEvidence(m.start, m.end, m.label) for m in marks["evidence"]))
    both = {Span(m.start, m.end) for m in entities} & {Span(m.start, m.end) for m in evidence}
    outer = tuple(span for span in article.outer_entities if span in both)
    return replace(article, entities=entities, evidence=evidence, outer_entities=outer)


def _check(article: Article, path: Path) -> None:
    schema = load_schema()
    for _, message in structure_errors(article, len(article.text)) or line_errors(article):
        raise AnnotationError(f"with the accepted changes, {message}", path)
    for layer, known in (("entity", schema.entity_labels), ("evidence", schema.area_labels)):
        for mark in layer_marks(article, "entity" if layer == "entity" else "evidence"):
            errors = phrase_errors(article.text, mark.start, mark.end)
            if mark.label not in known:
                errors.append(f"unknown label of {layer}")
            if errors:
                words = article.text[mark.start : mark.end]
                raise AnnotationError(f"with the accepted changes, {mark.label} {words!r}: {errors[0]}", path)


def _described(decision: Decision, text: str) -> str:
    sides = [
        ", ".join(f"{mark.label} {' '.join(text[mark.start : mark.end].split())!r}" for mark in marks)
        for marks in (decision.gold, decision.proposed)
    ]
    if not decision.gold:
        return f"+ {sides[1]}"
    return f"- {sides[0]}" if not decision.proposed else f"{sides[0]} -> {sides[1]}"
