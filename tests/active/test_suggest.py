from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner
from typer.testing import Result as Outcome

from hoptac.active.corrected import read_corrected
from hoptac.active.suggestion import NewPage, _article, suggest
from hoptac.annotations.formats.catalogue import FOLDERS, Format, read_articles
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.inline import read_inline
from hoptac.cli import app
from hoptac.errors import InputError
from hoptac.evaluate.prediction import Prediction, ScoredEntity, ScoredEvidence
from hoptac.reader import Reader
from hoptac.tagger import Tagger
from hoptac.text.page import read_page
from tests.train.articles import inline

Suggest = Callable[..., Outcome]


@pytest.fixture
def hoptac_suggest(model: Path, tmp_path: Path) -> Suggest:
    """``hoptac annotations suggest`` with the tiny model, into OUT."""

    def run(*args: object, out: str = "out", **kwargs: object) -> Outcome:
        words = ["annotations", "suggest", *map(str, args), "--model", str(model), "-o", str(tmp_path / out)]
        return CliRunner().invoke(app, words, prog_name="hoptac", **kwargs)  # type: ignore[arg-type]

    return run


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def test_pages_become_numbered_articles(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    done = hoptac_suggest(pages)
    assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    files = sorted(path.name for path in out.glob("*.md"))
    assert [name[:4] for name in files] == ["001-", "002-", "003-", "004-"]
    rows = table(out / "order.csv")
    assert [f"{row['id']}.md" for row in rows] == files
    gains = [float(row["gain"]) for row in rows if not row["repeats"]]
    assert len(gains) == 3 and gains == sorted(gains, reverse=True)
    # of the page and its copy the second one is held back
    assert {rows[3]["id"][4:], rows[3]["repeats"].split()[0][4:]} == {"copy", "page-3"}
    assert "repeats" in done.stdout and "001-" in done.stdout


def test_the_marks_are_those_of_the_model(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    hoptac_suggest(pages / "page-7.txt")
    made = read_inline((tmp_path / "out" / "001-page-7.md").read_text(encoding="utf-8"))
    gold = read_inline(inline(7))
    assert made.text == gold.text
    assert set(made.entities) == set(gold.entities) and made.areas == gold.areas
    assert made.furniture == gold.furniture, "the page filter drops this line"


def test_doubts_have_their_line_and_sentence(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    hoptac_suggest(pages)
    out = tmp_path / "out"
    doubts = table(out / "doubts.csv")
    assert doubts, "a tiny model doubts something"
    for row in doubts:
        line = (out / f"{row['id']}.md").read_text(encoding="utf-8").split("\n")[int(row["line"]) - 1]
        plain = read_inline(f"---\nid: a\n---\n{line}").text
        assert row["words"] in plain and row["words"] in row["sentence"]
        assert float(row["wrong"]) >= 0.1
        score = float(row["score"])
        assert abs(float(row["wrong"]) - (1 - score if row["marked"] == "yes" else score)) < 0.002
    wrong = [float(row["wrong"]) for row in doubts if row["rank"] == "1"]
    assert wrong == sorted(wrong, reverse=True)


@pytest.mark.parametrize("form", [form for form in Format if form is not Format.LABEL_STUDIO])
def test_every_format_reads_back(form: Format, hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    if form is Format.SPACY:
        pytest.importorskip("spacy")
    done = hoptac_suggest(pages, "--format", form)
    assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    rows = table(out / "order.csv")
    corrected = read_corrected(out)
    assert corrected.articles == () and set(corrected.unchanged) == {row["id"] for row in rows}
    taken = read_corrected(out, take_unchanged=True).articles
    assert [article.id for article in taken] == [row["id"] for row in rows]
    assert all(article.entities for article in taken)
    if form is not Format.CONLL:
        assert all(article.furniture and article.areas for article in taken)
    assert form in FOLDERS or len(list(out.iterdir())) == 3


def test_label_studio_has_predictions(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    hoptac_suggest(pages, "-f", "label-studio")
    path = tmp_path / "out" / "articles.json"
    tasks = json.loads(path.read_text(encoding="utf-8"))
    assert [task["data"]["rank"] for task in tasks] == [1, 2, 3, 4]
    for task in tasks:
        assert "annotations" not in task
        (prediction,) = task["predictions"]
        names = [region for region in prediction["result"] if region["from_name"] == "entities"]
        assert names and all(0 < region["score"] <= 1 for region in names)
        assert all(region["origin"] == "prediction" for region in prediction["result"])
    # what the tool exports once each is submitted
    for task in tasks:
        task["annotations"] = [{"result": task["predictions"][0]["result"]}]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    articles = read_articles(path)
    assert len(articles) == 4 and all(article.entities and article.furniture for article in articles)


def test_a_correction_is_told_from_a_suggestion(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    hoptac_suggest(pages)
    out = tmp_path / "out"
    file = sorted(out.glob("*.md"))[1]
    file.write_text(file.read_text(encoding="utf-8").replace("|RANK]", "|PERSON]", 1), encoding="utf-8")
    corrected = read_corrected(out)
    assert [article.id for article in corrected.articles] == [file.stem]
    assert len(corrected.unchanged) == 3 and corrected.files[file.stem] == file


def test_a_limit(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    done = hoptac_suggest(pages, "--limit", 2)
    assert len(list((tmp_path / "out").glob("*.md"))) == 2 == len(table(tmp_path / "out" / "order.csv"))
    assert "2 of 4 articles" in done.stdout


def test_json_lines_and_html(hoptac_suggest: Suggest, tmp_path: Path) -> None:
    text = read_inline(inline(2)).text
    lines = [{"id": "Bài số 1", "text": text}, {"text": "Đại tá Vũ Đình Lộc thăm Lào."}, {"id": 1}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    body = "".join(f"<p>{line}</p>" for line in read_inline(inline(5)).text.split("\n"))
    html = f"<html><head><title>Tin</title></head><body><article>{body}</article></body></html>"
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    done = hoptac_suggest(tmp_path / "in.jsonl", tmp_path / "page.html")
    assert done.exit_code == 1, done.output
    assert 'line 3: the object has no "text"' in done.stderr
    ids = {path.stem[4:] for path in (tmp_path / "out").glob("*.md")}
    assert ids == {"B-i-s-1", "in-2", "page"}


def test_names_that_collide_get_numbers(hoptac_suggest: Suggest, tmp_path: Path) -> None:
    for folder, number in (("a", 1), ("b", 6)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tin.txt").write_text(read_inline(inline(number)).text, encoding="utf-8")
    hoptac_suggest(tmp_path / "a", tmp_path / "b")
    assert {path.stem[4:] for path in (tmp_path / "out").glob("*.md")} == {"tin", "tin-2"}


def test_bad_pages_are_named_and_the_others_done(
    hoptac_suggest: Suggest, pages: Path, tmp_path: Path
) -> None:
    (pages / "bad.txt").write_bytes(b"\xff\xfa rubbish")
    (pages / "empty.txt").write_bytes(b" \n")
    (pages / "marked.txt").write_text(inline(1), encoding="utf-8")
    (pages / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = hoptac_suggest(pages, pages / "absent.txt")
    assert done.exit_code == 1
    for said in (
        "bad.txt: byte 0",
        "empty.txt: is empty",
        "marked.txt: is inline markup",
        "absent.txt: cannot",
    ):
        assert said in done.stderr, done.stderr
    assert "1 files that are neither" in done.stderr
    assert len(list((tmp_path / "out").glob("*.md"))) == 4


def test_nothing_to_read(hoptac_suggest: Suggest, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    done = hoptac_suggest(tmp_path / "none")
    assert done.exit_code == 2 and "holds no .html, .txt or .jsonl file" in done.stderr
    assert not (tmp_path / "out").exists()


def test_earlier_work_is_never_written_over(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "001-page-0.md").write_text("corrected", encoding="utf-8")
    done = hoptac_suggest(pages)
    assert done.exit_code == 2 and "holds something; name a new folder" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["001-page-0.md"]


def test_pages_that_are_done_are_left_out(hoptac_suggest: Suggest, pages: Path, tmp_path: Path) -> None:
    hoptac_suggest(pages / "page-3.txt", out="first")
    done = hoptac_suggest(pages, "--done", tmp_path / "first", out="second")
    assert done.exit_code == 0 and "2 pages repeat articles that are done" in done.stderr
    assert {path.stem[4:] for path in (tmp_path / "second").glob("*.md")} == {"page-0", "page-7"}


def test_a_model_of_other_labels_is_refused(
    hoptac_suggest: Suggest, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    monkeypatch.setattr(reader, "settings", replace(reader.settings, entity_labels=["PER", "LOC"]))
    monkeypatch.setattr("hoptac.active.model.load", lambda model: Tagger(reader))
    done = hoptac_suggest(pages)
    assert done.exit_code == 2 and "marks other labels (PER, LOC, " in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_formula_stays_text(hoptac_suggest: Suggest, tmp_path: Path) -> None:
    (tmp_path / "=cmd.txt").write_text(read_inline(inline(1)).text, encoding="utf-8")
    hoptac_suggest(tmp_path / "=cmd.txt")
    for name in ("order.csv", "doubts.csv"):
        for row in table(tmp_path / "out" / name):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_marks_that_an_article_cannot_hold_are_said(reader: Reader) -> None:
    losses = Losses()
    text = read_inline(inline(0)).text.replace("Trần Văn Khải đã", "Trần Văn\nKhải đã")
    page, broken = NewPage("a", "a.txt", text), NewPage("b", "b.html", "<html><body></body></html>")
    found = list(suggest(reader, [page, broken], losses))
    assert isinstance(found[1], InputError) and str(found[1]).startswith("b.html: ")
    assert not isinstance(found[0], InputError)
    article = found[0].article
    assert all("\n" not in article.text[mark.start : mark.end] for mark in article.entities)
    over = sum("\n" in text[e.start : e.end] for e in found[0].prediction.entities)
    assert losses.count("marks over a line break (left out)") == over


def test_marks_have_edges_that_the_check_accepts(tmp_path: Path) -> None:
    text = "Hai bên nói về an ninh, và “Lào”."
    prediction = Prediction(
        "a",
        (ScoredEntity(text.index("“"), text.index("”") + 1, "ORGANIZATION", 0.9),),
        {},
        frozenset({"border"}),
        (ScoredEvidence(text.index(","), text.index(",") + 1, "border", 0.9),),
    )
    losses = Losses()
    article = _article("a", read_page(text), prediction, losses)
    assert [text[e.start : e.end] for e in article.entities] == ["Lào"]
    assert article.evidence == () and losses.count("marks of punctuation alone (left out)") == 1
