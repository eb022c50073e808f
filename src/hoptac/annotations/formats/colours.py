"""The colours of labels in annotation tools, told apart by colour-blind readers (Okabe and Ito)."""

from __future__ import annotations

from hoptac.annotations.formats.labelled import FURNITURE
from hoptac.schema import load_schema

_ENTITIES = ("#56b4e9", "#e69f00", "#1fb886", "#f0e442", "#cc79a7")
_EVIDENCE = "#f2a679"
_FURNITURE = "#b3b3b3"


def label_colours() -> dict[str, str]:
    """A colour for each entity type, one for all areas and one for furniture, as ``#rrggbb`` by label."""
    schema = load_schema()
    entities = {
        label: _ENTITIES[number % len(_ENTITIES)] for number, label in enumerate(schema.entity_labels)
    }
    return entities | dict.fromkeys(schema.area_labels, _EVIDENCE) | {FURNITURE: _FURNITURE}
