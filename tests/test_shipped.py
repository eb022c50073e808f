"""The model that comes with the package, on a composed page and on real ones, as a user meets it."""

from __future__ import annotations

import json
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoptac import Result, Tagger, load
from hoptac.annotations.files import read_text
from hoptac.annotations.inline import read_inline
from hoptac.cli import app
from hoptac.evaluate.report import evaluate
from hoptac.model.folder import SHIPPED
from hoptac.scoring import predict_articles

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "tests" / "pages" / "visit.txt").read_text(encoding="utf-8")
SEEDS = ROOT.parent / "shared" / "annotation" / "seeds"


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load()


def found(result: Result) -> set[tuple[str, str]]:
    """Label and surface of every entity, in composed Unicode."""
    return {(e.label, unicodedata.normalize("NFC", e.text)) for e in result.entities}


def test_the_example_of_the_readme(tagger: Tagger) -> None:
    result = tagger.predict(PAGE)
    assert {
        ("PERSON", "Lương Bảo Khánh"),
        ("PERSON", "Tomáš Havelka"),
        ("PERSON", "Nguyễn Hữu Quyết"),
        ("RANK", "Thượng tướng"),
        ("RANK", "Trung tướng"),
        ("RANK", "Đại tá"),
        ("ORGANIZATION", "Bộ Quốc phòng"),
        ("ORGANIZATION", "Quân đội Cộng hòa Séc"),
        ("DATE", "Chiều 15-5"),
        ("DATE", "năm 2019"),
        ("DOCUMENT", "Kế hoạch hợp tác quốc phòng giai đoạn 2025-2027"),
    } <= found(result)
    areas = {area.label for area in result.areas}
    assert {"training", "military_medicine", "defence_industry", "cyber_digital", "peacekeeping"} <= areas
    assert all(result.text[e.start : e.end] == e.text and 0 < e.score <= 1 for e in result.entities)
    for area in result.areas:
        assert area.name_vi and area.name_en and area.evidence
        for phrase in area.evidence:
            assert phrase.sentence.start <= phrase.start < phrase.end <= phrase.sentence.end
    # nothing of the menu above and the related titles below
    assert {line.reason for line in result.dropped} >= {"menu", "share", "related"}
    assert all(
        PAGE.index("Việt Nam và Cộng hòa Séc") <= e.start < PAGE.index("Tin liên quan")
        for e in result.entities
    )


def test_decomposed_text_and_odd_spaces_change_nothing_but_offsets(tagger: Tagger) -> None:
    odd = unicodedata.normalize("NFD", PAGE).replace(" ", "\u00a0 ").replace("\n", "\r\n")
    plain, other = tagger.predict([PAGE, odd])
    assert {(label, " ".join(text.split())) for label, text in found(other)} == found(plain)
    assert [area.label for area in other.areas] == [area.label for area in plain.areas]


def test_results_do_not_depend_on_company_or_thread(tagger: Tagger) -> None:
    texts = [PAGE, PAGE[: len(PAGE) // 2], "Sáng 3/7, Đại tá Lê Văn Tám tới Lào."]
    together = tagger.predict(texts)
    with ThreadPoolExecutor(3) as pool:
        alone = list(pool.map(tagger.predict, texts))
    assert [found(result) for result in together] == [found(result) for result in alone]
    for one, other in zip(together, alone, strict=True):
        assert [e.score for e in one.entities] == pytest.approx([e.score for e in other.entities], abs=0.05)


def test_html(tagger: Tagger) -> None:
    body = "".join(f"<p>{line}</p>" for line in PAGE.splitlines()[8:22] if line)
    page = (
        f"<html><head><title>Tin</title></head><body><article><h1>Thăm Séc</h1>{body}</article></body></html>"
    )
    result = tagger.predict(page)
    assert ("PERSON", "Tomáš Havelka") in found(result)
    assert "<p>" not in result.text


def test_the_shipped_folder_is_small_and_carries_a_card() -> None:
    assert {path.name for path in SHIPPED.iterdir()} >= {"model.safetensors", "config.json", "README.md"}
    assert (SHIPPED / "model.safetensors").stat().st_size < 100e6
    assert len(json.loads((SHIPPED / "config.json").read_text(encoding="utf-8"))["area_thresholds"]) == 19


def test_command_line_on_the_example(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    page = ROOT / "tests" / "pages" / "visit.txt"
    run = CliRunner().invoke(app, ["predict", str(page), "--format", "json", "-o", str(out)])
    assert run.exit_code == 0, run.output
    result = json.loads(out.read_text(encoding="utf-8"))
    assert {"start", "end", "label", "text", "score"} == set(result["entities"][0])
    assert any(area["label"] == "training" and area["evidence"] for area in result["areas"])


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the scraped pages are third-party texts and not in the repository"
)
def test_real_scraped_pages(tagger: Tagger) -> None:
    articles = [read_inline(read_text(path), path) for path in sorted((SEEDS / "inline").glob("*.md"))]
    predictions = predict_articles(tagger.reader, articles)
    evaluation = evaluate(articles, predictions, entity_labels=tagger.reader.settings.entity_labels)
    assert evaluation.overall.entities.micro.f1 > 0.85
    gold = {(article.id, area) for article in articles for area in article.areas}
    said = {(prediction.id, area) for prediction in predictions for area in prediction.areas}
    assert 2 * len(gold & said) / (len(gold) + len(said)) > 0.7
    for article, prediction in zip(articles, predictions, strict=True):
        lost = [e for e in prediction.entities if any(f.start <= e.start < f.end for f in article.furniture)]
        assert not lost, f"{article.id}: entities on furniture lines"
