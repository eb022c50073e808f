"""Annotations over the API: what is written, where, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoptac.annotations.inline import read_inline
from hoptac.annotations.standoff import read_standoff
from hoptac.article import AreaEvidence, Entity, Span
from hoptac.serve.app import create_app
from hoptac.serve.settings import Settings
from tests.serve.stand_in import StandIn

TEXT = "Menu [1]\r\nĐại tá Lê Văn Thử 😀 bàn gìn giữ hòa bình Liên hợp quốc.\n"


def _span(surface: str) -> dict[str, int]:
    start = TEXT.index(surface)
    return {"start": start, "end": start + len(surface)}


def _body(**changes: Any) -> dict[str, Any]:
    return {
        "id": "own-001",
        "text": TEXT,
        "entities": [
            {**_span("Liên hợp quốc"), "label": "ORGANIZATION"},  # not in the order of the text
            {**_span("Lê Văn Thử"), "label": "PERSON"},
        ],
        "evidence": [{**_span("gìn giữ hòa bình Liên hợp quốc"), "area": "peacekeeping"}],
        "furniture": [_span("Menu [1]")],
        **changes,
    }


def test_inline_markup_comes_back_and_nothing_is_saved_unasked(client: TestClient, folder: Path) -> None:
    answer = client.post("/api/annotation", json=_body())
    assert answer.status_code == 200
    assert answer.json()["filename"] == "own-001.md"
    assert answer.json()["content"] == (
        "---\nid: own-001\n---\n~ Menu [1]\r\nĐại tá [Lê Văn Thử|PERSON] 😀 bàn "
        "{gìn giữ hòa bình [Liên hợp quốc|ORGANIZATION]|peacekeeping}.\n"
    )
    assert answer.json()["saved"] == []
    assert list(folder.iterdir()) == []


def test_a_saved_inline_file_holds_the_article_to_the_last_byte(client: TestClient, folder: Path) -> None:
    answer = client.post("/api/annotation", json=_body(save=True)).json()
    assert answer["saved"] == ["own-001.md"]
    assert [path.name for path in folder.iterdir()] == ["own-001.md"]
    data = (folder / "own-001.md").read_bytes()
    assert data.decode() == answer["content"]
    article = read_inline(data.decode())
    assert article.text == TEXT
    assert article.entities == (
        Entity(*_span("Lê Văn Thử").values(), "PERSON"),
        Entity(*_span("Liên hợp quốc").values(), "ORGANIZATION"),
    )
    assert article.evidence == (
        AreaEvidence(*_span("gìn giữ hòa bình Liên hợp quốc").values(), "peacekeeping"),
    )
    assert article.furniture == (Span(0, 8),)


def test_a_stand_off_record_is_saved_with_its_text(client: TestClient, folder: Path) -> None:
    answer = client.post("/api/annotation", json=_body(save=True, format="standoff")).json()
    assert answer["saved"] == ["texts/own-001.txt", "own-001.json"]
    text = (folder / "texts" / "own-001.txt").read_bytes().decode()
    article = read_standoff((folder / "own-001.json").read_text(encoding="utf-8")).with_text(text)
    assert article == read_inline(client.post("/api/annotation", json=_body()).json()["content"])


def test_an_annotation_is_replaced_only_where_asked(client: TestClient, folder: Path) -> None:
    assert client.post("/api/annotation", json=_body(save=True)).status_code == 200
    before = (folder / "own-001.md").read_bytes()
    refused = client.post("/api/annotation", json=_body(save=True, entities=[]))
    assert refused.status_code == 409
    assert "own-001.md is there already" in refused.json()["error"]
    assert (folder / "own-001.md").read_bytes() == before
    assert (
        client.post("/api/annotation", json=_body(save=True, entities=[], overwrite=True)).status_code == 200
    )
    assert b"PERSON" not in (folder / "own-001.md").read_bytes()
    other = client.post("/api/annotation", json=_body(save=True, overwrite=True, format="standoff"))
    assert other.status_code == 409
    assert not (folder / "own-001.json").exists()


@pytest.mark.parametrize(
    "bad",
    [
        "../own",
        "a/b",
        "a\\b",
        "/etc/own",
        ".",
        "..",
        ".own",
        "",
        "own\n",
        "ngày",
        "a" * 101,
        "a\x00b",
        "C:own",
    ],
)
def test_an_id_cannot_lead_out_of_the_folder(client: TestClient, folder: Path, bad: str) -> None:
    for form in ("inline", "standoff"):
        answer = client.post("/api/annotation", json=_body(id=bad, save=True, format=form))
        assert answer.status_code == 422
        assert "is not an id" in answer.json()["error"]
    assert list(folder.iterdir()) == []
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {
                "entities": [
                    {"start": 10, "end": 17, "label": "PERSON"},
                    {"start": 12, "end": 20, "label": "RANK"},
                ]
            },
            "overlaps",
        ),
        ({"entities": [{"start": 50, "end": len(TEXT) - 1, "label": "PERSON"}]}, "crosses"),
        ({"entities": [{"start": 10, "end": 10, "label": "PERSON"}]}, "no span"),
        ({"entities": [{"start": -3, "end": 4, "label": "PERSON"}]}, "no span"),
        ({"entities": [{"start": 10, "end": 4000, "label": "PERSON"}]}, "no span"),
        ({"entities": [{"start": 0, "end": 4, "label": "PERSON"}]}, "furniture"),
        ({"entities": [{"start": 0, "end": 14, "label": "PERSON"}], "furniture": []}, "line break"),
        ({"entities": [{"start": 10, "end": 14, "label": "a|b"}]}, "not a label"),
        ({"furniture": [{"start": 0, "end": 3}]}, "whole line"),
        ({"entities": [{"start": True, "end": 14, "label": "PERSON"}]}, "entities.0.start"),
        ({"entities": [{"start": 10.5, "end": 14, "label": "PERSON"}]}, "entities.0.start"),
        ({"format": "brat"}, "format"),
        ({"text": None}, "text"),
    ],
)
@pytest.mark.parametrize("form", ["inline", "standoff"])
def test_marks_that_cannot_be_written_are_refused(
    client: TestClient, folder: Path, form: str, changes: dict[str, Any], told: str
) -> None:
    answer = client.post("/api/annotation", json=_body(**{"save": True, "format": form, **changes}))
    assert answer.status_code == 422
    assert told in answer.json()["error"]
    assert list(folder.iterdir()) == []


def test_a_server_without_a_folder_saves_nothing() -> None:
    client = TestClient(create_app(StandIn(), Settings()), base_url="http://localhost")  # type: ignore[arg-type]
    assert client.get("/api/schema").json()["save_folder"] is None
    answer = client.post("/api/annotation", json=_body(save=True))
    assert answer.status_code == 422
    assert "--save FOLDER" in answer.json()["error"]


def test_a_folder_that_cannot_be_written_to_is_said(client: TestClient, folder: Path) -> None:
    folder.rmdir()
    folder.write_text("a file where the folder was")
    answer = client.post("/api/annotation", json=_body(save=True))
    assert answer.status_code == 500
    assert "cannot be written" in answer.json()["error"]


def test_markup_is_read_back(client: TestClient) -> None:
    markup = client.post("/api/annotation", json=_body()).json()["content"]
    body = client.post("/api/article", json={"markup": markup}).json()
    wanted = _body()
    wanted["entities"].reverse()  # in the order of the text
    assert body == wanted
    broken = client.post("/api/article", json={"markup": markup.replace("|PERSON]", "]")})
    assert broken.status_code == 422
    assert broken.json()["error"].startswith("5:")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.sampled_from("aắ\u0306\u0301😀[]{}|\\~ \n\r"), min_size=1, max_size=30), data=st.data()
)
def test_any_text_goes_round(client: TestClient, text: str, data: st.DataObject) -> None:
    places = st.integers(0, len(text) - 1)
    start = data.draw(places)
    line_end = text.find("\n", start) if "\n" in text[start:] else len(text)
    entities = [{"start": start, "end": line_end, "label": "PERSON"}] if start < line_end else []
    sent = {"id": "a", "text": text, "entities": entities, "evidence": [], "furniture": []}
    markup = client.post("/api/annotation", json=sent).json()["content"]
    assert client.post("/api/article", json={"markup": markup}).json() == sent
    assert json.dumps(sent)  # what went over the wire was JSON
