"""The label schema: entity types and cooperation areas with their names and definitions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of entity, such as ``PERSON``."""

    label: str
    name_vi: str
    name_en: str
    definition: str


@dataclass(frozen=True, slots=True)
class Area:
    """A cooperation area, such as ``training``."""

    label: str
    name_vi: str
    name_en: str
    definition: str


@dataclass(frozen=True, slots=True)
class Schema:
    """All labels, in the fixed order in which models number them."""

    entities: tuple[EntityType, ...]
    areas: tuple[Area, ...]

    @property
    def entity_labels(self) -> tuple[str, ...]:
        return tuple(entity.label for entity in self.entities)

    @property
    def area_labels(self) -> tuple[str, ...]:
        return tuple(area.label for area in self.areas)

    def area(self, label: str) -> Area:
        """The area with this label; raises ``KeyError`` for a label the schema lacks."""
        for area in self.areas:
            if area.label == label:
                return area
        raise KeyError(label)


@cache
def load_schema() -> Schema:
    """The schema that ships with the package (``schema.yaml``)."""
    import yaml

    raw = yaml.safe_load(files("hoptac").joinpath("schema.yaml").read_text(encoding="utf-8"))
    return Schema(
        entities=tuple(EntityType(**entry) for entry in raw["entities"]),
        areas=tuple(Area(**entry) for entry in raw["areas"]),
    )
