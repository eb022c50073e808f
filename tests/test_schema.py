"""The label schema: order, completeness, and one source for package and corpus."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from hoptac.schema import load_schema

REPOSITORY = Path(__file__).parents[1]


def test_entity_labels_keep_their_order() -> None:
    assert load_schema().entity_labels == ("PERSON", "RANK", "ORGANIZATION", "DATE", "DOCUMENT")


def test_areas_follow_the_guidelines_table() -> None:
    guidelines = (REPOSITORY / "annotations" / "GUIDELINES.md").read_text(encoding="utf-8")
    table = guidelines.partition("## Cooperation areas")[2].partition("\n## ")[0]
    areas = tuple(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE))
    assert len(areas) == 19
    assert load_schema().area_labels == areas


def test_every_label_has_names_and_a_one_line_definition() -> None:
    schema = load_schema()
    for entry in (*schema.entities, *schema.areas):
        assert entry.name_vi and entry.name_en
        assert entry.definition.endswith(".") and "\n" not in entry.definition
    names = [entry.name_vi for entry in schema.areas] + [entry.name_en for entry in schema.areas]
    assert len(set(names)) == len(names)


def test_area_by_label() -> None:
    assert load_schema().area("border").name_en == "Border management"
    with pytest.raises(KeyError):
        load_schema().area("BORDER")


def test_corpus_and_package_hold_the_same_schema() -> None:
    packaged = files("hoptac").joinpath("schema.yaml").read_bytes()
    assert packaged == (REPOSITORY / "annotations" / "schema.yaml").read_bytes()
