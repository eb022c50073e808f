"""The result object and its HTML view."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.article import Span
from hoptac.result import AreaResult, DroppedLine, EntityMention, EvidenceSpan, Result
from hoptac.view import page_foot, page_head, page_section

TEXT = (
    "Trang chủ | Thời sự\n"
    "Việt Nam và Hà Lan mở khóa đào tạo gìn giữ hòa bình\n"
    "\n"
    "Đại tá Lê Văn Thử, Cục Đối ngoại - Bộ Quốc phòng, cho biết ngày 4/5 hai bên đào tạo sĩ quan.\r\n"
    "BỘ QUỐC PHÒNG cảm ơn <bạn> & bè.\n"
    "Chia sẻ"
)


def _entity(text: str, surface: str, label: str, score: float = 0.9) -> EntityMention:
    start = text.index(surface)
    return EntityMention(start, start + len(surface), label, surface, score)


def _evidence(text: str, phrase: str, last: bool = False) -> EvidenceSpan:
    start = text.rindex(phrase) if last else text.index(phrase)
    line = Span(text.rfind("\n", 0, start) + 1, text.find("\n", start))
    return EvidenceSpan(start, start + len(phrase), phrase, 0.8, line)


def make_result() -> Result:
    training = (_evidence(TEXT, "đào tạo"), _evidence(TEXT, "đào tạo sĩ quan"))
    peace = (_evidence(TEXT, "gìn giữ hòa bình"),)
    tail = TEXT.index("Chia sẻ")
    return Result(
        TEXT,
        entities=(
            _entity(TEXT, "Đại tá", "RANK"),
            _entity(TEXT, "Lê Văn Thử", "PERSON", 0.991),
            _entity(TEXT, "Cục Đối ngoại", "ORGANIZATION"),
            _entity(TEXT, "Bộ Quốc phòng", "ORGANIZATION"),
            _entity(TEXT, "ngày 4/5", "DATE"),
            _entity(TEXT, "BỘ QUỐC PHÒNG", "ORGANIZATION"),
        ),
        areas=(
            AreaResult("training", "Đào tạo, huấn luyện", "Education and training", 0.93, training),
            AreaResult("peacekeeping", "Gìn giữ hòa bình", "Peacekeeping", 0.71, peace),
        ),
        kept=(Span(TEXT.index("Việt"), tail - 1),),
        dropped=(DroppedLine(0, TEXT.index("\n"), "menu"), DroppedLine(tail, len(TEXT), "share")),
        warnings=("a warning with <angle> brackets",),
    )


class _View(HTMLParser):
    """The text of the article pane, and for each of its characters the tips of the marks around it."""

    VOID = frozenset({"meta", "input", "br"})
    APART = frozenset({"ht-tag", "ht-number"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.tips, self.ids, self.links = "", [], [], []  # type: ignore[var-annotated]
        self.feed(html)
        self.close()
        assert not self.stack, f"not closed: {self.stack}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        if "href" in found:
            self.links.append(found["href"])
        if tag not in self.VOID:
            self.stack.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop()[0] == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.stack]
        if "article" not in tags or "p" not in tags:
            return
        if any((attrs.get("class") or "") in self.APART for _, attrs in self.stack):
            return
        tips = frozenset(attrs["data-tip"] for tag, attrs in self.stack if tag == "mark")
        # A paragraph's last line break is the line's own, a line break between elements is not text.
        self.text += data
        self.tips += [tips] * len(data)


def test_a_span_that_does_not_hold_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="reads 'Lan'"):
        Result("Hà Lan", entities=(EntityMention(3, 6, "PERSON", "Hà", 0.5),))
    with pytest.raises(ValueError, match="6 characters"):
        Result("Hà Lan", entities=(EntityMention(3, 7, "PERSON", "Lan", 0.5),))
    with pytest.raises(ValueError, match="6 characters"):
        Result("Hà Lan", kept=(Span(0, 7),))
    stray = EvidenceSpan(3, 6, "Lan", 0.5, Span(0, 9))
    with pytest.raises(ValueError, match="6 characters"):
        Result("Hà Lan", areas=(AreaResult("border", "Biên giới", "Border", 0.5, (stray,)),))


def test_to_dict_has_the_documented_shape_and_is_json() -> None:
    found = json.loads(json.dumps(make_result().to_dict()))
    assert list(found) == ["entities", "areas", "article", "dropped", "warnings"]
    assert found["entities"][1] == {
        "start": TEXT.index("Lê"),
        "end": TEXT.index("Lê") + 10,
        "label": "PERSON",
        "text": "Lê Văn Thử",
        "score": 0.991,
    }
    area = found["areas"][0]
    assert list(area) == ["label", "name_vi", "name_en", "score", "evidence"]
    assert (area["label"], area["name_en"], area["score"]) == ("training", "Education and training", 0.93)
    assert [list(span) for span in area["evidence"]] == [["start", "end", "text", "score"]] * 2
    assert found["dropped"][0] == {"start": 0, "end": 19, "text": "Trang chủ | Thời sự", "reason": "menu"}
    assert TEXT[found["article"][0]["start"] : found["article"][0]["end"]].startswith("Việt Nam")


def test_numpy_scores_become_plain_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    result = Result("Hà Lan", entities=(EntityMention(3, 6, "PERSON", "Lan", numpy.float32(0.5)),))
    assert json.loads(json.dumps(result.to_dict()))["entities"][0]["score"] == 0.5


def test_surfaces_ignore_case_spaces_and_unicode_form() -> None:
    text = "Bộ Quốc  phòng, Bộ Quốc phòng, BỘ QUỐC PHÒNG và Lan, Lan2"
    spans = [(0, 14), (16, 29), (31, 44)]
    orgs = tuple(EntityMention(a, b, "ORGANIZATION", text[a:b], 0.9) for a, b in spans)
    other = EntityMention(48, 51, "VEHICLE", "Lan", 0.9)
    surfaces = Result(text, entities=(other, *orgs)).surfaces()
    assert list(surfaces) == ["ORGANIZATION", "VEHICLE"]
    assert [(s.text, len(s.mentions)) for s in surfaces["ORGANIZATION"]] == [("Bộ Quốc phòng", 3)]


def test_str_and_repr_are_short() -> None:
    result = make_result()
    assert repr(result) == f"<Result: 6 entities, 2 areas, {len(TEXT)} characters>"
    assert "ORGANIZATION       Bộ Quốc phòng ×2; Cục Đối ngoại" in str(result)
    assert "area training      0.93" in str(result)
    assert str(Result("Không có gì.")) == "nothing found"


def test_the_view_shows_every_character_and_marks_the_right_ones() -> None:
    result = make_result()
    view = _View(result.to_html())
    assert view.text == TEXT
    for entity in result.entities:
        for tips in view.tips[entity.start : entity.end]:
            assert any(tip.endswith(f"{round(100 * entity.score)}%") for tip in tips)
    phrase = result.areas[0].evidence[1]
    assert view.tips[phrase.start] == {"1. Đào tạo, huấn luyện · Education and training · 80%"}
    assert view.tips[phrase.end] == frozenset()


def test_the_view_is_self_contained_and_escaped() -> None:
    html = make_result().to_html()
    assert html.startswith("<!DOCTYPE html>") and html.rstrip().endswith("</html>")
    assert not re.search(r"https?:|url\(|@import|<script|<link|\ssrc=|javascript:", html)
    assert "&lt;bạn&gt; &amp; bè" in html and "&lt;angle&gt;" in html
    hostile = '"><script>alert(1)</script>'
    result = Result(
        hostile,
        entities=(EntityMention(0, 3, '"><b>', hostile[:3], 0.5),),
        areas=(
            AreaResult("x", hostile, hostile, 0.5, (EvidenceSpan(2, 9, hostile[2:9], 0.5, Span(0, 20)),)),
        ),
        dropped=(DroppedLine(0, len(hostile), hostile),),
        warnings=(hostile,),
    )
    assert "<script" not in result.to_html() and "<b>" not in result.to_html()
    assert _View(result.to_html()).text == hostile


def test_labels_names_and_reasons_are_readable_without_colour() -> None:
    html = make_result().to_html()
    assert html.count('<span class="ht-tag">ORGANIZATION</span>') == 3
    assert html.count('<sup class="ht-number">1</sup>') == 2
    for words in ("Tổ chức", "Organization", "Đào tạo, huấn luyện", "1 line left out: menu", "×2", "93%"):
        assert words in html
    assert html.count('tabindex="0"') == 6 + 3


def test_links_lead_to_marks_and_ids_are_unique() -> None:
    result = make_result()
    page = page_head("two") + page_section(result, "r1", "a.txt") + page_section(result, "r2", "b.txt")
    view = _View(page + page_foot())
    assert len(set(view.ids)) == len(view.ids) > 0
    assert {link[1:] for link in view.links} <= set(view.ids)
    first, second = _View(result._repr_html_()), _View(result._repr_html_())
    assert not set(first.ids) & set(second.ids)
    assert "<html" not in result._repr_html_() and "<body" not in result._repr_html_()


def test_an_empty_result_has_a_view() -> None:
    assert "None found" in Result("Không có gì.").to_html()
    assert _View(Result("Không có gì.\n").to_html()).text == "Không có gì.\n"


def test_long_sentences_are_cut_around_their_phrase_in_the_panel() -> None:
    text = "đầu " * 60 + "diễn tập chung" + " cuối" * 60
    start = text.index("diễn")
    span = EvidenceSpan(start, start + 14, "diễn tập chung", 0.9, Span(0, len(text)))
    html = Result(
        text, areas=(AreaResult("joint_exercise", "Diễn tập", "Exercises", 0.9, (span,)),)
    ).to_html()
    quote = re.search(r"<blockquote.*?</blockquote>", html)
    assert quote and quote[0].count("đầu") < 30 and quote[0].count("cuối") < 30
    assert "… đầu" in quote[0] and "cuối …" in quote[0] and ">diễn tập chung</a>" in quote[0]


_CHARACTERS = st.text(st.sampled_from("ab đạ\n\r\t<&>\"'\u0323\U0001f6a2"), min_size=1, max_size=30)


@st.composite
def _results(draw: st.DrawFn) -> Result:
    text = draw(_CHARACTERS)
    span = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(lambda s: s[0] < s[1])
    entities = tuple(
        EntityMention(a, b, draw(st.sampled_from(("PERSON", "DATE", "OTHER"))), text[a:b], i / 20)
        for i, (a, b) in enumerate(draw(st.lists(span, max_size=4)))
    )
    areas = tuple(
        AreaResult("x", f"x{i}", f"x{i}", 0.5, (EvidenceSpan(a, b, text[a:b], 0.5, Span(0, len(text))),))
        for i, (a, b) in enumerate(draw(st.lists(span, max_size=4)))
    )
    dropped = tuple(DroppedLine(a, b, "menu") for a, b in draw(st.lists(span, max_size=2)))
    return Result(text, entities, areas, dropped=dropped)


@settings(max_examples=150, deadline=None)
@given(_results())
def test_marks_that_nest_or_cross_keep_text_and_coverage(result: Result) -> None:
    view = _View(result.to_html())
    assert view.text == result.text
    assert {link[1:] for link in view.links} <= set(view.ids)
    for position, tips in enumerate(view.tips):
        expected = {str(round(100 * e.score)) for e in result.entities if e.start <= position < e.end}
        expected |= {f"x{i}" for i, area in enumerate(result.areas) if _holds(area.evidence[0], position)}
        found = {re.findall(r"x\d", tip)[0] if "x" in tip else tip.rpartition(" ")[2][:-1] for tip in tips}
        assert found == expected


def _holds(span: EvidenceSpan, position: int) -> bool:
    return span.start <= position < span.end


def _luminance(colour: tuple[float, ...]) -> float:
    """Relative luminance of an sRGB colour, as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _colour(hexadecimal: str) -> tuple[float, ...]:
    return tuple(int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5))


def test_all_text_has_enough_contrast_in_both_modes() -> None:
    style = files("hoptac.view").joinpath("style.css").read_text(encoding="utf-8")
    fills = {name: _colour(c) for name, c in re.findall(r"\.(ht-e\d) \{ --c: (#\w{6});", style)}
    assert len(fills) == 8
    modes = re.findall(r"--paper:[^}]+", style)
    assert len(modes) == 2
    for mode in modes:
        own = {name: _colour(value) for name, value in re.findall(r"--([\w-]+): (#\w{6})", mode)}
        tint = float(re.findall(r"--tint: (\d+)%", mode)[0]) / 100
        pairs = [
            *(
                (own[ink], own[paper])
                for ink in ("ink", "soft", "area", "link")
                for paper in ("paper", "panel")
            ),
            (own["tip-ink"], own["tip"]),
        ]
        for fill in fills.values():
            mixed = tuple(tint * c + (1 - tint) * p for c, p in zip(fill, own["paper"], strict=True))
            pairs += [(own["ink"], mixed), (_colour("#14171a"), fill)]
        assert min(_contrast(*pair) for pair in pairs) >= 4.5
