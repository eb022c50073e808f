"""The JSON API: what it answers, and what it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hoptac.schema import load_schema
from hoptac.serve.app import create_app
from hoptac.serve.settings import Settings
from tests.serve.stand_in import StandIn

TEXT = "Đại tá Lê Văn Thử 😀 nói về đào tạo sĩ quan tại Bộ Quốc phòng."


def _small(tagger: StandIn, **limits: Any) -> TestClient:
    settings = replace(Settings(), **limits)
    return TestClient(create_app(tagger, settings), base_url="http://localhost")  # type: ignore[arg-type]


def test_a_prediction_is_the_result_as_a_dictionary_with_its_text(
    client: TestClient, tagger: StandIn
) -> None:
    answer = client.post("/api/predict", json={"text": TEXT})
    result = tagger.predict(TEXT)
    assert answer.status_code == 200
    assert answer.json() == {"text": TEXT, **result.to_dict()}
    assert [entity["text"] for entity in answer.json()["entities"]] == [
        TEXT[entity["start"] : entity["end"]] for entity in answer.json()["entities"]
    ]


def test_furniture_is_kept_only_where_asked(client: TestClient) -> None:
    page = "Trang chủ | Thời sự | Quốc phòng\nBộ Quốc phòng tiếp đoàn\n" + (TEXT + " ") * 4 + "\n"
    left_out = client.post("/api/predict", json={"text": page}).json()["dropped"]
    assert [line["text"] for line in left_out] == ["Trang chủ | Thời sự | Quốc phòng"]
    assert client.post("/api/predict", json={"text": page, "keep_furniture": True}).json()["dropped"] == []


def test_html_is_read_as_its_article(client: TestClient) -> None:
    html = f"<!DOCTYPE html><html><body><article><p>{TEXT} {TEXT}</p><p>{TEXT}</p></article></body></html>"
    answer = client.post("/api/predict", json={"text": html}).json()
    assert "<p>" not in answer["text"]
    assert TEXT in answer["text"]
    assert answer["entities"]


def test_the_schema_lists_every_label_and_the_limits(client: TestClient, folder: object) -> None:
    body = client.get("/api/schema").json()
    assert [entity["label"] for entity in body["entities"]] == list(load_schema().entity_labels)
    assert [area["label"] for area in body["areas"]] == list(load_schema().area_labels)
    assert body["save_folder"] == str(folder)
    assert body["max_bytes"] > body["max_characters"] > 0
    assert body["engine"] == "stand-in"


def test_openapi_describes_every_call_and_its_errors(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/api/schema", "/api/predict", "/api/annotation", "/api/article"}
    failure = paths["/api/predict"]["post"]["responses"]
    assert {"200", "413", "422", "503"} <= set(failure)
    assert failure["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/Failure")
    assert client.get("/docs").status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"text": "kh\xc3\xb4ng \xc4\x91\xe1\xbb\x8dc \xc4\x91\xc6\xb0\xe1\xbb\xa3c"}', "cannot be read"),
        (b"{", "not JSON"),
        (b"[]", "JSON object"),
        (b"", "JSON object"),
        (b"{}", "text: Field required"),
        (b'{"text": 3}', "text: Input should be a valid string"),
        (b'{"text": "a", "treshold": 1}', "treshold"),
        (b'{"text": "\\ud83d"}', "surrogate"),
        (b'{"text": "\xff"}', ""),
    ],
)
def test_bad_input_gets_one_sentence(client: TestClient, content: bytes, told: str) -> None:
    answer = client.post("/api/predict", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error"}
    assert told in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


def test_a_bug_is_no_traceback(client: TestClient) -> None:
    answer = client.post("/api/predict", json={"text": "hỏng"})
    assert answer.status_code == 500
    assert "RuntimeError" in answer.json()["error"]
    assert client.post("/api/predict", json={"text": TEXT}).status_code == 200


def test_a_body_over_the_limit_is_refused_whether_its_size_is_told_or_not(tagger: StandIn) -> None:
    client = _small(tagger, max_bytes=1000)
    body = b'{"text": "' + b"a" * 1000 + b'"}'
    told = client.post("/api/predict", content=body)
    untold = client.post("/api/predict", content=iter([body[:500], body[500:]]))
    for answer in (told, untold):
        assert answer.status_code == 413
        assert "larger than" in answer.json()["error"]
    assert tagger.read == []
    headers = {"Content-Type": "application/json"}
    assert client.post("/api/predict", content=iter([b'{"te', b'xt":"a"}']), headers=headers).json()[
        "text"
    ] == ("a")


def test_a_text_over_the_limit_is_refused(tagger: StandIn) -> None:
    client = _small(tagger, max_characters=len(TEXT))
    assert client.post("/api/predict", json={"text": TEXT}).status_code == 200
    answer = client.post("/api/predict", json={"text": TEXT + "."})
    assert answer.status_code == 413
    assert f"{len(TEXT) + 1} characters" in answer.json()["error"]


def test_a_full_queue_sends_away_with_a_time_to_come_back(tagger: StandIn) -> None:
    tagger.held.clear()
    with _small(tagger, waiting=1) as client, ThreadPoolExecutor(4) as pool:

        def call() -> Any:
            return client.post("/api/predict", json={"text": TEXT})

        first = pool.submit(call)
        assert tagger.begun.wait(10)
        others = [pool.submit(call) for _ in range(3)]
        done = as_completed(others, timeout=20)
        for answer in (next(done).result(), next(done).result()):
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) >= 1
            assert "try again" in answer.json()["error"]
        assert client.get("/api/schema").status_code == 200  # the rest still answers
        assert not first.done()
        tagger.held.set()
        assert sorted(each.result(20).status_code for each in others) == [200, 503, 503]
        assert first.result(20).status_code == 200
        assert call().status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8010", "localhost", "LOCALHOST:1", "[::1]:8010"])
def test_the_names_of_this_machine_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/schema", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.test", "127.0.0.1.evil.test:8010", "localhost.evil.test", "10.0.0.7", ""]
)
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/schema", headers={"Host": host})
    assert answer.status_code == 421
    assert "--host" in answer.json()["error"]


def test_a_server_for_others_answers_to_its_addresses_and_name_but_no_other() -> None:
    from hoptac.serve.server import settings_for

    settings = settings_for("0.0.0.0", None)
    client = TestClient(create_app(StandIn(), settings))  # type: ignore[arg-type]
    status = [client.get("/", headers={"Host": host}).status_code for host in ("10.0.0.7:8010", "evil.test")]
    assert status == [200, 421]


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "http://127.0.0.1:9999"])
def test_a_page_of_another_site_cannot_post(client: TestClient, tagger: StandIn, origin: str) -> None:
    answer = client.post("/api/predict", json={"text": TEXT}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert tagger.read == []
    own = {"Origin": "http://127.0.0.1:8010"}
    assert client.post("/api/predict", json={"text": TEXT}, headers=own).status_code == 200
