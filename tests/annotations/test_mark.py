"""Marking by a list: which occurrences, which of two surfaces, what is reported, and what may be missed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from hoptac.annotations.inline import read_inline, write_inline
from hoptac.annotations.mark import Marking, mark
from hoptac.annotations.mark_list import Action, ListLine, read_mark_list
from hoptac.annotations.missed import missed
from hoptac.annotations.surfaces import alike, fold, occurrences
from hoptac.article import Article, Span
from hoptac.cli import app
from hoptac.errors import AnnotationError

COMPOSED = Path(__file__).parents[2] / "annotations" / "composed"


def marked(text: str, *lines: str) -> tuple[str, Marking]:
    """The markup without its header, and the report, for lines with ``|`` for tabs."""
    listed = read_mark_list("\n".join(line.replace("|", "\t") for line in lines))
    marking = mark("x", text, listed)
    return write_inline(marking.article).split("\n", 3)[3], marking


def messages(marking: Marking) -> list[str]:
    remarks = (*marking.not_found, *marking.crossing, *marking.faulty)
    return [f"{remark.line}: {remark.message}" for remark in remarks]


def test_every_whole_word_occurrence() -> None:
    body, marking = marked("Lan gặp Lan, Lanh và NLan.\n(Lan) 'Lan'", "PERSON|Lan")
    assert body == "[Lan|PERSON] gặp [Lan|PERSON], Lanh và NLan.\n([Lan|PERSON]) '[Lan|PERSON]'"
    assert messages(marking) == []


def test_numbers_choose_occurrences() -> None:
    body, marking = marked("Lan, Lan, Lan, Lan", "PERSON|Lan|4, 2")
    assert body == "Lan, [Lan|PERSON], Lan, [Lan|PERSON]"
    _, marking = marked("Lan, Lan", "PERSON|Lan|1,3,7")
    assert messages(marking) == ["1: 'Lan' is in the article 2 times, there is no number 3, 7"]


def test_the_longest_surface_wins_in_its_layer() -> None:
    body, marking = marked(
        "Bộ Quốc phòng Lào đào tạo cho Bộ Quốc phòng",
        "ORGANIZATION|Bộ Quốc phòng",
        "ORGANIZATION|Bộ Quốc phòng Lào",
        "training|Bộ Quốc phòng Lào đào tạo",
    )
    assert body == ("{[Bộ Quốc phòng Lào|ORGANIZATION] đào tạo|training} cho [Bộ Quốc phòng|ORGANIZATION]")
    assert messages(marking) == []


def test_a_surface_that_is_always_inside_a_longer_one_is_told() -> None:
    _, marking = marked("Bộ A B, Bộ A B", "ORGANIZATION|Bộ A", "ORGANIZATION|Bộ A B")
    assert messages(marking) == [
        "1: ORGANIZATION 'Bộ A' at line 1, column 1 is never marked: it is always inside such as "
        "ORGANIZATION 'Bộ A B'"
    ]
    _, marking = marked("Bộ A và Bộ A B", "ORGANIZATION|Bộ A|2", "ORGANIZATION|Bộ A B")
    assert messages(marking) == [
        "1: ORGANIZATION 'Bộ A' at line 1, column 9 is not marked: it lies inside the longer "
        "ORGANIZATION 'Bộ A B' (line 2)"
    ]


def test_numbers_decide_between_two_labels_of_one_surface() -> None:
    body, marking = marked("Hoa Mai, Hoa Mai", "ORGANIZATION|Hoa Mai", "PERSON|Hoa Mai|2")
    assert body == "[Hoa Mai|ORGANIZATION], [Hoa Mai|PERSON]"
    assert messages(marking) == [
        "1: ORGANIZATION 'Hoa Mai' at line 1, column 10 is not marked: it has the same place as "
        "PERSON 'Hoa Mai' (line 2)"
    ]


def test_what_crosses_is_told() -> None:
    body, marking = marked(
        "đào tạo Bộ A nước B",
        "training|đào tạo Bộ A",
        "ORGANIZATION|Bộ A nước B",
        "border|A nước",
        "border|tạo Bộ",
    )
    assert messages(marking) == [
        "1: training 'đào tạo Bộ A' at line 1, column 1 is not marked: it crosses ORGANIZATION "
        "'Bộ A nước B' (line 2)",
        "4: border 'tạo Bộ' at line 1, column 5 is not marked: it crosses ORGANIZATION "
        "'Bộ A nước B' (line 2)",
    ]
    assert body == "đào tạo [Bộ {A nước|border} B|ORGANIZATION]"


def test_a_line_to_drop_a_mark() -> None:
    text = "Hồ Chí Minh và TP Hồ Chí Minh"
    body, marking = marked(text, "PERSON|Hồ Chí Minh", "-|TP Hồ Chí Minh")
    assert body == "[Hồ Chí Minh|PERSON] và TP Hồ Chí Minh"
    assert marking.dropped == (Span(15, 29),) and messages(marking) == []
    body, _ = marked(text, "PERSON|Hồ Chí Minh", "-|Hồ Chí Minh|1")
    assert body == "Hồ Chí Minh và TP [Hồ Chí Minh|PERSON]"


def test_a_line_to_drop_marks_of_one_layer() -> None:
    text = "diễn tập Rồng Xanh"
    lines = ("ORGANIZATION|Rồng Xanh", "joint_exercise|Rồng Xanh")
    assert marked(text, *lines, "-ORGANIZATION|Rồng Xanh")[0] == "diễn tập {Rồng Xanh|joint_exercise}"
    assert marked(text, *lines, "-border|Rồng Xanh")[0] == "diễn tập [Rồng Xanh|ORGANIZATION]"
    assert marked(text, *lines, "-|Rồng Xanh")[0] == text
    # A longer mark is not dropped with a word inside it.
    assert (
        marked(text, "joint_exercise|diễn tập Rồng Xanh", "-|Rồng")[0]
        == "{diễn tập Rồng Xanh|joint_exercise}"
    )


def test_a_dropped_stretch_pushes_nothing_aside() -> None:
    body, marking = marked("cảng A của B nước C", "-|A của B", "maritime_security|B nước C")
    assert body == "cảng A của {B nước C|maritime_security}" and messages(marking) == []


def test_surfaces_glued_to_letters() -> None:
    text = "Bộ Quốc phòngViệt Nam; Bộ Quốc phòng"
    body, marking = marked(text, "ORGANIZATION|Bộ Quốc phòng")
    assert body == "Bộ Quốc phòngViệt Nam; [Bộ Quốc phòng|ORGANIZATION]"
    body, _ = marked(text, "+ORGANIZATION|Bộ Quốc phòng|1")
    assert body == "[Bộ Quốc phòng|ORGANIZATION]Việt Nam; Bộ Quốc phòng"
    _, marking = marked("LanAnh", "PERSON|Lan")
    assert messages(marking)[0].startswith("1: 'Lan' is not in the article as whole words (letters touch it")


def test_furniture_lines() -> None:
    text = "Menu \nLan về.\nMenu\n  Menu\nMenu khác\nLan"
    body, marking = marked(text, "~|Menu", "PERSON|Lan|2", "PERSON|khác", "~|Lan về")
    assert body == "~ Menu \nLan về.\n~ Menu\n~   Menu\nMenu [khác|PERSON]\n[Lan|PERSON]"
    assert messages(marking) == [
        "4: 'Lan về' is not in the article as a whole line (it is a part of one, or inside a word)"
    ]
    assert marked(text, "~|Menu|2")[0].startswith("Menu \nLan về.\n~ Menu\n  Menu\n")


def test_furniture_is_not_searched_nor_counted() -> None:
    body, marking = marked("Tin: Lan\r\nLan đi, Lan về", "~|Tin: Lan", "PERSON|Lan|2")
    assert body == "~ Tin: Lan\r\nLan đi, [Lan|PERSON] về"
    _, marking = marked("Tin: Lan\nAn", "~|Tin: Lan", "PERSON|Lan")
    assert "it is on a furniture line" in messages(marking)[0]


def test_encodings_and_spaces_do_not_matter() -> None:
    text = "Bo\u0323\u0302\u00a0 Quốc\u200b phòng; đa\u0300o tạo\n"
    body, _ = marked(text, "ORGANIZATION|Bộ Quốc phòng", "training|đào tạo")
    assert body == "[Bo\u0323\u0302\u00a0 Quốc\u200b phòng|ORGANIZATION]; {đa\u0300o tạo|training}\n"


def test_what_is_not_found_comes_with_what_is_alike() -> None:
    _, marking = marked("Thuỷ quân; Đại Tá", "ORGANIZATION|Thủy quân", "RANK|đại tá", "DATE|3/4", "-|Lan")
    assert messages(marking) == [
        "1: 'Thủy quân' is not in the article (but 'Thuỷ quân' is)",
        "2: 'đại tá' is not in the article (but 'Đại Tá' is)",
        "3: '3/4' is not in the article",
        "4: 'Lan' is not in the article",
    ]


def test_edges_of_marks_are_told() -> None:
    _, marking = marked("theo (LHQ).", "ORGANIZATION|(LHQ)", "training|theo (LHQ).")
    assert [message.partition(": ")[0] for message in messages(marking)] == ["1", "2"]
    assert "punctuation at the edge" in messages(marking)[1]


def test_a_list_as_it_is_typed() -> None:
    lines = read_mark_list(
        "\ufeff# tên\r\n\r\nPERSON\tLan \t\r\n+ORGANIZATION\tBộ A\t2,1\r\n"
        "- RANK\tđại tá\r\n-\tB\r\n~\tMenu\t3\r\n"
    )
    assert lines == (
        ListLine(3, Action.MARK, "PERSON", "Lan"),
        ListLine(4, Action.GLUED, "ORGANIZATION", "Bộ A", (1, 2)),
        ListLine(5, Action.DROP, "RANK", "đại tá"),
        ListLine(6, Action.DROP, "", "B"),
        ListLine(7, Action.FURNITURE, "", "Menu", (3,)),
    )


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("PERSON Lan", "a line is LABEL, a tab, the words"),
        ("PERSON\t", "a line is LABEL, a tab, the words"),
        ("PERSON\tLan\t1\t2", "a line is LABEL, a tab, the words"),
        ("PERSONS\tLan", "'PERSONS' is no label; there are PERSON, RANK,"),
        ("+\tLan", "'' is no label"),
        ("-TÊN\tLan", "'TÊN' is no label"),
        ("~PERSON\tLan", "'~' stands alone"),
        ("PERSON\tLan\t0", "'0' are no numbers of occurrences"),
        ("PERSON\tLan\t1-3", "'1-3' are no numbers of occurrences"),
    ],
)
def test_mistakes_in_a_list_have_their_line(line: str, part: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read_mark_list("PERSON\tAn\n" + line + "\n", "bai.tsv")
    assert str(caught.value).startswith("bai.tsv:2: ") and part in str(caught.value)


def listed(article: Article) -> tuple[ListLine, ...]:
    """A list that says every mark of an article by surface and number."""
    folded = fold(article.text)
    lines = []
    for label, place in (
        *((entity.label, entity) for entity in article.entities),
        *((phrase.area, phrase) for phrase in article.evidence),
    ):
        surface = article.text[place.start : place.end]
        found = [
            span
            for span in occurrences(folded, surface, glued=True)
            if not any(line.start < span.end and span.start < line.end for line in article.furniture)
        ]
        lines.append(
            ListLine(0, Action.GLUED, label, surface, (found.index(Span(place.start, place.end)) + 1,))
        )
    furniture = {article.text[line.start : line.end] for line in article.furniture}
    return (*lines, *(ListLine(0, Action.FURNITURE, "", line) for line in furniture if line.strip()))


def test_composed_articles_can_be_made_from_a_list() -> None:
    paths = sorted(COMPOSED.glob("*.md"))[::4]
    assert len(paths) > 30
    for path in paths:
        article = read_inline(path.read_bytes().decode("utf-8"), path)
        marking = mark(article.id, article.text, listed(article))
        assert marking.article.entities == article.entities, path
        assert marking.article.evidence == article.evidence, path
        assert set(marking.article.furniture) >= {line for line in article.furniture if line.end > line.start}
        assert not marking.not_found and not marking.crossing and not marking.faulty


@settings(deadline=None)
@given(
    st.text(alphabet="aá á\u0301\u00a0\u200b\nĐđ.", max_size=40),
    st.text(alphabet="aáđ .", min_size=1, max_size=4),
)
def test_places_found_hold_the_surface(text: str, surface: str) -> None:
    folded = fold(text)
    spans = occurrences(folded, surface, glued=True)
    wanted = fold(surface).text.strip()
    for span in spans:
        assert fold(text[span.start : span.end]).text == wanted
    assert set(occurrences(folded, surface)) <= set(spans)
    assert [span.end for span in spans[:-1]] <= [span.start for span in spans[1:]]


def test_alike() -> None:
    assert alike(fold("Cộng hoà Đức"), "cong hoa duc") == "Cộng hoà Đức"
    assert alike(fold("Cộng hoà"), "hoàn") is None


TEXT = (
    "Họp ở Hà Nội\n"
    "Chiều 3-7, Thiếu tướng Lê Văn Mẫu tiếp ông Smith, hải quân Pháp. Nga và Trung Quốc dự diễn tập "
    "Rồng Xanh từ tháng 5 đến tháng 6. Bộ trưởng Quốc phòng Lào thăm Học viện Mẫu; "
    "USMA nói về Su-30 và Vũ Anh.\n"
    "~ Tin: Lê Thị Ngoài\n"
)


def hints(markup: str, *dropped: Span) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for hint in missed(read_inline("---\nid: x\n---\n" + markup), dropped):
        found.setdefault(hint.kind, []).append(hint.surface)
    return found


def test_what_may_be_missed() -> None:
    assert hints(TEXT) == {
        "name": ["Lê Văn Mẫu", "Smith", "Rồng Xanh", "Học", "Mẫu", "USMA", "Vũ Anh"],
        "date": ["Chiều 3-7", "tháng 5", "tháng 6"],
        "rank": ["Thiếu tướng"],
        "body": ["hải quân Pháp"],
    }


def test_what_is_marked_or_dropped_is_not_missed() -> None:
    text = TEXT.replace("Lê Văn Mẫu", "[Lê Văn Mẫu|PERSON]").replace(
        "Rồng Xanh", "{Rồng Xanh|joint_exercise}"
    )
    text = text.replace("hải quân Pháp", "[hải quân|ORGANIZATION] Pháp").replace("tháng 5", "[tháng 5|DATE]")
    plain = read_inline("---\nid: x\n---\n" + text).text
    at = plain.index("Học viện Mẫu")
    found = hints(text, Span(at, at + 12))
    assert found["name"] == ["Smith", "USMA", "Vũ Anh"]
    assert found["date"] == ["Chiều 3-7", "tháng 6"]
    assert found["body"] == ["hải quân Pháp"]  # its country is outside the mark


def test_a_missed_mark_is_nearly_always_among_the_hints() -> None:
    hit = total = 0
    for path in sorted(COMPOSED.glob("*.md"))[::29]:
        article = read_inline(path.read_bytes().decode("utf-8"), path)
        for number, entity in enumerate(article.entities):
            if entity.label == "DOCUMENT" or number % 5:
                continue
            rest = tuple(other for other in article.entities if other != entity)
            places = [place for hint in missed(replace(article, entities=rest)) for place in hint.places]
            hit += any(place.start < entity.end and entity.start < place.end for place in places)
            total += 1
    assert total > 15 and hit / total > 0.9


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["annotations", "mark", *map(str, args)])


def test_command_line(tmp_path: Path) -> None:
    text, words, out = tmp_path / "bài 1.txt", tmp_path / "bai.tsv", tmp_path / "bai.md"
    text.write_bytes("Trang chủ\nĐại tá Lê Mẫu thăm Đoàn B.\n\nTin liên quan\n".encode())
    words.write_text("PERSON\tLê Mẫu\nPERSON\tLan\n~\tTin liên quan\n", encoding="utf-8")
    result = run(text, words, "-o", out, "--id", "bai-1")
    assert result.exit_code == 0 and result.stdout == ""
    assert out.read_bytes().decode() == (
        "---\nid: bai-1\n---\nTrang chủ\nĐại tá [Lê Mẫu|PERSON] thăm Đoàn B.\n\n~ Tin liên quan\n"
    )
    report = result.stderr
    assert f"{words}:2: 'Lan' is not in the article" in report
    assert "  rank  Đại tá\n        line 2: «Đại tá» Lê Mẫu thăm" in report
    assert "  menu: Trang chủ\n" in report and "Tin liên quan" not in report
    assert report.endswith("bai-1: 1 entities, 0 area phrases, 1 furniture lines\n")
    shown = run(text, words)
    assert shown.stdout.startswith("---\nid: b-i-1\n---\n")


def test_command_line_mistakes(tmp_path: Path) -> None:
    text, words, out = tmp_path / "a.txt", tmp_path / "a.tsv", tmp_path / "a.md"
    text.write_text("Lê Mẫu.\n", encoding="utf-8")
    words.write_text("PERSON\tLê Mẫu\n", encoding="utf-8")
    out.write_text("cũ", encoding="utf-8")
    there = run(text, words, "-o", out)
    assert there.exit_code == 2 and "is there already; --force replaces it" in there.stderr
    assert out.read_text(encoding="utf-8") == "cũ"
    assert run(text, words, "-o", out, "--force").exit_code == 0
    again = run(out, words)
    assert again.exit_code == 2 and "is inline markup already" in again.stderr
    words.write_text("NGƯỜI\tLê Mẫu\n", encoding="utf-8")
    wrong = run(text, words)
    assert wrong.exit_code == 2 and f"{words}:1: 'NGƯỜI' is no label" in wrong.stderr
    assert run(tmp_path / "none.txt", words).exit_code == 2
    bad_id = run(text, tmp_path / "none.tsv", "--id", "x")
    assert bad_id.exit_code == 2 and "none.tsv: cannot be read" in bad_id.stderr


def test_a_page_of_html(tmp_path: Path) -> None:
    page, words = tmp_path / "trang.html", tmp_path / "a.tsv"
    body = "<p>Ông Lê Mẫu thăm Đoàn B trong nhiều ngày và bàn về nhiều việc chung của hai bên.</p>" * 4
    page.write_text(f"<html><body><article>{body}</article></body></html>", encoding="utf-8")
    words.write_text("PERSON\tLê Mẫu\n", encoding="utf-8")
    result = run(page, words)
    assert (
        result.exit_code == 0 and "Ông [Lê Mẫu|PERSON] thăm" in result.stdout and "<p>" not in result.stdout
    )
