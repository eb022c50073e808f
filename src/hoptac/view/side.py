"""What stands around the text: the legend with its switches, the areas, and the names by type."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from hoptac.view.article import entity_id, evidence_id
from hoptac.view.html import both_html, colour_classes, entity_names, escape, percent
from hoptac.view.marks import Mark, nest

if TYPE_CHECKING:
    from hoptac.article import Span
    from hoptac.result import AreaResult, EvidenceSpan, Result

_CONTEXT = 90  # characters of a sentence that are shown on either side of its phrases


def render_legend(result: Result) -> str:
    """One switch for each layer of marks: a checkbox that the style sheet reads, no script."""
    colours = colour_classes(entity.label for entity in result.entities)
    keys = []
    for label, surfaces in result.surfaces().items():
        count = sum(len(surface.mentions) for surface in surfaces)
        keys.append((colours[label], both_html(*entity_names(label)), count))
    if result.areas:
        count = sum(len(area.evidence) for area in result.areas)
        keys.append(("ht-area", both_html("Lĩnh vực hợp tác", "Areas of cooperation"), count))
    return (
        '<div class="ht-legend" role="group" aria-label="Hiện / ẩn · Show / hide">\n'
        + "".join(
            f'<label class="ht-key {style}"><input type="checkbox" checked>{names}'
            f'<span class="ht-count">{count}</span></label>\n'
            for style, names, count in keys
        )
        + "</div>\n"
    )


def render_side(result: Result, prefix: str) -> str:
    """The ``<aside>``: areas with the sentences that show them, then the names by type."""
    return f'<aside class="ht-side">\n{_areas(result, prefix)}{_names(result, prefix)}</aside>\n'


def _areas(result: Result, prefix: str) -> str:
    title = f"<h2>{both_html('Lĩnh vực hợp tác', 'Areas of cooperation')}</h2>\n"
    if not result.areas:
        return f'{title}<p class="ht-none">{both_html("Không có", "None found")}</p>\n'
    items = "".join(_area(result.text, area, place, prefix) for place, area in enumerate(result.areas, 1))
    return f'{title}<ol class="ht-areas">\n{items}</ol>\n'


def _area(text: str, area: AreaResult, place: int, prefix: str) -> str:
    sentences = "".join(
        _sentence(text, sentence, list(spans), place, prefix)
        for sentence, spans in groupby(enumerate(area.evidence), key=lambda item: item[1].sentence)
    )
    return (
        f'<li><div class="ht-area-name"><span class="ht-number">{place}</span>'
        f"<span>{both_html(area.name_vi, area.name_en)}</span>"
        f'<span class="ht-score" style="--score:{percent(area.score)}">{percent(area.score)}</span></div>\n'
        f"{sentences}</li>\n"
    )


def _sentence(
    text: str, sentence: Span, spans: list[tuple[int, EvidenceSpan]], place: int, prefix: str
) -> str:
    marks = [Mark(span.start, span.end, evidence_id(prefix, place, number)) for number, span in spans]
    first, last = min(mark.start for mark in marks), max(mark.end for mark in marks)
    start, end = sentence.start, sentence.end
    if first - start > _CONTEXT:
        start = text.find(" ", first - _CONTEXT, first) + 1 or first
    if end - last > _CONTEXT:
        end = max(last, text.rfind(" ", last, last + _CONTEXT))
    out = ["… "] if start > sentence.start else []
    for event in nest(marks, start, end):
        if event.mark is None:
            out.append(escape(text[event.start : event.end]))
        elif event.kind == "open":
            out.append(f'<a class="ht-phrase" href="#{event.mark.key}">')
        else:
            out.append("</a>")
    if end < sentence.end:
        out.append(" …")
    return f'<blockquote lang="vi">{"".join(out)}</blockquote>\n'


def _names(result: Result, prefix: str) -> str:
    colours = colour_classes(entity.label for entity in result.entities)
    numbers = {entity: number for number, entity in enumerate(result.entities)}
    out = []
    for label, surfaces in result.surfaces().items():
        items = []
        for surface in surfaces:
            count = len(surface.mentions)
            times = f'<span class="ht-count">×{count}</span>' if count > 1 else ""
            target = entity_id(prefix, numbers[surface.mentions[0]])
            items.append(f'<li><a href="#{target}" lang="vi">{escape(surface.text)}</a>{times}</li>\n')
        out.append(
            f'<h2 class="{colours[label]}"><span class="ht-swatch"></span>{both_html(*entity_names(label))}'
            f'<span class="ht-count">{len(surfaces)}</span></h2>\n'
            f'<ul class="ht-names">\n{"".join(items)}</ul>\n'
        )
    return "".join(out)
