"""The inline markup: reading, writing, messages, and the byte-exact way there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptac.annotations.inline import read_inline, scan_inline, write_inline
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import AnnotationError

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY.parent / "shared" / "annotation"
HEADER = "---\nid: x-1\n---\n"


def test_reads_marks_offsets_and_furniture() -> None:
    article = read_inline(
        HEADER + "[Thiếu tướng|RANK] [Lê Văn Ví|PERSON]\n~ Trang chủ | [Tin]\n"
        "về {quân y [LHQ|ORGANIZATION]|border}.\n"
    )
    assert article.id == "x-1"
    assert article.text == "Thiếu tướng Lê Văn Ví\nTrang chủ | [Tin]\nvề quân y LHQ.\n"
    assert [(article.text[e.start : e.end], e.label) for e in article.entities] == [
        ("Thiếu tướng", "RANK"),
        ("Lê Văn Ví", "PERSON"),
        ("LHQ", "ORGANIZATION"),
    ]
    assert [(article.text[e.start : e.end], e.area) for e in article.evidence] == [("quân y LHQ", "border")]
    assert [article.text[f.start : f.end] for f in article.furniture] == ["Trang chủ | [Tin]"]
    assert article.outer_entities == ()


@pytest.mark.parametrize(
    "body",
    [
        "{[Phái bộ A|ORGANIZATION]|peacekeeping}",
        "[{Phái bộ A|peacekeeping}|ORGANIZATION]",
        "[Phái bộ {A|peacekeeping}|ORGANIZATION] và {[B|ORGANIZATION] và [C|ORGANIZATION]|border}",
        "{a|border}[b|DATE]{c|border}",
        "một \\[ hai \\] ba \\{ bốn \\} năm \\| sáu \\\\ bảy [tám\\]|DATE]\n",
        "~ menu | \\ [ {\n~ \n\n~ cuối",
        "\\~ không phải tiện ích\n~~ cũng không\n~\n [~ a|DATE]",
        "dòng\r\n~ tiện ích\r\n[A|PERSON]\r\n",
        "Hội nghị [Bộ Quốc phòng|ORGANIZATION]\u200b \u2028 \x85 😀 [Lào|PERSON]",
        "",
        "\n\n",
    ],
)
def test_what_is_read_is_written_again(body: str) -> None:
    article = read_inline(HEADER + body)
    assert write_inline(article) == HEADER + body


def test_equal_spans_keep_which_mark_is_outside() -> None:
    inside = read_inline(HEADER + "{[A|ORGANIZATION]|border}")
    outside = read_inline(HEADER + "[{A|border}|ORGANIZATION]")
    assert inside.entities == outside.entities and inside.evidence == outside.evidence
    assert (inside.outer_entities, outside.outer_entities) == ((), (Span(0, 1),))


def test_literal_line_that_looks_like_furniture() -> None:
    article = Article("x-1", "~ a [b]\n~ c", furniture=(Span(8, 11),))
    written = write_inline(article)
    assert written == HEADER + "\\~ a \\[b\\]\n~ ~ c"
    assert read_inline(written) == article


@pytest.mark.parametrize(
    ("body", "line", "column", "part"),
    [
        ("Ô [Lan", 4, 3, "not closed"),
        ("Ô [Lan|PERSON", 4, 7, "not followed by a label"),
        ("a\n[b\n|DATE]", 5, 1, "not closed"),
        ("Ô Lan|PERSON]", 4, 6, "'|' closes no mark"),
        ("Ô Lan]", 4, 6, "']' closes no mark"),
        ("a\nx [a|DA TE]", 5, 5, "not followed by a label"),
        ("[a {b|DATE] c|border}", 4, 6, "crosses the mark opened in column 4"),
        ("[a [b|DATE]|DATE]", 4, 4, "an entity inside an entity"),
        ("{a [b {c|border}|DATE]|border}", 4, 7, "evidence inside evidence"),
        ("[|DATE]", 4, 1, "holds no text"),
        ("a \\b", 4, 3, "literal"),
        ("a \\~ b", 4, 3, "literal"),
    ],
)
def test_a_mistake_is_named_with_its_place(body: str, line: int, column: int, part: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_inline(HEADER + body, "an/x-1.md")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"an/x-1.md:{line}:{column}: ")
    assert part in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "id: a\n", "---\nid: a b\n---\n", "---\r\nid: a\r\n---\r\n", "---\nid: a\n--- \n"]
)
def test_header_must_be_one(text: str) -> None:
    with pytest.raises(AnnotationError, match="1:1: the file must begin"):
        read_inline(text)


def test_scan_goes_on_after_a_mistake() -> None:
    scan = scan_inline(HEADER + "[a\n[Lan|PERSON]\nb]\n")
    assert [(error.line, error.column) for error in scan.errors] == [(4, 1), (6, 2)]
    assert scan.places == {Entity(3, 6, "PERSON"): (5, 1)}


@pytest.mark.parametrize(
    ("article", "part"),
    [
        (Article("x-1", "abcd", (Entity(0, 2, "DATE"), Entity(1, 3, "DATE"))), "overlaps"),
        (Article("x-1", "abcd", (Entity(0, 4, "DATE"), Entity(1, 3, "DATE"))), "overlaps"),
        (Article("x-1", "abcd", (Entity(0, 2, "DATE"),), (AreaEvidence(1, 3, "border"),)), "crosses"),
        (Article("x-1", "abcd", (Entity(2, 5, "DATE"),)), "no span"),
        (Article("x-1", "abcd", (Entity(2, 2, "DATE"),)), "no span"),
        (Article("x-1", "abcd", (Entity(-2, 2, "DATE"),)), "no span"),
        (Article("x-1", "ab\ncd", (Entity(1, 4, "DATE"),)), "line break"),
        (Article("x-1", "abcd", (Entity(1, 2, "A B"),)), "not a label"),
        (Article("x-1", "ab\ncd", (Entity(3, 4, "DATE"),), furniture=(Span(3, 5),)), "furniture"),
        (Article("x-1", "ab\ncd", furniture=(Span(3, 4),)), "not a whole line"),
        (Article("x-1", "ab\r\ncd", furniture=(Span(0, 3),)), "not a whole line"),
        (Article("x-1", "abcd", (Entity(1, 2, "DATE"),), outer_entities=(Span(1, 2),)), "outer entity"),
        (Article("x\n1", "abcd"), "not an id"),
    ],
)
def test_writer_refuses_what_the_markup_cannot_hold(article: Article, part: str) -> None:
    with pytest.raises(AnnotationError, match=part):
        write_inline(article)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Articles with nested and equal marks, furniture, line ends of both kinds and the markup's own signs."""
    characters = st.sampled_from("ab~ \\|[]{}\r\u0323ờ😀\u200b")
    lines = draw(st.lists(st.text(characters, max_size=8), min_size=1, max_size=6))
    text = "\n".join(lines)
    entities, evidence, furniture, outer = [], [], [], []
    start = 0
    for line in lines:
        end = start + len(line)
        kind = draw(
            st.sampled_from(["plain", "furniture", "entity", "evidence", "in", "out", "equal", "equal out"])
        )
        if kind == "furniture":
            furniture.append(Span(start, start + len(line.removesuffix("\r"))))
        elif kind != "plain" and len(line) >= 3:
            first = draw(st.integers(start, end - 3))
            if kind in ("entity", "out", "equal", "equal out"):
                entities.append(Entity(first, first + 3, "DATE"))
            if kind in ("evidence", "in", "equal", "equal out"):
                evidence.append(AreaEvidence(first, first + 3, "border"))
            if kind == "in":
                entities += [Entity(first, first + 1, "RANK"), Entity(first + 2, first + 3, "PERSON")]
            if kind == "out":
                evidence.append(AreaEvidence(first + 1, first + 2, "logistics"))
            if kind == "equal out":
                outer.append(Span(first, first + 3))
        start = end + 1
    return Article("x-1", text, tuple(entities), tuple(evidence), tuple(furniture), tuple(outer))


