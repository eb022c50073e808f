"""Two annotators: figures worked out by hand, differences in their sentences, and any two formats."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from hoptac.annotations.formats.catalogue import Format
from hoptac.annotations.inline import read_inline
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.cli import app
from hoptac.errors import InputError
from hoptac.evaluate.agree import agree
from hoptac.evaluate.agreement import Agreement
from hoptac.evaluate.same_text import on_text

from .formats_data import ARTICLE, PLAIN, write


def test_krippendorffs_own_example() -> None:
    # Krippendorff 2011, binary data, two observers: alpha = 0.095. Kappa: (0.6 - 0.56) / 0.44.
    meg, owen = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)
    agreement = Agreement.of((bool(a), bool(b)) for a, b in zip(meg, owen, strict=True))
    assert agreement == Agreement(both=1, only_first=1, only_second=3, neither=5)
    assert agreement.alpha == pytest.approx(1 - 19 * 4 / (14 * 6)) == pytest.approx(0.095, abs=0.0005)
    assert agreement.kappa == pytest.approx(1 / 11)
    assert agreement.observed == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("counts", "kappa", "alpha"),
    [
        ((20, 5, 10, 15), 0.4, 1 - 99 * 15 / (55 * 45)),  # 0.7 observed, 0.5 by chance
        ((3, 0, 0, 2), 1.0, 1.0),
        ((0, 1, 1, 0), -1.0, -0.5),  # 1 - 3 * 2 / (2 * 2)
        ((0, 2, 0, 2), 0.0, 1 - 7 * 2 / (2 * 6)),  # one annotator never says yes
        ((0, 0, 0, 4), None, None),
        ((4, 0, 0, 0), None, None),
        ((0, 0, 0, 0), None, None),
    ],
)
def test_kappa_and_alpha(counts: tuple[int, int, int, int], kappa: float | None, alpha: float | None) -> None:
    agreement = Agreement(*counts)
    assert agreement.kappa == (None if kappa is None else pytest.approx(kappa))
    assert agreement.alpha == (None if alpha is None else pytest.approx(alpha))


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_the_order_of_annotators_and_of_answers_does_not_matter(pairs: list[tuple[bool, bool]]) -> None:
    one = Agreement.of(pairs)
    for other in (Agreement.of((b, a) for a, b in pairs), Agreement.of((not a, not b) for a, b in pairs)):
        for figure in ("kappa", "alpha", "observed"):
            mine, its = getattr(one, figure), getattr(other, figure)
            assert mine == its or mine == pytest.approx(its)
    assert one.kappa is None or -1 <= one.kappa <= 1


HEAD = "---\nid: {}\n---\n"
A1 = read_inline(
    HEAD.format("t-1")
    + "Hôm nay mưa. [Đại tá|RANK] [Lê Mẫu|PERSON] tới [Bộ A|ORGANIZATION] Lào. Ông bàn về {đào "
    "tạo|training} và {quân y|military_medicine}.\n[Chiều 3/4|DATE], [Lan|PERSON] về.\n~ Tin khác\n"
)
B1 = read_inline(
    HEAD.format("t-1")
    + "Hôm nay mưa. [Đại tá|RANK] [Lê Mẫu|ORGANIZATION] tới [Bộ A Lào|ORGANIZATION]. Ông {bàn về "
    "đào tạo|training} và quân y.\n[Chiều 3/4|DATE], Lan về.\nTin {khác|border}\n"
)
A2 = read_inline(HEAD.format("t-2") + "[An|PERSON] dự {tập trận|joint_exercise}.\n")
B2 = read_inline(HEAD.format("t-2") + "[An|PERSON] dự {tập trận|joint_exercise}.\n")


def test_names_by_f1() -> None:
    entities = agree([A1, A2], [B2, B1]).entities
    # Person: A 3, B 1, both 1. Organization: A 1, B 2, none in common. Rank and date agree.
    assert entities.labels["PERSON"].f1 == pytest.approx(2 * 1 / (3 + 1))
    assert entities.labels["ORGANIZATION"].f1 == 0.0
    assert (entities.micro.gold, entities.micro.predicted) == (6, 5)
    assert entities.micro.f1 == pytest.approx(2 * 3 / (6 + 5))
    assert entities.labels["DOCUMENT"].gold == 0


def test_areas_overall_by_area_and_by_article() -> None:
    compared = agree([A1, A2], [B1, B2])
    # t-1: training in both, military_medicine in A, border in B, 16 of 19 areas in neither.
    assert compared.articles["t-1"] == Agreement(1, 1, 1, 16)
    assert compared.articles["t-2"] == Agreement(1, 0, 0, 18)
    assert compared.overall == Agreement(2, 1, 1, 34)
    # Both say yes in 3 of 38 decisions: chance 9/1444 + 1225/1444; observed 36/38.
    assert compared.overall.kappa == pytest.approx((36 / 38 - 1234 / 1444) / (210 / 1444))
    assert compared.overall.alpha == pytest.approx(1 - 75 * 2 / (6 * 70))
    assert compared.areas["training"] == Agreement(1, 0, 0, 1)
    assert compared.areas["military_medicine"] == Agreement(0, 1, 0, 1)
    assert compared.areas["logistics"].kappa is None
    overlap = compared.evidence
    assert (overlap.gold, overlap.gold_hit, overlap.predicted, overlap.predicted_hit) == (3, 2, 3, 2)


def test_disagreements_in_their_sentences() -> None:
    found = agree([A1, A2], [B1, B2]).disagreements
    assert [
        (
            one.layer,
            one.kind,
            [A1.text[mark.start : mark.end] for mark in one.a],
            [A1.text[mark.start : mark.end] for mark in one.b],
        )
        for one in found
    ] == [
        ("entity", "label", ["Lê Mẫu"], ["Lê Mẫu"]),
        ("entity", "edges", ["Bộ A"], ["Bộ A Lào"]),
        ("entity", "only A", ["Lan"], []),
        ("evidence", "edges", ["đào tạo"], ["bàn về đào tạo"]),
        ("evidence", "only A", ["quân y"], []),
        ("evidence", "only B", [], ["khác"]),
        ("furniture", "only A", ["Tin khác"], []),
    ]
    assert found[1].excerpt(A1.text) == "Đại tá Lê Mẫu tới «Bộ A Lào»."
    assert found[3].excerpt(A1.text) == "Ông «bàn về đào tạo» và quân y."


def test_full_agreement() -> None:
    compared = agree([ARTICLE, PLAIN], [ARTICLE, PLAIN])
    assert compared.entities.micro.f1 == 1.0 and compared.disagreements == ()
    assert compared.overall.kappa == compared.overall.alpha == 1.0
    assert compared.articles["thu-02"].kappa is None


def test_texts_may_differ_in_white_space() -> None:
    spaced = Article(
        "t-2", " An  dự\ntập trận .", (Entity(1, 3, "PERSON"),), (AreaEvidence(8, 16, "joint_exercise"),)
    )
    assert on_text(spaced, A2.text) == replace(A2, entities=A2.entities)
    assert agree([A2], [spaced]).disagreements == ()
    blank = Article("x", "a\n \nb", furniture=(Span(0, 1), Span(2, 3)))
    assert on_text(blank, "a\n\nb").furniture == (Span(0, 1),)


@pytest.mark.parametrize("text", ["An dự tập trậm.\n", "An dự tập trận\n", "An dự tập trận. Hết"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="The two texts of t-2 differ"):
        agree([A2], [Article("t-2", text)])


def test_nothing_in_common_is_refused() -> None:
    with pytest.raises(InputError, match="no article in common"):
        agree([A1], [A2])


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["annotations", "agree", *map(str, args)], env={"COLUMNS": "100"})


def test_command_line_over_two_formats(tmp_path: Path) -> None:
    write(tmp_path / "a.json", Format.LABEL_STUDIO, [A1, A2, PLAIN])
    write(tmp_path / "b", Format.BRAT, [B1, B2])
    result = run(tmp_path / "a.json", tmp_path / "b")
    assert result.exit_code == 0, result.output
    assert "1 articles are in A only and are not compared: thu-02" in result.stderr
    assert result.stdout.startswith("2 articles\n") and " micro 0.545 6 5 3 " in " ".join(
        result.stdout.split()
    )
    assert "Disagreements (7)" in result.stdout
    assert "t-1 · entity · edges · A: Bộ A ORGANIZATION | B: Bộ A Lào ORGANIZATION" in result.stdout
    assert "    Đại tá Lê Mẫu tới «Bộ A Lào».\n" in result.stdout


def test_command_line_json(tmp_path: Path) -> None:
    write(tmp_path / "a", Format.INLINE, [A1, A2])
    write(tmp_path / "b.jsonl", Format.DOCCANO, [B1, B2])
    result = run(tmp_path / "a", tmp_path / "b.jsonl", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["articles"] == ["t-1", "t-2"]
    assert figures["entities"]["micro"]["f1"] == pytest.approx(6 / 11)
    assert figures["areas"]["overall"]["alpha"] == pytest.approx(1 - 75 * 2 / (6 * 70))
    assert figures["areas"]["by_article"]["t-1"]["only_b"] == 1
    assert figures["areas"]["by_area"]["logistics"]["kappa"] is None
    second = figures["disagreements"][1]
    assert second["b"] == [{"start": 31, "end": 39, "label": "ORGANIZATION", "text": "Bộ A Lào"}]
    assert second["sentence"]["text"] == "Đại tá Lê Mẫu tới Bộ A Lào."


def test_conll_against_its_source(tmp_path: Path) -> None:
    write(tmp_path / "a", Format.INLINE, [A2, PLAIN])
    write(tmp_path / "b.conll", Format.CONLL, [A2, PLAIN])
    result = run(tmp_path / "a", tmp_path / "b.conll", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["entities"]["micro"]["f1"] == 1.0
    assert [one["layer"] for one in figures["disagreements"]] == ["evidence"]


def test_command_line_mistakes(tmp_path: Path) -> None:
    write(tmp_path / "a", Format.INLINE, [A1])
    write(tmp_path / "b", Format.INLINE, [A2])
    nothing = run(tmp_path / "a", tmp_path / "b")
    assert nothing.exit_code == 2 and "no article in common" in nothing.stderr
    absent = run(tmp_path / "a", tmp_path / "c")
    assert absent.exit_code == 2 and "there is no such file or folder" in absent.stderr
