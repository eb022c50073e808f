"""A surface marked here and not there, with another label, with other edges; sentences that come twice."""

from __future__ import annotations

import time
from pathlib import Path

from hoptac.annotations.inline import read_inline
from hoptac.article import Article, Entity
from hoptac.review.case import Case, judged, merged
from hoptac.review.cue_cases import cue_cases
from hoptac.review.inconsistent import inconsistencies
from hoptac.review.lines import read_lines
from hoptac.review.twin_cases import twin_cases
from tests.review.conftest import find_cases, read_all
from tests.review.corpus import sound


def article(content: str, name: str = "a") -> Article:
    return read_inline(f"---\nid: {name}\n---\n{content}")


def words(one: Article, marks: tuple[Entity, ...]) -> list[tuple[str, str]]:
    return [(one.text[mark.start : mark.end], mark.label) for mark in marks]


def test_the_three_mistakes_come_first(annotations: Path) -> None:
    placed = find_cases(annotations)
    found = {
        case.case.article_id: (
            case.case.kind,
            words(case.article, case.case.gold),
            words(case.article, case.case.proposed),
        )
        for case in placed[:3]
    }
    assert found == {
        "case-03": ("missed", [], [("Bộ Quốc phòng Lào", "ORGANIZATION")]),
        "case-05": ("label", [("Đoàn 871", "DOCUMENT")], [("Đoàn 871", "ORGANIZATION")]),
        "case-07": ("boundary", [("Hải quân", "ORGANIZATION")], [("Hải quân Ấn Độ", "ORGANIZATION")]),
    }


def test_a_corpus_that_agrees_has_no_case() -> None:
    assert inconsistencies([read_inline(sound(number)) for number in range(20)]) == []


def test_the_figures_count_the_other_places(annotations: Path) -> None:
    case = next(one.case for one in find_cases(annotations) if one.case.article_id == "case-03")
    assert case.statistics["as_proposed"] == 19 and case.statistics["as_here"] == 0
    assert case.statistics["articles"] == 19
    assert "surface" in case.basis


def test_more_places_make_surer() -> None:
    def confidence(count: int) -> float:
        marked = [article(f"Hôm nay [Đoàn Bình Minh|ORGANIZATION] tới x{i} .", f"m{i}") for i in range(count)]
        cases = merged(inconsistencies([*marked, article("Hôm nay Đoàn Bình Minh tới đó .", "u")]))
        return next(case.confidence for case in cases if case.article_id == "u")

    assert confidence(3) < confidence(10) < confidence(40)


def test_a_part_of_a_longer_name_is_no_missed_one() -> None:
    short = [article(f"Nghe [Bộ Quốc phòng|ORGANIZATION] báo x{i} .", f"s{i}") for i in range(8)]
    long = [article(f"Nghe [Bộ Quốc phòng Lào|ORGANIZATION] báo y{i} .", f"l{i}") for i in range(8)]
    assert inconsistencies([*short, *long]) == []


def test_the_word_after_decides() -> None:
    marked = [article(f"Nghe [Quốc hội|ORGANIZATION] họp x{i} .", f"m{i}") for i in range(10)]
    plain = [article(f"Nghe Quốc hội hai nước x{i} .", f"p{i}") for i in range(6)]
    assert not [case for case in inconsistencies([*marked, *plain]) if case.kind == "missed"]


def test_spelling_and_unicode_form_do_not_matter() -> None:
    marked = [article(f"Nghe [Học viện Hòa Bình|ORGANIZATION] báo x{i} .", f"m{i}") for i in range(9)]
    import unicodedata

    other = article("Nghe " + unicodedata.normalize("NFD", "Học viện Hoà Bình") + " báo tin .", "u")
    (case,) = merged(inconsistencies([*marked, other]))
    assert case.article_id == "u"
    mark = case.proposed[0]
    assert unicodedata.normalize("NFC", other.text[mark.start : mark.end]) == "Học viện Hoà Bình"


def test_furniture_is_not_looked_at() -> None:
    marked = [article(f"Nghe [Đoàn Bình Minh|ORGANIZATION] báo x{i} .", f"m{i}") for i in range(9)]
    assert inconsistencies([*marked, article("~ Nghe Đoàn Bình Minh báo tin .\nHết .", "u")]) == []


def test_a_name_after_a_cue() -> None:
    names = ["An Bình", "Lê Ví", "Tô Hà", "Vũ Mơ", "Hồ Sen", "Lý Mai", "Đỗ Quyên"]
    articles = [article(f"Chào ông [{name}|PERSON] nhé x{i} .", f"m{i}") for i, name in enumerate(names)]
    missed = article("Chào ông Phan Đa nhé .", "u")
    (case,) = cue_cases([line for one in [*articles, missed] for line in read_lines(one)])
    assert words(missed, case.proposed) == [("Phan Đa", "PERSON")]