@given(articles())
def test_every_article_survives_the_way_there_and_back(article: Article) -> None:
    assert read_inline(write_inline(article)) == article


@given(st.text(st.sampled_from("a~ \\|[]{}DATE\r\n"), max_size=30))
def test_whatever_can_be_read_is_written_byte_for_byte(body: str) -> None:
    scan = scan_inline(HEADER + body)
    if not scan.errors:
        assert write_inline(scan.article) == HEADER + body


def test_all_composed_articles_are_byte_exact() -> None:
    paths = sorted((REPOSITORY / "annotations" / "composed").glob("*.md"))
    assert len(paths) == 174
    for path in paths:
        text = path.read_bytes().decode("utf-8")
        assert write_inline(read_inline(text, path)) == text, path


@pytest.mark.skipif(not SHARED.is_dir(), reason="the marked articles' texts are not beside the checkout")
def test_all_shared_articles_are_byte_exact_and_hold_the_plain_texts() -> None:
    paths = sorted(SHARED.glob("*/inline/*.md"))
    assert len(paths) == 174 + 852 + 3
    for path in paths:
        text = path.read_bytes().decode("utf-8")
        article = read_inline(text, path)
        assert write_inline(article) == text, path
        plain = path.parents[1] / "text" / f"{path.stem}.txt"
        if path.stem.startswith("composed"):
            # marks have been corrected since
            ours = REPOSITORY / "annotations" / "composed" / path.name
            assert article.text == read_inline(ours.read_bytes().decode("utf-8"), ours).text
        else:
            assert article.text == plain.read_bytes().decode("utf-8"), path
