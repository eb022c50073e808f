"""The whole evaluation, errors by cause and the HTML report, on invented sentences."""

from __future__ import annotations

import io
import json
import math
from html.parser import HTMLParser

import pytest
from rich.console import Console

from hoptac.article import AreaEvidence, Article, Entity
from hoptac.errors import InputError
from hoptac.evaluate.area_errors import find_area_errors
from hoptac.evaluate.errors_by_cause import ErrorCounts, find_errors
from hoptac.evaluate.html_report import write_html
from hoptac.evaluate.prediction import Prediction, ScoredEntity, ScoredEvidence, pair_up
from hoptac.evaluate.report import evaluate


def at(text: str, surface: str, label: str) -> Entity:
    start = text.index(surface)
    return Entity(start, start + len(surface), label)


def said(text: str, surface: str, label: str, score: float = 0.5) -> ScoredEntity:
    mark = at(text, surface, label)
    return ScoredEntity(mark.start, mark.end, mark.label, score)


def causes(text: str, gold: list[tuple[str, str]], predicted: list[tuple[str, str]], train=()):
    article = Article("made-1", text, tuple(at(text, *mark) for mark in gold))
    prediction = Prediction("made-1", tuple(said(text, *mark) for mark in predicted))
    return [(e.kind, e.cause, e.label) for e in find_errors([(article, prediction)], train)]


ORG, PERSON, RANK = "ORGANIZATION", "PERSON", "RANK"


@pytest.mark.parametrize(
    ("gold", "predicted", "cause"),
    [
        ("Bảo Anh", "Bảo", "right too short"),
        ("Bảo", "Bảo Anh", "right too long"),
        ("Bảo Anh", "Anh", "left too short"),
        ("Gia Bảo", "Trần Gia Bảo", "left too long"),
        ("Gia Bảo", "Bảo Anh", "left too short, right too long"),
    ],
)
def test_boundary_edges(gold, predicted, cause):
    found = causes("Ông Trần Gia Bảo Anh nói.", [(gold, PERSON)], [(predicted, PERSON)])
    assert found == [("boundary", cause, PERSON)]


@pytest.mark.parametrize(
    ("gold", "predicted", "cause"),
    [
        ("Cục Đối ngoại Bộ Quốc phòng", "Cục Đối ngoại", "parent or subordinate body"),
        ("Cục Đối ngoại", "Cục Đối ngoại Bộ Quốc phòng", "parent or subordinate body"),
        ("Bộ Quốc phòng", "Cục Đối ngoại Bộ Quốc phòng", "parent or subordinate body"),
        ("Hạm đội 3 của Hoa Kỳ", "Hạm đội 3", "'của' and a country"),
        ("Hạm đội 3", "Hạm đội 3 của Hoa Kỳ", "'của' and a country"),
        ("Bộ Quốc phòng Lào", "Lào", "left too short"),
        ("Bộ Quốc phòng Lào", "Bộ Quốc phòng", "right too short"),
    ],
)
def test_boundary_causes_of_bodies(gold, predicted, cause):
    text = "Cục Đối ngoại Bộ Quốc phòng Lào và Hạm đội 3 của Hoa Kỳ dự."
    assert causes(text, [(gold, ORG)], [(predicted, ORG)]) == [("boundary", cause, ORG)]


def test_other_shapes():
    text = "Đại tá Hoàng Minh Đức, Quân khu 3."
    assert causes(text, [("Hoàng Minh Đức", PERSON)], [("Hoàng", PERSON), ("Đức", PERSON)]) == [
        ("boundary", "split", PERSON)
    ]
    assert causes(text, [("Đại tá", RANK), ("Hoàng Minh Đức", PERSON)], [("Đại tá Hoàng", PERSON)]) == [
        ("boundary", "merged", RANK)
    ]
    assert causes(text, [("Quân khu 3", ORG)], [("Quân khu 3", PERSON)]) == [("label", "read as PERSON", ORG)]
    assert causes(text, [("Quân khu 3", ORG)], [("Quân khu", PERSON)]) == [("label", "label and edges", ORG)]
    assert causes(text, [("Quân khu 3", ORG)], [("Quân khu 3", ORG)]) == []
    # neighbours that only touch are errors of their own
    assert causes("ab", [("a", ORG)], [("b", ORG)]) == [
        ("missed", "missed", ORG),
        ("spurious", "spurious", ORG),
    ]


