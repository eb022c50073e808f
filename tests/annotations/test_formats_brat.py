"""brat: .txt and .ann files with every kind of annotation."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptac.annotations.formats.catalogue import Format
from hoptac.errors import AnnotationError

from .formats_data import ARTICLE, PLAIN, read, surfaces, write

TEXT = "🎖 Lê Văn Thử và Trần Thị Mẫu đến Học viện Mẫu\nsố 2 ngày 3/4.\n"
ANN = """\
T1\tPERSON 2 12\tLê Văn Thử
T2\tORGANIZATION 33 41;42 45\tHọc viện Mẫu
T3\tORGANIZATION 33 45;46 50\tHọc viện Mẫu số 2
T4\tPERSON 2 4;25 28\tLê Mẫu
T5\tThăm 29 32\tđến
E1\tThăm:T5 Ai:T1 Đâu:T2
A1\tChắc E1 cao
R1\tỞ Arg1:T1 Arg2:T2\t
*\tEquiv T1 T2
N1\tReference T1 Wikidata:Q42\tLê Văn Thử
#1\tAnnotatorNotes T1\tcó phải tên người?
T6\tDATE 51 59\tngày 3/4
"""


def save(folder: Path, ann: str = ANN, text: str = TEXT) -> Path:
    (folder / "bai.txt").write_bytes(text.encode())
    (folder / "bai.ann").write_bytes(ann.encode())
    return folder


def test_round_trip(tmp_path: Path) -> None:
    assert not write(tmp_path / "b", Format.BRAT)
    again, losses = read(tmp_path / "b")
    assert again == [ARTICLE, PLAIN] and not losses
    assert (tmp_path / "b" / "thu-02.ann").read_bytes() == b""


def test_the_collection_is_configured(tmp_path: Path) -> None:
    write(tmp_path / "b", Format.BRAT)
    conf = (tmp_path / "b" / "annotation.conf").read_text(encoding="utf-8")
    sections = [line for line in conf.split("\n") if line.startswith("[")]
    assert sections == ["[entities]", "[relations]", "[events]", "[attributes]"]
    assert "\nDOCUMENT\n" in conf and "\n\twar_legacy\n" in conf
    assert "Arg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>" in conf
    assert "PERSON | Người\n" in (tmp_path / "b" / "visual.conf").read_text(encoding="utf-8")


def test_every_kind_of_annotation(tmp_path: Path) -> None:
    (article,), losses = read(save(tmp_path))
    assert article.id == "bai"
    assert surfaces(article) == [
        ("Lê Văn Thử", "PERSON"),
        ("Học viện Mẫu", "ORGANIZATION"),
        ("ngày 3/4", "DATE"),
    ]
    assert losses.sentences() == [
        "2 discontinuous marks (left out) (bai: ORGANIZATION 'Học viện Mẫu số 2'; bai: PERSON 'Lê Mẫu')",
        "1 events (left out) (bai: E1 Thăm:T5 Ai:T1 Đâu:T2)",
        "1 attributes (left out) (bai: A1 Chắc E1 cao)",
        "1 relations (left out) (bai: R1 Ở Arg1:T1 Arg2:T2)",
        "1 equivalences (left out) (bai: * Equiv T1 T2)",
        "1 normalizations (left out) (bai: N1 Reference T1 Wikidata:Q42 Lê Văn Thử)",
        "1 notes (left out) (bai: #1 AnnotatorNotes T1 có phải tên người?)",
        "1 marks with a label that is not in the schema (left out; --rename OLD=NEW takes them in) "
        "(bai: Thăm 'đến')",
    ]


def test_one_file_and_folders_in_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    save(tmp_path / "a" / "b")
    (tmp_path / "a" / "khac.txt").write_text("x", encoding="utf-8")
    articles, losses = read(tmp_path)
    assert [article.id for article in articles] == ["bai"]
    assert losses.count("texts without an .ann file (left out)") == 1
    assert read(tmp_path / "a" / "b" / "bai.ann")[0] == articles


def test_names_that_are_no_id(tmp_path: Path) -> None:
    write(tmp_path / "b", Format.BRAT)
    for suffix in (".txt", ".ann"):
        (tmp_path / "b" / f"thu-02{suffix}").rename(tmp_path / "b" / f"bài số 2{suffix}")
    articles, losses = read(tmp_path / "b")
    assert [article.id for article in articles] == ["b-i-s-2", "thu-01"]
    assert losses.sentences() == ["1 ids that had to be changed (b-i-s-2: bài số 2)"]


@pytest.mark.parametrize(
    ("ann", "part"),
    [
        (
            "T1\tPERSON 2 12\tLê Văn Thu\n",
            "bai.ann:1: 2 12 says 'Lê Văn Thu', but the text there is 'Lê Văn Thử'",
        ),
        ("\nT1\tPERSON 2 120\tLê\n", "bai.ann:2: 2 to 120 is no span of a text of 61 characters"),
        ("T1 PERSON 2 12 Lê\n", "bai.ann:1: 'T1 PERSON 2 12 Lê' is no brat annotation"),
    ],
)
def test_mistakes_have_their_line(tmp_path: Path, ann: str, part: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read(save(tmp_path, ann))
    assert part in str(caught.value)


def test_a_text_must_be_there(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "bai.txt").unlink()
    with pytest.raises(AnnotationError, match=r"bai\.ann: its text bai\.txt is not beside it"):
        read(tmp_path)
