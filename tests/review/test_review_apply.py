"""Accepted decisions change the files they are about, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hoptac.annotations.check import check_corpus
from hoptac.errors import AnnotationError
from hoptac.review.apply import apply_decisions, read_decisions
from tests.review.conftest import find_cases


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def export(root: Path, target: Path, decision: str = "accept", count: int = 3, **changes: Any) -> Path:
    rows = [
        {**case.to_dict(), "decision": decision, "note": "", **changes} for case in find_cases(root)[:count]
    ]
    target.write_text(json.dumps({"decisions": rows}, ensure_ascii=False), encoding="utf-8")
    return target


def test_only_the_lines_of_the_changes_differ(annotations: Path, tmp_path: Path) -> None:
    before = contents(annotations)
    report = apply_decisions(annotations, None, read_decisions(export(annotations, tmp_path / "d.json")))
    assert not report.refused and len(report.changes) == 3
    after = contents(annotations)
    assert {name for name in after if after[name] != before[name]} == {
        "case-03.json",
        "case-05.md",
        "case-07.md",
    }
    assert after["case-05.md"] == before["case-05.md"].replace(b"871|DOCUMENT", b"871|ORGANIZATION")
    wide = "[Hải quân Ấn Độ|ORGANIZATION]".encode()
    assert after["case-07.md"] == before["case-07.md"].replace("[Hải quân|ORGANIZATION] Ấn Độ".encode(), wide)
    old, new = (side["case-03.json"].decode().split("\n") for side in (before, after))
    assert [line for line in new if line not in old] == [next(line for line in new if line not in old)]
    assert len(new) == len(old) + 1
    assert json.loads(after["case-03.json"])["sha256"] == json.loads(before["case-03.json"])["sha256"]
    assert not check_corpus(annotations).problems
    assert find_cases(annotations) == []


def test_doing_it_again_changes_nothing(annotations: Path, tmp_path: Path) -> None:
    decisions = read_decisions(export(annotations, tmp_path / "d.json"))
    apply_decisions(annotations, None, decisions)
    before = contents(annotations)
    report = apply_decisions(annotations, None, decisions)
    assert (report.changes, report.refused, report.done_before) == ((), (), 3)
    assert contents(annotations) == before


@pytest.mark.parametrize("decision", ["reject", "unsure"])
def test_what_is_not_accepted_stays(annotations: Path, tmp_path: Path, decision: str) -> None:
    before = contents(annotations)
    path = export(annotations, tmp_path / "d.json", decision)
    assert apply_decisions(annotations, None, read_decisions(path)).changes == ()
    assert contents(annotations) == before


def test_a_file_is_changed_whole_or_not_at_all(annotations: Path, tmp_path: Path) -> None:
    path = export(annotations, tmp_path / "d.json")
    rows = json.loads(path.read_text(encoding="utf-8"))["decisions"]
    case = next(row for row in rows if row["article"] == "case-05")
    # a second decision of the same article proposes a mark over the first one
    start, end = case["gold"][0]["start"], case["gold"][0]["end"]
    across = {"start": start - 5, "end": end - 1, "label": "PERSON"}
    clash = {**case, "id": "clash", "gold": [], "proposed": [across]}
    path.write_text(json.dumps([*rows, clash], ensure_ascii=False), encoding="utf-8")
    before = contents(annotations)
    report = apply_decisions(annotations, None, read_decisions(path))
    assert [change.article_id for change in report.changes] == ["case-03", "case-07"]
    (refused,) = report.refused
    assert "overlaps" in str(refused) and "case-05.md" in str(refused)
    assert contents(annotations)["case-05.md"] == before["case-05.md"]


def test_marks_that_have_gone_are_named(annotations: Path, tmp_path: Path) -> None:
    decisions = read_decisions(export(annotations, tmp_path / "d.json"))
    path = annotations / "composed" / "case-05.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("[Đoàn 871|DOCUMENT]", "Đoàn 871"), encoding="utf-8"
    )
    report = apply_decisions(annotations, None, decisions)
    assert "DOCUMENT" in str(report.refused[0]) and "no longer there" in str(report.refused[0])


@pytest.mark.parametrize(
    ("start", "end", "label", "said"),
    [(0, 3, "ORG", "unknown label"), (0, 4, "DATE", "space at the edge"), (0, 10_000, "DATE", "no span")],
)
def test_what_is_not_well_formed_is_refused(
    annotations: Path, tmp_path: Path, start: int, end: int, label: str, said: str
) -> None:
    row = {"id": "x", "article": "case-01", "layer": "entity", "gold": [], "decision": "accept",
           "proposed": [{"start": start, "end": end, "label": label}]}  # fmt: skip
    path = tmp_path / "d.json"
    path.write_text(json.dumps([row]), encoding="utf-8")
    before = contents(annotations)
    report = apply_decisions(annotations, None, read_decisions(path))
    assert said in str(report.refused[0])
    assert contents(annotations) == before


def test_unknown_articles_and_absent_texts(annotations: Path, tmp_path: Path) -> None:
    path = export(annotations, tmp_path / "d.json")
    decisions = read_decisions(path)
    (annotations / "texts" / "case-03.txt").unlink()
    (annotations / "composed" / "case-05.md").unlink()
    report = apply_decisions(annotations, None, decisions)
    assert [change.article_id for change in report.changes] == ["case-07"]
    assert "case-03.txt" in str(report.refused[0])
    assert "no article case-05" in str(report.refused[1])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ('{"a": 1}', "no list of decisions"),
        ('[{"id": "x", "decision": "accept"}]', "lacks one of"),
        ('[{"id":"x","article":"a","layer":"entity","gold":[],"proposed":[],"decision":"yes"}]', "'yes'"),
        ('[{"id":"x","article":"a","layer":"names","gold":[],"proposed":[],"decision":"accept"}]', "'names'"),
    ],
)
def test_files_that_hold_no_decisions(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "d.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AnnotationError, match=said):
        read_decisions(path)


def test_cases_without_a_decision_are_left_out(annotations: Path, tmp_path: Path) -> None:
    assert read_decisions(export(annotations, tmp_path / "d.json", decision=None)) == []  # type: ignore[arg-type]
