"""doccano: the JSONL files of its kinds of project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hoptac.annotations.formats.catalogue import Format
from hoptac.errors import AnnotationError

from .formats_data import ARTICLE, PLAIN, phrases, read, surfaces, write

TEXT = "Lê Văn Thử thăm Học viện Mẫu ngày 3/4."


def save(path: Path, *records: dict[str, Any]) -> Path:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def span(surface: str) -> tuple[int, int]:
    return TEXT.index(surface), TEXT.index(surface) + len(surface)


def test_round_trip(tmp_path: Path) -> None:
    assert not write(tmp_path / "a.jsonl", Format.DOCCANO)
    again, losses = read(tmp_path / "a.jsonl")
    assert again == [ARTICLE, PLAIN]
    assert losses.sentences() == [
        "1 texts with emoji or the like, whose offsets were read as UTF-16 (thu-01)"
    ]


def test_offsets_are_those_of_javascript(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", Format.DOCCANO)
    record = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8").split("\n")[0])
    units = record["text"].encode("utf-16-le")
    names = {label: units[2 * start : 2 * end].decode("utf-16-le") for start, end, label in record["label"]}
    assert names["DATE"] == "ngày 3-7" and names["training"] == "đào tạo Học viện Mẫu"


def test_sequence_labeling(tmp_path: Path) -> None:
    record = {
        "id": 12,
        "text": TEXT,
        "nguon": "mẫu",
        "label": [[*span("Lê Văn Thử"), "PERSON"], [*span("ngày 3/4"), "DATE"]],
        "Comments": ["ngày nào?", "xem lại"],
    }
    (article,), losses = read(save(tmp_path / "all.jsonl", record))
    assert article.id == "all-12"
    assert surfaces(article) == [("Lê Văn Thử", "PERSON"), ("ngày 3/4", "DATE")]
    assert losses.sentences() == ["2 comments (left out) (all-12: ngày nào?; …)"]


def test_a_project_with_relations(tmp_path: Path) -> None:
    (start, end), (begin, stop) = span("Lê Văn Thử"), span("Học viện Mẫu")
    record = {
        "id": 3,
        "text": TEXT,
        "entities": [
            {"id": 41, "label": "PERSON", "start_offset": start, "end_offset": end},
            {"id": 42, "label": "ORGANIZATION", "start_offset": begin, "end_offset": stop},
        ],
        "relations": [{"id": 5, "from_id": 41, "to_id": 42, "type": "thăm"}],
        "Comments": [],
    }
    (article,), losses = read(save(tmp_path / "all.jsonl", record))
    assert surfaces(article) == [("Lê Văn Thử", "PERSON"), ("Học viện Mẫu", "ORGANIZATION")]
    assert losses.sentences() == ["1 relations (left out) (all-3)"]


def test_intent_detection_and_slot_filling(tmp_path: Path) -> None:
    record = {
        "id": 3,
        "text": TEXT,
        "cats": ["delegation_exchange", "border"],
        "entities": [
            [*span("thăm Học viện Mẫu"), "delegation_exchange"],
            [*span("Học viện Mẫu"), "ORGANIZATION"],
        ],
        "Comments": [],
    }
    (article,), losses = read(save(tmp_path / "all.jsonl", record))
    assert phrases(article) == [("thăm Học viện Mẫu", "delegation_exchange")]
    assert surfaces(article) == [("Học viện Mẫu", "ORGANIZATION")]
    assert losses.sentences() == ["1 areas without a phrase that shows them (left out) (all-3: border)"]


def test_old_versions(tmp_path: Path) -> None:
    record = {"text": TEXT, "labels": [[*span("ngày 3/4"), "DATE"]], "meta": {}}
    (article,), losses = read(save(tmp_path / "old.jsonl", record))
    assert article.id == "old-1" and surfaces(article) == [("ngày 3/4", "DATE")] and not losses


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('{"text": "a"', "2:"),
        ('{"data": "a"}', "2: a line needs an object with a 'text'"),
        ('{"text": "ab"}', "2: the line has no 'label' nor 'entities'"),
        ('{"text": "ab", "label": [[0, 3, "DATE"]]}', "2: 0 to 3 (DATE) is no span of a text of 2"),
        ('{"text": "ab", "label": [[0, 1, 4]]}', "2: [0, 1, 4] among 'label' is not"),
        ('{"text": "ab", "label": {}}', "2: 'label' must be a list"),
    ],
)
def test_lines_that_are_no_export(tmp_path: Path, line: str, part: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "label": []}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError) as caught:
        read(path)
    assert f"a.jsonl:{part}" in str(caught.value)
