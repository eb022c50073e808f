"""Label Studio: tasks as its JSON export has them, and the labeling configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from hoptac.annotations.formats.catalogue import Format
from hoptac.errors import AnnotationError
from hoptac.schema import load_schema

from .formats_data import ARTICLE, PLAIN, phrases, read, surfaces, write

TEXT = "🎖 Đại tá Lê Văn Thử thăm Học viện Mẫu.\nHai bên bàn về đào tạo sĩ quan."


def region(surface: str, label: str, **more: Any) -> dict[str, Any]:
    start = TEXT.index(surface)
    value = {"start": start, "end": start + len(surface), "text": surface, "labels": [label]}
    names = {"id": f"x{start}", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual"}
    return {**names, "value": value, **more}


def choices(*names: str) -> dict[str, Any]:
    value = {"choices": list(names)}
    return {"id": "c1", "from_name": "areas", "to_name": "text", "type": "choices", "value": value}


def exported(*annotations: list[dict[str, Any]], **fields: Any) -> list[dict[str, Any]]:
    """A task with all the keys that version 1.15 exports."""
    dated = {"created_at": "2024-11-12T02:11:09.301188Z", "updated_at": "2024-11-12T02:14:40.558713Z"}
    done = [
        {
            "id": 31 + number,
            "completed_by": 1 + number,
            "result": result,
            "was_cancelled": False,
            "ground_truth": False,
            **dated,
            "draft_created_at": None,
            "lead_time": 42.117,
            "prediction": {},
            "result_count": len(result),
            "unique_id": "0b8f4a92-3f0e-4c50-8f6b-8f54f9b8a0c1",
            "import_id": None,
            "last_action": None,
            "bulk_created": False,
            "task": 7,
            "project": 2,
            "updated_by": 1,
            "parent_prediction": None,
            "parent_annotation": None,
            "last_created_by": None,
        }
        for number, result in enumerate(annotations)
    ]
    task = {
        "id": 7,
        "annotations": done,
        "file_upload": "4f1c2a7b-bai.json",
        "drafts": [],
        "predictions": [],
        "data": {"text": TEXT},
        "meta": {},
        **dated,
        "inner_id": 1,
        "total_annotations": len(done),
        "cancelled_annotations": 0,
        "total_predictions": 0,
        "comment_count": 0,
        "unresolved_comment_count": 0,
        "last_comment_updated_at": None,
        "project": 2,
        "updated_by": 1,
        "comment_authors": [],
    }
    return [{**task, **fields}]


def save(path: Path, tasks: Any) -> Path:
    path.write_text(json.dumps(tasks), encoding="utf-8")  # with \\uXXXX and surrogate pairs, as exported
    return path


def test_round_trip(tmp_path: Path) -> None:
    losses = write(tmp_path / "a.json", Format.LABEL_STUDIO)
    assert not losses
    again, losses = read(tmp_path / "a.json")
    assert again == [ARTICLE, PLAIN] and not losses


def test_written_tasks_fit_the_configuration_beside_them(tmp_path: Path) -> None:
    write(tmp_path / "a.json", Format.LABEL_STUDIO)
    view = ElementTree.parse(tmp_path / "a.xml").getroot()
    labels = {
        control.get("name"): {label.get("value") for label in control}
        for control in (*view.iter("Labels"), *view.iter("Choices"))
    }
    assert labels["entities"] == set(load_schema().entity_labels)
    assert labels["evidence"] == labels["areas"] == set(load_schema().area_labels)
    text = view.find("Text")
    assert text is not None and text.get("value") == "$text"
    keys = [label.get("hotkey") for label in view.iter("Label")]
    assert len(set(keys)) == len(keys) == 25
    task = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))[0]
    assert task["data"]["text"] == ARTICLE.text
    used = task["annotations"][0]["result"]
    assert len(used) == 7 + 3 + 2 + 1
    for one in used:
        assert one["to_name"] == text.get("name")
        assert set(one["value"].get("labels") or one["value"]["choices"]) <= labels[one["from_name"]]
        if one["type"] == "labels":
            start, end = one["value"]["start"], one["value"]["end"]
            assert ARTICLE.text[start:end] == one["value"]["text"]


def test_a_real_export(tmp_path: Path) -> None:
    result = [
        region("Đại tá", "RANK"),
        region("Lê Văn Thử", "Person"),
        region("Học viện Mẫu", "tổ chức"),
        region("đào tạo sĩ quan", "training"),
        choices("training"),
    ]
    (article,), losses = read(save(tmp_path / "project-2.json", exported(result)))
    assert article.id == "project-2-7" and article.text == TEXT
    assert surfaces(article) == [
        ("Đại tá", "RANK"),
        ("Lê Văn Thử", "PERSON"),
        ("Học viện Mẫu", "ORGANIZATION"),
    ]
    assert phrases(article) == [("đào tạo sĩ quan", "training")]
    assert not losses


def test_what_an_article_cannot_hold_is_counted(tmp_path: Path) -> None:
    result = [
        region("Đại tá", "RANK", meta={"text": ["cấp bậc?"]}),
        region("Đại tá Lê Văn Thử", "PERSON"),
        region("Học viện", "LOC"),
        region("Mẫu.\nHai", "PERSON"),
        choices("border", "Khác"),
        {"from_id": "x2", "to_id": "x9", "type": "relation", "direction": "right"},
        {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["?"]}},
    ]
    (article,), losses = read(save(tmp_path / "p.json", exported(result)))
    assert surfaces(article) == [("Đại tá Lê Văn Thử", "PERSON")]
    said = losses.sentences()
    for part in (
        "1 marks that overlap or cross a longer one (left out) (p-7: RANK 'Đại tá' beside PERSON",
        "1 marks with a label that is not in the schema",
        "p-7: LOC 'Học viện'",
        "1 marks over a line break",
        "1 areas without a phrase that shows them (left out) (p-7: border)",
        "1 categories that are no cooperation area (left out) (p-7: Khác)",
        "1 results of the type 'relation'",
        "1 results of the type 'textarea'",
        "1 notes on regions",
    ):
        assert any(part in sentence for sentence in said), (part, said)


def test_edges_are_trimmed(tmp_path: Path) -> None:
    (article,), losses = read(save(tmp_path / "p.json", exported([region(" Lê Văn Thử ", "PERSON")])))
    assert surfaces(article) == [("Lê Văn Thử", "PERSON")]
    assert losses.count("marks with white space at their edges (trimmed)") == 1


def test_labels_can_be_renamed(tmp_path: Path) -> None:
    path = save(tmp_path / "p.json", exported([region("Học viện", "LOC"), region("Đại tá", "Rank")]))
    (article,), losses = read(path, LOC="ORGANIZATION")
    assert surfaces(article) == [("Đại tá", "RANK"), ("Học viện", "ORGANIZATION")] and not losses


def test_which_annotation_counts(tmp_path: Path) -> None:
    first, second = [region("Đại tá", "RANK")], [region("Lê Văn Thử", "PERSON")]
    tasks = exported(first, second)
    (article,), losses = read(save(tmp_path / "p.json", tasks))
    assert surfaces(article) == [("Lê Văn Thử", "PERSON")]
    assert losses.count("further annotations of a task (left out)") == 1
    tasks[0]["annotations"][0]["ground_truth"] = True
    (article,), _ = read(save(tmp_path / "p.json", tasks))
    assert surfaces(article) == [("Đại tá", "RANK")]
    tasks[0]["annotations"][0]["was_cancelled"] = tasks[0]["annotations"][1]["was_cancelled"] = True
    articles, losses = read(save(tmp_path / "p.json", tasks))
    assert articles == []
    assert losses.count("skipped annotations (left out)") == 2
    assert losses.count("tasks without an annotation (left out)") == 1


@pytest.mark.parametrize(
    ("tasks", "part"),
    [
        ([{"id": 3, "annotation_id": 1, "text": "a", "label": []}], "task 3: this is a JSON-MIN export"),
        ([{"id": 3, "annotations": []}], "task 3 has no 'data'"),
        ([{"data": {"title": "a"}, "annotations": []}], "task 1 has no 'data.text' (its keys: title)"),
        ([{"data": {"text": "a"}}], "task 1 has no list of 'annotations'"),
        (
            exported([{"type": "labels", "value": {"start": "0", "end": 1, "labels": []}}]),
            "task 7 (p-7): a region lacks",
        ),
        (3, "is a JSON list of tasks"),
    ],
)
def test_files_that_are_no_export(tmp_path: Path, tasks: Any, part: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read(save(tmp_path / "p.json", tasks))
    assert part in str(caught.value) and "p.json" in str(caught.value)


def test_a_text_that_was_changed_later_is_refused(tmp_path: Path) -> None:
    tasks = exported([region("Đại tá", "RANK")])
    tasks[0]["data"]["text"] = "Tin: " + TEXT
    with pytest.raises(AnnotationError, match=r"task 7 .* says 'Đại tá', the text there 'n: "):
        read(save(tmp_path / "p.json", tasks))
