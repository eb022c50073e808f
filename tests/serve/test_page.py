"""The page's files: whole, shipped, and without anything from elsewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hoptac.serve.app import STATIC

_ROOT = Path(__file__).parents[2]
_FILES = sorted(STATIC.iterdir())


def test_every_file_that_the_page_names_is_served(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["Content-Type"].startswith("text/html")
    wanted = set(re.findall(r'(?:src|href)="(/[^"]+)"', page.text))
    for path in _FILES:
        wanted |= {f"/assets/{name}" for name in re.findall(r'from "\./([\w.]+)"', path.read_text("utf-8"))}
    assert {"/assets/main.js", "/assets/style.css", "/assets/offsets.js"} <= wanted
    for address in wanted:
        assert client.get(address).status_code == 200, address


def test_the_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    for path in _FILES:
        assert not re.search(r"https?://|@import|url\((?!data:)", path.read_text("utf-8")), path.name
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_only_the_pages_own_files_are_served(client: TestClient) -> None:
    for address in (
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/%2e%2e%2fapp.py",
        "/assets//etc/passwd",
    ):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_every_file_is_in_the_package(path: Path) -> None:
    settings = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["hoptac"]
    relative = path.relative_to(STATIC.parents[1])
    assert any(relative.match(pattern) for pattern in patterns)


def test_both_languages_say_everything_the_page_asks_for() -> None:
    text = (STATIC / "strings.js").read_text("utf-8")
    english, vietnamese = re.split(r"^  vi: \{$", text.split("export const EXAMPLE")[0], flags=re.M)
    keys = [set(re.findall(r"^    (\w+): ", part, flags=re.M)) for part in (english, vietnamese)]
    assert keys[0] == keys[1]
    for part in (english, vietnamese):
        assert len(re.findall(r"^    \w+: ", part, flags=re.M)) == len(keys[0])
    asked = set(re.findall(r'data-i18n(?:-label)?="(\w+)"', (STATIC / "index.html").read_text("utf-8")))
    for path in _FILES:
        asked |= set(re.findall(r'\bsay\("(\w+)"', path.read_text("utf-8")))
    assert asked <= keys[0]
