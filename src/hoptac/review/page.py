"""The page to walk through cases and decide: one file with everything in it, for any browser, offline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from hoptac.article import Entity
from hoptac.evaluate.output import write_text
from hoptac.review.case import Layer
from hoptac.review.lines import layer_marks
from hoptac.review.place import PlacedCase
from hoptac.review.reasons import reason
from hoptac.schema import load_schema
from hoptac.view.html import colour_classes, entity_names, escape
from hoptac.view.marks import Mark, nest

_TITLE = "hoptac · annotations review"


def write_page(path: Path, cases: Sequence[PlacedCase]) -> None:
    """Write the page of these cases; raises `InputError` where that cannot be done."""
    write_text(path, render_page(cases))


def render_page(cases: Sequence[PlacedCase]) -> str:
    """The page: cases in their order, decisions kept by the browser under the cases' names."""
    data = {"names": _names(), "cases": [_row(case) for case in cases]}
    # inside a script element only "<" could end it
    content = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    style = files("hoptac.view").joinpath("style.css").read_text(encoding="utf-8") + _static("review.css")
    body = _static("review.html")
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{_TITLE}</title>\n<style>{style}</style>\n</head>\n"
        f'<body class="ht-page">\n{body}'
        f'<script type="application/json" id="data">{content}</script>\n'
        f"<script>{_static('review.js')}</script>\n</body>\n</html>\n"
    )


def _static(name: str) -> str:
    return files("hoptac.review").joinpath("static", name).read_text(encoding="utf-8")


def _names() -> dict[str, tuple[str, str]]:
    """Vietnamese and English names of all labels."""
    schema = load_schema()
    areas = {area.label: (area.name_vi, area.name_en) for area in schema.areas}
    return {label: entity_names(label) for label in schema.entity_labels} | areas


def _row(placed: PlacedCase) -> dict[str, Any]:
    case = placed.case
    why = reason(case)
    kept: dict[Layer, list[Entity]] = {
        layer: list(layer_marks(placed.article, layer)) for layer in ("entity", "evidence")
    }
    kept[case.layer] = [mark for mark in kept[case.layer] if mark not in case.gold]
    return {
        **placed.to_dict(),
        "reason": {"vi": why[0], "en": why[1]},
        "here": _render(placed, kept, case.gold),
        "there": _render(placed, kept, case.proposed),
    }


def _render(placed: PlacedCase, kept: dict[Layer, list[Entity]], own: Sequence[Entity]) -> str:
    """The paragraph with the marks that stay and the case's ``own``, these set off from the others."""
    start, end = placed.context
    case, text = placed.case, placed.article.text
    colours = colour_classes(mark.label for mark in (*kept["entity"], *own) if mark.label.isupper())
    shown = [(layer, mark, "rv-other") for layer, marked in kept.items() for mark in marked]
    shown += [(case.layer, mark, "rv-own") for mark in own]
    marks, looks = [], {}
    for number, (layer, mark, style) in enumerate(shown):
        if mark.start < end and start < mark.end:
            key = str(number)
            marks.append(Mark(mark.start, mark.end, key, layer=1 if layer == "entity" else 0))
            kind = f"ht-entity {colours[mark.label]}" if layer == "entity" else "ht-evidence"
            looks[key] = (f"{kind} {style}", mark.label)
    focus = Mark(case.start, case.end, "focus", layer=-1)
    return "".join(_pieces(text, [*marks, focus], looks, start, end))


def _pieces(
    text: str, marks: Sequence[Mark], looks: dict[str, tuple[str, str]], start: int, end: int
) -> Iterator[str]:
    for event in nest(marks, start, end):
        if event.mark is None:
            yield escape(text[event.start : event.end])
        elif event.mark.key == "focus":
            yield '<span class="rv-focus">' if event.kind == "open" else "</span>"
        else:
            style, label = looks[event.mark.key]
            if event.kind == "open":
                yield f'<mark class="{style}" title="{escape(label)}">'
            else:
                yield (f'<span class="ht-tag">{escape(label)}</span>' if event.edge else "") + "</mark>"
