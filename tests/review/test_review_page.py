"""The page in a browser: walking through, deciding by key and mouse, keeping and exporting decisions."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hoptac.review.apply import read_decisions
from hoptac.review.page import render_page, write_page
from tests.review.conftest import find_cases
from tests.review.corpus import write_review_corpus


def test_the_page_needs_nothing_else(annotations: Path) -> None:
    page = render_page(find_cases(annotations))
    assert not re.search(r'(?:src|href)="(?!data:)', page) and "@import" not in page and "http" not in page
    assert page.count("</script>") == 2


def test_text_that_looks_like_html(annotations: Path) -> None:
    path = annotations / "composed" / "case-05.md"
    text = path.read_text(encoding="utf-8").replace(
        "lần thứ 5", "lần thứ 5 </script><img src=x onerror=alert(1)>"
    )
    path.write_text(text, encoding="utf-8")
    page = render_page(find_cases(annotations))
    assert "<img" not in page and page.count("</script>") == 2
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    case = next(case for case in data["cases"] if case["article"] == "case-05")
    assert "&lt;img src=x" in case["here"] and "<img" in case["sentence"]["text"]


sync_api = pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
CHROMIUM = shutil.which("chromium")
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_review_corpus(tmp_path_factory.mktemp("review"))


@pytest.fixture(scope="module")
def page(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("page") / "review.html"
    write_page(path, find_cases(root))
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            headless=True,
            args=flags,
            locale="en-GB",
            accept_downloads=True,
        )
        context.set_default_timeout(90_000)  # a machine that is busy with other work is slow
        context.set_offline(True)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(path.as_uri())
        yield page
        context.close()


def export(page: Any, button: str, target: Path) -> Path:
    with page.expect_download() as download:
        page.click(button)
    download.value.save_as(target)
    return target


@in_browser
def test_walking_and_deciding(page: Any, root: Path, tmp_path: Path) -> None:
    ids = [case.case.key for case in find_cases(root)]
    assert page.inner_text("#progress") == "1 / 3 · decided 0 / 3"
    assert page.locator("#there mark.rv-own").count() == 1
    page.keyboard.press("a")
    page.keyboard.press("ArrowLeft")
    assert page.get_attribute("[data-decision=accept]", "aria-pressed") == "true"
    page.keyboard.press("j")
    page.click("[data-decision=reject]")
    page.keyboard.press("n")
    page.keyboard.type("as in the guidelines, a or r")
    page.keyboard.press("Enter")
    assert page.inner_text("#progress") == "3 / 3 · decided 2 / 3"
    page.reload()
    assert page.inner_text("#progress") == "1 / 3 · decided 2 / 3"  # kept by the browser

    decisions = read_decisions(export(page, "#json", tmp_path / "review.json"))
    assert [(one.id, one.decision) for one in decisions] == [(ids[0], "accept"), (ids[1], "reject")]
    with export(page, "#csv", tmp_path / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["decision"] for row in rows] == ["accept", "reject", ""]
    assert rows[2]["note"] == "as in the guidelines, a or r"

    page.keyboard.press("Backspace")  # back at the first case
    assert page.inner_text("#progress") == "1 / 3 · decided 1 / 3"
    page.set_input_files("#file", tmp_path / "review.json")
    page.wait_for_function("document.getElementById('progress').textContent.endsWith('2 / 3')")
    assert page.problems == []


@in_browser
def test_filters_and_languages(page: Any) -> None:
    page.select_option("[name=kind]", "label")
    assert page.inner_text("#progress").startswith("1 / 1 ")
    assert "DOCUMENT" in page.inner_text("#here") and "ORGANIZATION" in page.inner_text("#there .rv-own")
    page.select_option("[name=split]", "train")
    page.select_option("[name=kind]", "")
    page.select_option("[name=label]", "ORGANIZATION")
    assert " / 3 · " in page.inner_text("#progress")
    page.click("[data-language=vi]")
    assert page.inner_text("[data-t=here]") == "Đang đánh dấu"
    assert page.inner_text("#why").startswith("“")
    page.click("[data-language=en]")
    assert page.problems == []
