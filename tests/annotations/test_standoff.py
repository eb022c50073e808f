"""Stand-off records: exact both ways, and strict about what they read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hoptac.annotations.inline import read_inline
from hoptac.annotations.standoff import read_standoff, to_standoff, write_standoff
from hoptac.article import Article
from hoptac.errors import AnnotationError

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared" / "annotation"


@pytest.fixture
def article() -> Article:
    return read_inline(
        "---\nid: x-1\n---\n[Lan|PERSON] gặp {[Đoàn B|ORGANIZATION]|training}\n"
        "~ Tin mới\n[{C|border}|ORGANIZATION] [Đa\u0323i|DATE]\n"
    )


def test_record_has_no_text_and_gives_the_article_back(article: Article) -> None:
    record = to_standoff(article, "data/1.txt.seg")
    written = write_standoff(record)
    assert "Lan" not in written and "Tin" not in written
    assert '\n  [0, 3, "PERSON"],\n' in written
    assert record.words == 8
    again = read_standoff(written)
    assert again == record
    assert again.with_text(article.text) == article
    assert write_standoff(to_standoff(again.with_text(article.text), again.path)) == written


def test_optional_fields_are_left_out(article: Article) -> None:
    bare = replace(article, furniture=(), outer_entities=(), entities=(), evidence=())
    written = write_standoff(to_standoff(bare))
    assert list(json.loads(written)) == ["id", "sha256", "words", "entities", "evidence"]
    assert read_standoff(written).with_text(bare.text) == bare


def test_marks_are_written_in_order(article: Article) -> None:
    shuffled = replace(article, entities=article.entities[::-1])
    assert to_standoff(shuffled) == to_standoff(article)


def test_another_text_is_refused(article: Article) -> None:
    with pytest.raises(AnnotationError, match="x-1: the text is not the one that was marked"):
        to_standoff(article).with_text(article.text + " ")


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ('"words": 8,', '"words": 8', 5, "not JSON"),
        ('"words": 8', '"words": "9"', 4, "'words' must be a number"),
        ('"words": 8', '"word": 9', 1, "lacks 'words'"),
        ('"words": 8', '"words": 8,\n "text": "Lan"', 5, "unknown key 'text'"),
        ('[0, 3, "PERSON"]', '[0, 3.5, "PERSON"]', 9, "is not [start, end, label]"),
        ('[0, 3, "PERSON"]', '[0, true, "PERSON"]', 9, "is not [start, end, label]"),
        ('[0, 3, "PERSON"]', "[0, 3]", 9, "is not [start, end, label]"),
        ('"id": "x-1"', '"id": 7', 2, "'id' must be a text"),
        ('"sha256": "', '"sha256": "Z', 3, "hexadecimal"),
    ],
)
def test_a_faulty_record_is_named_with_its_line(
    article: Article, old: str, new: str, line: int, part: str
) -> None:
    written = write_standoff(to_standoff(article))
    assert written.count(old) == 1
    with pytest.raises(AnnotationError) as caught:
        read_standoff(written.replace(old, new), "an/x-1.json")
    assert caught.value.line == line
    assert part in caught.value.message and str(caught.value).startswith(f"an/x-1.json:{line}:")


def test_record_must_be_an_object() -> None:
    with pytest.raises(AnnotationError, match="1:1: a stand-off record is a JSON object"):
        read_standoff("[]")


def test_marks_beyond_the_text_are_refused(article: Article) -> None:
    record = to_standoff(article)
    written = write_standoff(record).replace('[0, 3, "PERSON"]', '[0, 3, "PERSON"],\n  [900, 903, "DATE"]')
    with pytest.raises(AnnotationError, match="900 to 903 is no span"):
        read_standoff(written).with_text(article.text)


def test_every_record_of_the_corpus_is_byte_exact() -> None:
    paths = [
        path for source in ("real", "seeds") for path in (REPOSITORY / "annotations" / source).glob("*.json")
    ]
    assert len(paths) == 852 + 3
    for path in paths:
        written = path.read_bytes().decode("utf-8")
        assert write_standoff(read_standoff(written, path)) == written, path


@pytest.mark.skipif(not SHARED.is_dir(), reason="the marked articles' texts are not beside the checkout")
def test_every_record_agrees_with_its_marked_text() -> None:
    index = json.loads((SHARED / "real" / "index.json").read_text(encoding="utf-8"))
    review = (REPOSITORY / "annotations" / "REVIEW.md").read_text(encoding="utf-8")
    corrected = {line.split(" ")[1] for line in review.splitlines() if line.startswith("| ")}
    for source in ("real", "seeds"):
        for inline in sorted((SHARED / source / "inline").glob("*.md")):
            path = REPOSITORY / "annotations" / source / f"{inline.stem}.json"
            record = read_standoff(path.read_text(encoding="utf-8"), path)
            article = record.with_text(
                (SHARED / source / "text" / f"{inline.stem}.txt").read_bytes().decode("utf-8")
            )
            given_article = read_inline(inline.read_bytes().decode("utf-8"), inline)
            assert (article == given_article) == (inline.stem not in corrected), path
            assert to_standoff(article, record.path) == record
            if source == "real":
                given = index[inline.stem]
                assert (record.path, record.sha256, record.words) == (
                    given["path"],
                    given["sha256"],
                    given["words"],
                )
