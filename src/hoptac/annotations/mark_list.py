"""The list of what to mark in an article, one surface a line, as typed beside the text in any editor.

::

    # a comment
    PERSON<TAB>Trần Gia Bảo             every occurrence as whole words
    training<TAB>đào tạo sĩ quan<TAB>1,3     the first and the third only
    -<TAB>TP Hồ Chí Minh                no mark here, and none inside it
    -PERSON<TAB>Lan<TAB>2               no entity at the second occurrence
    +ORGANIZATION<TAB>Bộ Quốc phòng     also where letters touch it ("Bộ Quốc phòngViệt Nam")
    ~<TAB>Tin liên quan                 a line that is not part of the article

A label is an entity type or an area. ``-`` with a label drops marks of that label's layer only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from hoptac.errors import AnnotationError
from hoptac.schema import load_schema


class Action(Enum):
    """What a line of the list asks for."""

    MARK = ""
    GLUED = "+"
    DROP = "-"
    FURNITURE = "~"


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of the list: ``number`` is its place in the file, from 1.

    ``label`` is empty for furniture, and for marks to drop from both layers. ``nth`` holds the occurrences
    asked for, from 1; it is empty for all of them.
    """

    number: int
    action: Action
    label: str
    surface: str
    nth: tuple[int, ...] = ()


def read_mark_list(text: str, path: Path | str | None = None) -> tuple[ListLine, ...]:
    """The lines of a list; ``path`` is for messages only.

    Raises :class:`AnnotationError` with the line that is not one.
    """
    lines = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = line.rstrip("\r")
        if line.strip() and not line.startswith("#"):
            lines.append(_line(line, number, path))
    return tuple(lines)


def _line(line: str, number: int, path: Path | str | None) -> ListLine:
    head, *rest = (column.strip() for column in line.split("\t"))
    while len(rest) > 1 and not rest[-1]:
        rest.pop()
    if not rest or not rest[0] or len(rest) > 2:
        raise AnnotationError(
            "a line is LABEL, a tab, the words, and, where not all are meant, a tab and numbers such as 1,3",
            path,
            number,
        )
    action = next(
        (action for action in Action if action.value and head.startswith(action.value)), Action.MARK
    )
    label = head.removeprefix(action.value).strip()
    schema = load_schema()
    known = (*schema.entity_labels, *schema.area_labels)
    if action is Action.FURNITURE and label:
        raise AnnotationError(f"'~' stands alone before a line's words, here is {head!r}", path, number)
    if label not in known and (label or action in (Action.MARK, Action.GLUED)):
        message = f"{label!r} is no label; there are {', '.join(known)}"
        raise AnnotationError(message, path, number)
    return ListLine(number, action, label, rest[0], _numbers(rest[1], number, path) if rest[1:] else ())


def _numbers(column: str, number: int, path: Path | str | None) -> tuple[int, ...]:
    parts = [part.strip() for part in column.split(",")]
    if not all(part.isdecimal() and int(part) for part in parts):
        message = f"{column!r} are no numbers of occurrences; write such as 1,3, counting from 1"
        raise AnnotationError(message, path, number)
    return tuple(sorted({int(part) for part in parts}))
