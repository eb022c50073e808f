"""The page in a browser: reading, marking by mouse and keyboard, undoing and saving."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hoptac.annotations.inline import read_inline
from hoptac.article import Article
from tests.serve.stand_in import StandIn, running

sync_api = pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
sync_api.expect.set_options(timeout=90_000)
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MENU = "Trang chủ | Thời sự | Quốc phòng"
# An emoji (two UTF-16 units) before everything, decomposed letters, and what looks like markup and HTML.
TEXT = (
    f"{MENU}\n😀 Bộ Quốc phòng tiếp Trung tướng Mikael Virtanen <b>Phần Lan</b> [ảnh]\n"
    "Chiều 24/10, Thượng tướng Trần Gia Bảo gặp Trung tướng Mikael Virtanen 🇫🇮 tại "
    + unicodedata.normalize("NFD", "Học viện Quốc phòng")
    + " ở Hà Nội.\n"
    "Hai bên nhất trí đào tạo sĩ quan và gìn giữ hòa bình Liên hợp quốc. "
    "Trung tướng Mikael Virtanen mời Trần Gia Bảo thăm lại."
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            headless=True,
            args=_FLAGS,
            viewport={"width": 1200, "height": 900},
            locale="en-GB",
        )
        context.set_default_timeout(90_000)  # a machine that is busy with other work is slow
        yield context
        context.close()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved")


@pytest.fixture(scope="module")
def address(saved: Path) -> Iterator[str]:
    with running(StandIn(), saved) as address:
        yield address


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The page, ready; nothing may go wrong in it, and nothing may be asked of another server."""
    page = browser.new_page()
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    page.wait_for_selector(".wb-ready")
    yield page
    page.close()
    assert [text for text in errors if "status of 4" not in text] == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def _paste(page: Any, text: str = TEXT) -> None:
    page.fill("#input", text)
    page.click("#read")
    page.wait_for_selector("#text mark")


def _marks(page: Any) -> list[tuple[str, str]]:
    """Label and characters of every entity that the page shows, in order."""
    return page.eval_on_selector_all(
        "#text .ht-entity",
        """marks => marks.map(mark => {
            const copy = mark.cloneNode(true);
            copy.querySelectorAll(".ht-tag, .ht-number").forEach(tag => tag.remove());
            return [mark.lastElementChild.textContent, copy.textContent];
        })""",
    )


def _select(page: Any, first: str, last: str | None = None, inset: int = 0) -> None:
    """Drag from the beginning of ``first`` to the end of ``last``, both ``inset`` characters inside."""
    ends = page.evaluate(
        """([first, last, inset]) => {
            const place = (words, atEnd) => {
                const root = document.querySelector("#text");
                const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
                while (walker.nextNode()) {
                    const at = walker.currentNode.data.indexOf(words);
                    if (at < 0) continue;
                    const range = document.createRange();
                    range.setStart(walker.currentNode, atEnd ? at + words.length - inset : at + inset);
                    const rect = range.getBoundingClientRect();
                    return [rect.left, rect.top + rect.height / 2];
                }
            };
            return [place(first, false), place(last, true)];
        }""",
        [first, last or first, inset],
    )
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move(*ends[1], steps=4)
    page.mouse.up()


def _save(page: Any, saved: Path, article_id: str) -> Article:
    page.keyboard.press("Control+s")
    page.fill("#save-id", article_id)
    page.click("#save-folder")
    page.wait_for_selector("#save-dialog", state="hidden")
    return read_inline((saved / f"{article_id}.md").read_bytes().decode())


def _entities(article: Article) -> list[tuple[str, str]]:
    return [(mark.label, article.text[mark.start : mark.end]) for mark in article.entities]


def test_paste_correct_by_mouse_and_keyboard_undo_and_save(page: Any, saved: Path) -> None:
    _paste(page)
    found = _marks(page)
    assert ["ORGANIZATION", "Bộ Quốc phòng"] in found
    assert found.count(["PERSON", "Mikael Virtanen"]) == 3
    assert page.locator("#text b").count() == 0  # the text's own HTML is text
    assert page.text_content("#side .ht-areas").startswith("1Education and training90%")

    # By mouse: the second Mikael Virtanen becomes an organization.
    page.locator("mark", has_text="Mikael Virtanen").nth(1).click()
    page.click('#menu [data-entity="ORGANIZATION"]')
    assert ["ORGANIZATION", "Mikael Virtanen"] in _marks(page)

    # By keyboard: past two phrases, Liên hợp quốc becomes a document; the rank after it is removed.
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.keyboard.press("5")
    assert ["DOCUMENT", "Liên hợp quốc"] in _marks(page)
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    assert sum(label == "RANK" for label, _ in _marks(page)) == 3

    after = _marks(page)
    page.keyboard.press("Control+z")
    assert len(_marks(page)) == len(after) + 1
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert _marks(page) == found
    assert page.is_disabled("#undo")
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    assert _marks(page) == after
    page.keyboard.press("Control+z")  # the removal

    article = _save(page, saved, "own-001")
    assert article.text == TEXT
    assert [list(entity) for entity in _entities(article)] == _marks(page)
    assert ("ORGANIZATION", "Mikael Virtanen") in _entities(article)
    assert ("DOCUMENT", "Liên hợp quốc") in _entities(article)
    assert [(mark.area, TEXT[mark.start : mark.end]) for mark in article.evidence] == [
        ("training", "đào tạo sĩ quan"),
        ("peacekeeping", "gìn giữ hòa bình Liên hợp quốc"),
    ]
    assert [TEXT[span.start : span.end] for span in article.furniture] == [MENU]
    assert "•" not in page.text_content("#title")


