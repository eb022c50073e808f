"""Small parts that the text and the side panel of the view share."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from hoptac.schema import load_schema

_COLOURS = 8  # as many as style.css defines
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


def escape(text: str) -> str:
    """``text`` for an element or a quoted attribute; what HTML cannot hold is shown as U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", html.escape(text).replace("\r", "&#13;"))


def percent(score: float) -> str:
    """A probability as a whole percentage, 99 at most for what is not quite certain."""
    return f"{100 if score == 1 else min(99, round(100 * score))}%"


def entity_names(label: str) -> tuple[str, str]:
    """The Vietnamese and English name of an entity label; a label the schema lacks names itself."""
    for entity in load_schema().entities:
        if entity.label == label:
            return entity.name_vi, entity.name_en
    return label, label


def both(name_vi: str, name_en: str) -> str:
    """Two names side by side, as text."""
    return name_vi if name_vi == name_en else f"{name_vi} · {name_en}"


def both_html(name_vi: str, name_en: str) -> str:
    """Two names side by side, the English one in a lighter tone."""
    english = "" if name_vi == name_en else f' <span class="ht-en" lang="en">{escape(name_en)}</span>'
    return f'<span lang="vi">{escape(name_vi)}</span>{english}'


def colour_classes(labels: Iterable[str]) -> dict[str, str]:
    """A style class for each label: the schema's types have fixed colours, other labels take the rest."""
    known = load_schema().entity_labels
    classes = {label: f"ht-e{number}" for number, label in enumerate(known, 1)}
    others = sorted(set(labels) - set(known))
    free = (
        range(len(known) + 1, _COLOURS + 1)
        if len(others) <= _COLOURS - len(known)
        else range(1, _COLOURS + 1)
    )
    for index, label in enumerate(others):
        classes[label] = f"ht-e{free[index % len(free)]}"
    return classes