def test_a_rank_taken_into_a_name() -> None:
    names = ["An Bình", "Lê Ví", "Tô Hà", "Vũ Mơ", "Hồ Sen", "Lý Mai", "Đỗ Quyên", "An Nhiên"]
    articles = [
        article(f"Gặp [Đại tá|RANK] [{name}|PERSON] nhé x{i} .", f"m{i}") for i, name in enumerate(names)
    ]
    joined = article("Gặp [Đại tá An Lành|PERSON] nhé .", "u")
    case = merged(inconsistencies([*articles, joined]))[0]
    assert (case.article_id, words(joined, case.proposed)) == ("u", [("An Lành", "PERSON")])


def test_a_word_that_belongs_to_the_date() -> None:
    dates = [f"Họp [sáng {day}/{month}|DATE] nhé ." for day in (1, 12, 23) for month in (4, 11)]
    articles = [article(text, f"m{i}") for i, text in enumerate(dates)]
    short = article("Họp sáng [3/5|DATE] nhé .", "u")
    case = merged(inconsistencies([*articles, short]))[0]
    assert (case.kind, words(short, case.proposed)) == ("boundary", [("sáng 3/5", "DATE")])


def test_a_sentence_that_comes_twice() -> None:
    first = article("Hôm qua [An Bình|PERSON] cùng mọi người đi thăm làng bên .", "a")
    second = article("Hôm qua An Bình cùng mọi người đi thăm làng bên .", "b")
    (case,) = twin_cases([line for one in (first, second) for line in read_lines(one)], "entity")
    assert (case.article_id, case.kind, words(second, case.proposed)) == (
        "b",
        "missed",
        [("An Bình", "PERSON")],
    )


def test_an_area_of_its_own() -> None:
    marked = [article(f"Bàn về {{rà phá bom mìn|war_legacy}} ở x{i} .", f"m{i}") for i in range(12)]
    other = article("Bàn về {rà phá bom mìn|hadr_sar} ở đó .", "u")
    (case,) = merged(inconsistencies([*marked, other]))
    assert (case.kind, case.layer, case.proposed[0].label) == ("label", "evidence", "war_legacy")


def test_what_is_marked_once_a_paragraph_is_not_missed_twice() -> None:
    first = "Dự {đối thoại quốc phòng|dialogue_mechanism} ở"
    marked = [article(f"{first} x{i} .", f"m{i}") for i in range(12)]
    again = article("{Nhóm công tác|dialogue_mechanism} nói : Dự đối thoại quốc phòng ở đó .", "u")
    assert not [case for case in inconsistencies([*marked, again]) if case.article_id == "u"]


def test_files_and_lines(annotations: Path) -> None:
    for placed in find_cases(annotations)[:3]:
        line = placed.path.read_text(encoding="utf-8").split("\n")[placed.line - 1]
        if placed.path.suffix == ".md":
            assert placed.article.text[placed.case.start : placed.case.end].split()[0] in line
        else:
            mark = placed.article.entities[1]  # the one after what was missed
            assert line.strip(" ,") == f'[{mark.start}, {mark.end}, "{mark.label}"]'
        begin, end = placed.sentence
        assert begin <= placed.case.start < placed.case.end <= end


def test_the_same_change_from_two_sides_is_one_case() -> None:
    gold, proposed = (), (Entity(0, 4, "PERSON"),)
    one = judged(Case("a", "entity", gold, proposed, ("surface",), {}), 0.1, 0.9)
    other = judged(Case("a", "entity", gold, proposed, ("model",), {}), 0.2, 0.8)
    less = judged(Case("a", "entity", gold, (Entity(0, 2, "PERSON"),), ("cue",), {}), 0.4, 0.6)
    (case,) = merged([less, other, one])
    assert case.basis == ("surface", "model") and case.confidence > one.confidence
    assert case.key == one.key != less.key


def test_time_grows_with_the_corpus_not_with_its_square(annotations: Path) -> None:
    few = [one for _, one in read_all(annotations).values()]

    def seconds(times: int) -> float:
        many = [read_inline(sound(n)) for n in range(3, 3 + times * 20)]
        started = time.perf_counter()
        inconsistencies([*few, *many])
        return time.perf_counter() - started

    seconds(1)
    assert seconds(16) < 40 * seconds(2)