def test_a_dragged_selection_grows_to_whole_words_and_takes_a_label(page: Any, saved: Path) -> None:
    _paste(page)
    words = unicodedata.normalize("NFD", "Học viện Quốc phòng")
    _select(page, words, inset=2)
    assert page.text_content("#menu .wb-menu-text") == words
    page.keyboard.press("3")
    _select(page, "Hà Nội")
    page.fill("#menu input[type=search]", "quan y")
    assert page.locator("#menu [data-area]").count() == 1
    page.keyboard.press("Enter")
    article = _save(page, saved, "own-002")
    assert article.text == TEXT
    assert ("ORGANIZATION", words) in _entities(article)
    assert ("military_medicine", "Hà Nội") in [(m.area, TEXT[m.start : m.end]) for m in article.evidence]


def test_marking_with_the_keyboard_alone(page: Any, saved: Path) -> None:
    page.focus("#input")
    page.keyboard.insert_text(TEXT)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#text mark")
    assert page.evaluate("document.activeElement.id") == "text"
    for key in ("n", "n", "n", "n", "ArrowDown", "ArrowUp", "Home"):
        page.keyboard.press(key)
    page.keyboard.press("Control+Shift+ArrowRight")  # Chiều
    page.keyboard.press("Control+Shift+ArrowRight")  # 24
    assert page.evaluate("getSelection().toString()") == "Chiều 24"
    page.keyboard.press("Shift+2")
    # The shorter span takes the place of the one it overlaps.
    assert ["RANK", "Chiều 24"] in _marks(page)
    assert not any(label == "DATE" for label, _ in _marks(page))
    page.keyboard.press("n")  # Thượng tướng
    page.keyboard.press("ArrowRight")
    for _ in range(3):
        page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.press("a")
    page.keyboard.type("bien gioi")
    page.keyboard.press("Enter")
    assert page.text_content("#side .ht-areas blockquote .ht-phrase") == "đào tạo sĩ quan"
    assert page.text_content("#side .ht-areas li:last-child .ht-phrase") == "Trần Gia Bảo"
    page.keyboard.press("f")  # the line is no part of the article any more
    assert "Chiều" not in "".join(text for _, text in _marks(page))
    page.keyboard.press("f")
    article = _save(page, saved, "own-003")
    assert [TEXT[span.start : span.end] for span in article.furniture] == [MENU]
    assert {label for label, _ in _entities(article)} == {"ORGANIZATION", "RANK", "PERSON"}


def test_every_place_of_the_same_words(page: Any) -> None:
    _paste(page)
    page.locator("mark", has_text="Trần Gia Bảo").first.click()
    page.check("#menu .wb-check input")
    page.click('#menu [data-entity="DOCUMENT"]')
    assert _marks(page).count(["DOCUMENT", "Trần Gia Bảo"]) == 2
    page.keyboard.press("Shift+Delete")
    assert not any(text == "Trần Gia Bảo" for _, text in _marks(page))
    page.keyboard.press("Control+z")
    assert _marks(page).count(["DOCUMENT", "Trần Gia Bảo"]) == 2


def test_a_mark_that_would_cross_another_or_a_line_is_refused(page: Any) -> None:
    _paste(page)
    before = _marks(page)
    _select(page, "sĩ quan", "và")  # part of a phrase, and more
    page.keyboard.press("3")
    assert "cross" in page.text_content("#toast")
    page.keyboard.press("Home")
    page.keyboard.press("Control+Shift+End")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Control+Shift+Home")
    page.keyboard.press("3")
    assert "one line" in page.text_content("#toast")
    assert _marks(page) == before
    assert page.is_disabled("#undo")


def test_marks_of_the_model_that_overlap_are_said_and_can_be_resolved(page: Any, saved: Path) -> None:
    _paste(page, "Đại tá Lê Văn Thử dự diễn tập chung về quân y ở biên giới.")
    assert "1 mark overlaps" in page.text_content("#notices")
    page.keyboard.press("Control+s")
    page.fill("#save-id", "own-005")
    page.click("#save-folder")
    page.wait_for_selector("#save-error:not([hidden])")
    assert "overlaps" in page.text_content("#save-error")
    assert not (saved / "own-005.md").exists()
    page.keyboard.press("Escape")
    page.click("#notices .wb-conflict button:last-child")
    assert page.text_content("#notices") == ""
    assert [mark.area for mark in _save(page, saved, "own-005").evidence] == ["joint_exercise"]