def test_missed_names_known_from_training():
    train = [Article("made-9", "QUÂN KHU 3", (Entity(0, 10, ORG),))]
    text = "Quân khu 3 và Quân khu 8"
    assert causes(text, [("Quân khu 3", ORG), ("Quân khu 8", ORG)], [], train) == [
        ("missed", "seen in training", ORG),
        ("missed", "not seen in training", ORG),
    ]
    assert causes(text, [], [("Quân khu 3", RANK)], train) == [("spurious", "not seen in training", RANK)]


TEXT = "Ngày 5/6, Đại tá Trần <Bảo> & đoàn thăm Lào. Hai bên bàn về quân y. Hết."
GOLD = [
    Article(
        "made-1",
        TEXT,
        (at(TEXT, "5/6", "DATE"), at(TEXT, "Đại tá", RANK), at(TEXT, "Trần <Bảo>", PERSON)),
        (AreaEvidence(TEXT.index("quân y"), TEXT.index("quân y") + 6, "military_medicine"),),
    ),
    Article("other-1", "Không có gì.", ()),
]
PREDICTED = [
    Prediction(
        "made-1",
        (said(TEXT, "Ngày 5/6", "DATE", 0.7), said(TEXT, "Đại tá", RANK, 0.9), said(TEXT, "Lào", ORG, 0.4)),
        {"military_medicine": 0.3, "training": 0.8},
        frozenset({"training"}),
        (ScoredEvidence(TEXT.index("Hai"), TEXT.index("Hai") + 7, "training", 0.8),),
        ((("B-DATE", "O"), ("B-DATE", "O")),),
    ),
    Prediction("other-1", (), {"military_medicine": 0.1, "training": 0.1}),
]


def test_evaluation_as_dictionary_table_and_file(tmp_path):
    evaluation = evaluate(GOLD, PREDICTED, samples=200)
    assert evaluation.overall.entities.micro.f1 == pytest.approx(2 / 6)
    assert list(evaluation.sources) == ["made", "other"]
    assert evaluation.sources["other"].entities.micro.gold == 0
    path = tmp_path / "figures.json"
    evaluation.write_json(path)
    read = json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda name: pytest.fail(name))
    assert read == evaluation.to_dict()
    assert read["overall"]["areas"]["average_precision"] == {"military_medicine": 1.0, "training": None}
    assert read["overall"]["tags"]["micro avg"]["f1"] == 1
    assert read["overall"]["partial"]["type"]["f1"] == pytest.approx(4 / 6)
    interval = read["overall"]["entities"]["f1_intervals"]["micro"]
    assert 0 <= interval["low"] <= 2 / 6 <= interval["high"] <= 1
    assert read["calibration"]["entities"]["count"] == 3
    assert read["errors"] == {
        "missed": {"missed": {PERSON: 1}},
        "spurious": {"spurious": {ORG: 1}},
        "boundary": {"left too long": {"DATE": 1}},
    }
    console = Console(record=True, width=80, file=io.StringIO())
    evaluation.print_table(console)
    shown = console.export_text()
    for words in ("RANK", "0.333", "military_medicine", "seqeval", "other", "left too long", "calibration"):
        assert words in shown


def test_evaluation_without_areas_and_of_nothing():
    plain = evaluate([Article("a-1", "x", (Entity(0, 1, "[LOC]"),))], [Prediction("a-1")], samples=20)
    assert plain.overall.areas is None and plain.area_calibration is None
    assert plain.to_dict()["overall"]["areas"] is None
    assert plain.overall.entities.labels["[LOC]"].recall == 0
    console = Console(record=True, width=80, file=io.StringIO())
    plain.print_table(console)
    assert console.export_text().count("[LOC]") == 2
    with pytest.raises(InputError, match="no article"):
        evaluate([], [])
    with pytest.raises(InputError, match=r"\[LOC\]"):
        evaluate([Article("a-1", "x", (Entity(0, 1, "[LOC]"),))], [Prediction("a-1")], entity_labels=("X",))


