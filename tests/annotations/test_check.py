"""The corpus checks: each kind of mistake with its file, line and column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoptac.annotations.check import check_corpus
from hoptac.annotations.inline import read_inline
from hoptac.annotations.spelling import phrase_errors
from hoptac.annotations.standoff import to_standoff, write_standoff
from hoptac.cli.annotations import app

from .conftest import DATA_PATH, SmallCorpus

REPOSITORY = Path(__file__).parents[2]


def problems(small: SmallCorpus) -> list[str]:
    return [str(problem).removeprefix(f"{small.root}/") for problem in check_corpus(small.root).problems]


def put_composed(small: SmallCorpus, body: str, article_id: str = "composed-1") -> None:
    path = small.root / "composed" / "composed-1.md"
    path.write_bytes(f"---\nid: {article_id}\n---\n{body}".encode())


def put_real(small: SmallCorpus, marked: str) -> None:
    """Another real article, its text in place."""
    article = read_inline("---\nid: real-1\n---\n" + marked)
    small.real.write_bytes(write_standoff(to_standoff(article, DATA_PATH)).encode())
    (small.root / "texts" / "real-1.txt").write_bytes(article.text.encode())


def test_a_sound_corpus_has_no_problems(small: SmallCorpus) -> None:
    report = check_corpus(small.root)
    assert (report.problems, report.files, report.without_text) == ((), 3, ("real-1", "seed-1"))
    small.put_texts()
    assert check_corpus(small.root).without_text == ()


def test_the_repository_corpus_is_sound() -> None:
    report = check_corpus(REPOSITORY / "annotations")
    assert report.problems == () and report.files == 1029


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a [b|PERSON\n", ["4:5: '|' is not followed by a label and its bracket"]),
        ("a\n b [c|PERSONS]\n", ["5:4: entity with the unknown label 'PERSONS'"]),
        ("{c|DATE}\n", ["4:1: evidence with the unknown label 'DATE' (it belongs to the other layer)"]),
        ("x [a |PERSON] [ b|DATE]\n", ["4:3: PERSON 'a ': space", "4:15: DATE ' b': space"]),
        ("[a\u200b|PERSON]\n", ["4:1: PERSON 'a\\u200b': space at the edge"]),
        ("[a.|PERSON] [,b|DATE]\n", ["4:1: PERSON 'a.': punctuation", "4:13: DATE ',b': punctuation"]),
        ('["a"|PERSON]\n', ["4:1: PERSON '\"a\"': quotation mark"]),
        ("[e|PERSON]\u0323\n", ["4:1: PERSON 'e': edge between"]),
        ("~ x [a|PERSON]\n", ["4:5: mark on a furniture line"]),
        ("a\n~\n", ["5:1: a line of furniture begins"]),
        ("[a\n[b|X]\n", ["4:1: '[' is not closed", "5:1: entity with the unknown label 'X'"]),
    ],
)
def test_inline_mistakes(small: SmallCorpus, body: str, expected: list[str]) -> None:
    put_composed(small, body)
    found = problems(small)
    assert len(found) == len(expected)
    for problem, start in zip(found, expected, strict=True):
        assert problem.startswith(f"composed/composed-1.md:{start}"), problem


def test_header_and_id(small: SmallCorpus) -> None:
    put_composed(small, "", article_id="composed-2")
    assert problems(small) == [
        "composed/composed-1.md:2:1: the id is 'composed-2'; file name and id must be the same"
    ]
    (small.root / "composed" / "composed-1.md").write_bytes(b"abc")
    assert problems(small)[0].startswith("composed/composed-1.md:1:1: the file must begin")


def test_standoff_mistakes_without_a_text(small: SmallCorpus) -> None:
    source = small.real.read_text(encoding="utf-8")
    source = source.replace('[0, 8, "PERSON"]', '[0, 28, "PERSONE"]').replace('"border"', '"borders"')
    small.real.write_text(source, encoding="utf-8")
    assert problems(small) == [
        "real/real-1.json:7:3: entity with the unknown label 'PERSONE'",
        "real/real-1.json:11:3: evidence crosses the entity at 0 to 28",
        "real/real-1.json:11:3: evidence with the unknown label 'borders'",
    ]


def test_standoff_phrases_with_a_text(small: SmallCorpus) -> None:
    small.put_texts()
    put_real(small, "Ông\n[A |PERSON] và [B|DATE]\n")
    assert problems(small) == ["real/real-1.json:7:3: PERSON 'A ': space at the edge"]


def test_standoff_spans_beyond_their_text_or_line(small: SmallCorpus) -> None:
    small.put_texts()
    put_real(small, "[A|PERSON]\n[B|DATE]\n")
    source = small.real.read_text(encoding="utf-8")
    small.real.write_text(source.replace('[2, 3, "DATE"]', '[2, 30, "DATE"]'), encoding="utf-8")
    assert problems(small) == ["real/real-1.json:8:3: 2 to 30 is no span of a text of 4 characters"]
    small.real.write_text(source.replace('[0, 1, "PERSON"],\n  [2, 3', "[0, 3"), encoding="utf-8")
    assert problems(small) == ["real/real-1.json:7:3: entity at 0 to 3 goes over a line break"]


def test_standoff_hash_and_word_count(small: SmallCorpus) -> None:
    small.put_texts()
    source = small.real.read_text(encoding="utf-8")
    small.real.write_text(source.replace('"words": 9', '"words": 12'), encoding="utf-8")
    assert problems(small) == ["real/real-1.json:5:2: the text has 9 words, not 12"]
    (small.root / "texts" / "real-1.txt").write_text("khác", encoding="utf-8")
    found = problems(small)
    assert len(found) == 1 and found[0].startswith("real/real-1.json:4:2: ") and "is not the text" in found[0]


def test_standoff_form(small: SmallCorpus) -> None:
    source = small.real.read_text(encoding="utf-8")
    small.real.write_text(json.dumps(json.loads(source)), encoding="utf-8")
    assert problems(small) == ["real/real-1.json:1:1: is not as hoptac writes it (one mark a line)"]
    lines = source.splitlines()
    lines[6], lines[7] = lines[7] + ",", lines[6].rstrip(",")
    small.real.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert problems(small) == ["real/real-1.json:6:2: entities are not in order of position"]


def test_splits(small: SmallCorpus) -> None:
    (small.root / "splits.json").write_text(
        '{\n "train": ["real-1", "x-9"],\n "dev": ["seed-1"],\n "test": ["real-1"]\n}', encoding="utf-8"
    )
    assert problems(small) == [
        "composed/composed-1.md:2:1: composed-1 is in no split of splits.json",
        "splits.json:2:22: x-9 of train has no file",
        "splits.json:4:11: real-1 is in train already",
    ]


def test_files_that_do_not_belong(small: SmallCorpus) -> None:
    (small.root / "composed" / "notes.txt").write_text("a", encoding="utf-8")
    (small.root / "composed" / "README.md").write_text("a", encoding="utf-8")
    assert problems(small) == ["composed/notes.txt: is no article file (ID.md or ID.json)"]


@pytest.mark.parametrize(
    ("phrase", "is_sound"),
    [
        ("A (B)", True),
        ("(A) B", True),
        ("(A)", False),
        ("(A) (B)", True),
        ("A)", False),
        ("(A", False),
        ('Dự án "B"', True),
        ('"A" và "B"', True),
        ('A"', False),
        ("“A”", False),
        ("“A” B", True),
        ("A”", False),
        ("Rơ H’Liên", True),
        ("ADMM+", True),
        ("TP. A", True),
        ("A…", False),
    ],
)
def test_edges_of_phrases(phrase: str, is_sound: bool) -> None:
    text = f"x{phrase}x"
    assert (phrase_errors(text, 1, len(text) - 1) == []) is is_sound


def test_command_line(small: SmallCorpus, tmp_path: Path) -> None:
    runner = CliRunner()
    sound = runner.invoke(app, ["check", str(small.root)])
    assert sound.exit_code == 0
    assert "3 files checked, 0 problems; hashes and phrases of 2 stand-off records" in sound.stdout
    put_composed(small, "[a|NAME]\n")
    faulty = runner.invoke(app, ["check", str(small.root)])
    assert faulty.exit_code == 1
    assert f"{small.root}/composed/composed-1.md:4:1: entity with the unknown label 'NAME'" in faulty.stdout
    assert "3 files checked, 1 problems" in faulty.stderr
    absent = runner.invoke(app, ["check", str(tmp_path / "none")])
    assert absent.exit_code == 1 and "is no folder" in absent.stderr