def test_layers_are_switched_off_and_the_language_is_changed(page: Any) -> None:
    _paste(page)
    background = "getComputedStyle(document.querySelector('#text .ht-e1')).backgroundColor"
    shown = page.evaluate(background)
    page.uncheck("#legend .ht-e1 input")
    assert page.evaluate(background) == "rgba(0, 0, 0, 0)" != shown
    page.click("[data-language=vi]")
    assert page.get_attribute("html", "lang") == "vi"
    assert page.text_content("#save") == "Lưu…"
    assert "Đào tạo, huấn luyện" in page.text_content("#side")
    assert not page.is_checked("#legend .ht-e1 input")
    page.reload()
    page.wait_for_selector(".wb-ready")
    assert page.text_content("#read") == "Đọc"
    page.click("[data-language=en]")


def test_a_saved_file_opens_again_with_its_marks_and_is_not_replaced_unasked(
    page: Any, saved: Path, tmp_path: Path
) -> None:
    _paste(page)
    first = _save(page, saved, "own-004")
    page.click("#new")
    page.set_input_files("#files", saved / "own-004.md")
    page.wait_for_selector("#article:not([hidden])")
    assert [tuple(mark) for mark in _marks(page)] == _entities(first)
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+s")
    assert page.input_value("#save-id") == "own-004"
    page.click("#save-folder")
    page.wait_for_selector("#save-error:not([hidden])")
    assert "is there already" in page.text_content("#save-error")
    assert read_inline((saved / "own-004.md").read_text("utf-8")) == first
    page.click("#save-folder")  # which says "Replace it" now
    page.wait_for_selector("#save-dialog", state="hidden")
    assert len(read_inline((saved / "own-004.md").read_text("utf-8")).entities) == len(first.entities) - 1
    page.keyboard.press("Control+s")
    with page.expect_download() as waiting:
        page.click("#save-download")
    waiting.value.save_as(tmp_path / "down.md")
    assert (tmp_path / "down.md").read_bytes() == (saved / "own-004.md").read_bytes()


def test_dropped_files_are_read_one_after_the_other(page: Any, tmp_path: Path) -> None:
    drop = """files => {
        const data = new DataTransfer();
        for (const [name, text] of files) data.items.add(new File([text], name));
        const how = {dataTransfer: data, bubbles: true, cancelable: true};
        document.body.dispatchEvent(new DragEvent("drop", how));
    }"""
    page.evaluate(
        drop, [["one.txt", "Đại tá Lê Văn Thử nói."], ["two.txt", "không đọc được"], ["three.txt", TEXT]]
    )
    page.wait_for_selector("#text mark")
    assert page.text_content("#title") == "one.txt"
    page.click("#next")
    page.wait_for_selector("#toast.wb-bad:not([hidden])")
    assert page.text_content("#toast") == "two.txt: This cannot be read. This text cannot be read."
    page.click("#next")
    sync_api.expect(page.locator("#title")).to_have_text("three.txt")
    assert page.is_hidden("#next")


def test_copied_json_counts_code_points(page: Any, browser: Any, address: str) -> None:
    browser.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    _paste(page)
    page.locator("mark", has_text="Trần Gia Bảo").first.click()
    page.keyboard.press("5")
    page.click("#copy")
    sync_api.expect(page.locator("#toast")).to_have_text("JSON copied")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["text"] == TEXT
    marks = [*copied["entities"], *(mark for area in copied["areas"] for mark in area["evidence"])]
    assert [TEXT[mark["start"] : mark["end"]] for mark in marks] == [mark["text"] for mark in marks]
    assert {"DOCUMENT": None}.items() <= {mark["label"]: mark["score"] for mark in copied["entities"]}.items()


def test_offsets_are_pythons(page: Any) -> None:
    texts = ["", "abc", "😀", "a😀b", "😀🇫🇮😀", TEXT, unicodedata.normalize("NFD", TEXT), "𝐀" * 50 + "x"]
    both = page.evaluate(
        """async texts => {
            const { Offsets } = await import("/assets/offsets.js");
            return texts.map(text => {
                const offsets = new Offsets(text);
                const points = [...text].length;
                const units = Array.from({length: points + 1}, (_, point) => offsets.toUnits(point));
                return [units, units.map(unit => offsets.toPoints(unit))];
            });
        }""",
        texts,
    )
    for text, (units, points) in zip(texts, both, strict=True):
        assert units == [len(text[:point].encode("utf-16-le")) // 2 for point in range(len(text) + 1)]
        assert points == list(range(len(text) + 1))