def test_perfect_prediction_scores_one_everywhere():
    right = [
        Prediction(
            article.id,
            tuple(ScoredEntity(e.start, e.end, e.label, 1.0) for e in article.entities),
            {area: float(area in article.areas) for area in ("military_medicine", "training")},
            article.areas,
            tuple(ScoredEvidence(e.start, e.end, e.area, 1.0) for e in article.evidence),
        )
        for article in GOLD
    ]
    group = evaluate(GOLD, right, samples=50).overall
    assert group.areas is not None
    assert group.entities.micro.f1 == group.entities.macro.f1 == group.areas.table.micro.f1 == 1
    assert all(score.f1 == 1 for score in group.partial.values())
    assert group.areas.mean_average_precision == group.areas.evidence_overall.recall == 1
    assert math.isclose(group.entity_intervals.micro.low, 1)
    assert find_errors(pair_up(GOLD, right)) == [] == find_area_errors(pair_up(GOLD, right))


class Page(HTMLParser):
    """Collects the report's cards, its marks, and everything that could reach outside."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[dict[str, str | None]] = []
        self.marks: list[tuple[str, str]] = []
        self.excerpts: list[str] = []
        self.outside: list[str] = []
        self.stack: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.outside += [value for name, value in attrs if name in ("src", "href", "action")]
        if tag in ("link", "img", "iframe", "bảo"):
            self.outside.append(tag)
        if tag == "article":
            self.cards.append(given)
        if given.get("class") == "excerpt":
            self.excerpts.append("")
        if tag not in ("meta", "input", "link"):
            self.stack.append((tag, given.get("class") or ""))

    def handle_endtag(self, tag):
        assert self.stack.pop()[0] == tag

    def handle_data(self, data):
        if ("p", "excerpt") in self.stack:
            self.excerpts[-1] += data
            if self.stack[-1][0] == "mark":
                self.marks.append((data, self.stack[-1][1]))


def test_html_report_shows_every_error_in_its_sentence(tmp_path):
    path = tmp_path / "errors.html"
    write_html(path, GOLD, PREDICTED, title="Made <up>")
    content = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(content)
    page.close()
    assert not page.stack and not page.outside
    assert "http" not in content.split("<script>")[0].replace("http-equiv", "")
    assert "Made &lt;up&gt;" in content and "<up>" not in content
    assert [(card["data-kind"], card["data-label"]) for card in page.cards] == [
        ("missed", PERSON),
        ("spurious", ORG),
        ("boundary", "DATE"),
        ("area missed", "military_medicine"),
        ("area spurious", "training"),
    ]
    first = "Ngày 5/6, Đại tá Trần <Bảo> & đoàn thăm Lào."
    assert page.excerpts == [first, first, first, "Hai bên bàn về quân y.", "Hai bên bàn về quân y."]
    assert page.marks == [
        ("Trần <Bảo>", "gold"),
        ("Lào", "predicted"),
        ("Ngày ", "predicted"),
        ("5/6", "gold predicted"),
        ("quân y", "gold"),
        ("Hai bên", "predicted"),
    ]
    assert "score 0.30" in content


def test_html_report_of_no_errors(tmp_path):
    path = tmp_path / "errors.html"
    write_html(path, GOLD[1:], [Prediction("other-1")])
    assert "No errors." in path.read_text(encoding="utf-8")


def test_error_counts_keep_every_error():
    errors = find_errors(pair_up(GOLD, PREDICTED))
    counts = ErrorCounts.of(errors)
    assert counts.total == len(errors) == 3
    assert [kind for kind, _ in counts.counts] == ["missed", "spurious", "boundary"]
