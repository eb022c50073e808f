"""Word/tag files: schemes, malformed lines, and the way back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from hoptac.article import Article, Entity
from hoptac.errors import AnnotationError, InputError
from hoptac.evaluate.conll import bio_rows, read_conll, tags_to_bio, write_conll


def read(tmp_path: Path, content: str | bytes, name: str = "made.conll") -> tuple[Article, ...]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_conll(path)


def surfaces(article: Article) -> list[tuple[str, str]]:
    return [(article.text[e.start : e.end], e.label) for e in article.entities]


def test_word_level_file(tmp_path):
    content = (
        "-DOCSTART- -X- O O\n\nBộ_trưởng N O\nTrần B-NP B-PERSON\nGia_Bảo I-NP I-PERSON\nthăm V O\n"
        "Lào Np B-LOCATION\n\n\nHết . O\n"
    )
    first, second = read(tmp_path, content)
    assert (first.id, first.source, second.id) == ("made-00001", "made", "made-00002")
    assert first.text == "Bộ_trưởng Trần Gia_Bảo thăm Lào"
    assert surfaces(first) == [("Trần Gia_Bảo", "PERSON"), ("Lào", "LOCATION")]
    assert (second.text, second.entities) == ("Hết", ())


def test_windows_file_with_tabs_and_byte_order_mark(tmp_path):
    (article,) = read(tmp_path, "\ufeffTrung tướng\tB-RANK\r\nBảo\tB-PERSON\r\n")
    assert article.text == "Trung tướng Bảo"
    assert surfaces(article) == [("Trung tướng", "RANK"), ("Bảo", "PERSON")]


def test_json_lines(tmp_path):
    rows = [
        {"words": ["Ngày", "5/6", ",", "BN91"], "tags": ["O", "B-DATE", "O", "B-PATIENT_ID"]},
        {"words": ["Hết"], "tags": ["O"]},
    ]
    first, second = read(tmp_path, "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "p.json")
    assert first.text == "Ngày 5/6 , BN91"
    assert surfaces(first) == [("5/6", "DATE"), ("BN91", "PATIENT_ID")]
    assert second.id == "p-00002"


@pytest.mark.parametrize(
    ("tags", "bio"),
    [
        ("O B-A I-A B-A O B-B", "O B-A I-A B-A O B-B"),
        ("I-A I-A B-A I-B O I-A", "B-A I-A B-A B-B O B-A"),  # IOB1
        ("B-A I-A E-A S-A S-B B-B E-B", "B-A I-A I-A B-A B-B B-B I-B"),  # BIOES
        ("B-A L-A U-A U-B O B-A I-A L-A", "B-A I-A B-A B-B O B-A I-A I-A"),  # BILOU
    ],
)
def test_schemes(tags, bio):
    assert tags_to_bio(tags.split()) == bio.split()


@given(st.lists(st.sampled_from(["O", *(f"{m}-{x}" for m in "BIES" for x in "AB")]), max_size=12))
def test_chunks_are_those_seqeval_reads(tags):
    assert get_entities(tags_to_bio(tags)) == get_entities(tags)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("Trần B-PERSON\nBảo\n", 2, "'Bảo' stands alone"),
        ("Trần B-PERSON\n\nBảo X-PERSON\n", 3, "'X-PERSON' is no tag"),
        ("Trần B-\n", 1, "'B-' is no tag"),
        ("Trần PERSON\n", 1, "'PERSON' is no tag"),
        ('{"words": ["a"], "tags": ["O"]}\n{"words": ["a"], "tags": []}\n', 2, "1 words have 0 tags"),
        ('{"words": ["a"], "tags": ["O"]}\n{"words": ["a"]}\n', 2, "'words' and 'tags'"),
        ('{"words": ["a"], "tags": ["O"]}\n\nrest\n', 3, "not JSON"),
        ('{"words": [" "], "tags": ["O"]}\n', 1, "no token"),
    ],
)
def test_malformed_lines_are_named(tmp_path, content, line, message):
    with pytest.raises(AnnotationError, match=message) as caught:
        read(tmp_path, content)
    assert caught.value.line == line
    assert "made.conll" in str(caught.value)


def test_unreadable_files(tmp_path):
    with pytest.raises(AnnotationError, match="not UTF-8"):
        read(tmp_path, b"a O\n\xff O\n")
    with pytest.raises(AnnotationError, match="no sentence"):
        read(tmp_path, "\n-DOCSTART- O\n\n")
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_conll(tmp_path / "absent.conll")


def test_tokens_are_cut_where_an_entity_ends():
    text = "Ông Bảo, (LHQ) và\nTrần An"
    marks = (Entity(4, 7, "PERSON"), Entity(10, 13, "ORGANIZATION"), Entity(18, 25, "PERSON"))
    assert list(bio_rows(Article("x-1", text, marks))) == [
        ("Ông", "O"),
        ("Bảo", "B-PERSON"),
        (",", "O"),
        ("(", "O"),
        ("LHQ", "B-ORGANIZATION"),
        (")", "O"),
        ("và", "O"),
        ("Trần", "B-PERSON"),
        ("An", "I-PERSON"),
    ]


def test_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "made.conll"
    write_conll([Article("x-1", "Bảo", (Entity(0, 3, "PERSON"),))], path)
    before = path.read_text(encoding="utf-8")
    assert before == "Bảo\tB-PERSON\n"
    with pytest.raises(InputError, match="x-2 has no token"):
        write_conll([Article("x-1", "Bảo"), Article("x-2", " \n")], path)
    assert path.read_text(encoding="utf-8") == before
    with pytest.raises(InputError, match="Cannot write"):
        write_conll([Article("x-1", "Bảo")], path / "below.conll")
    assert list(tmp_path.iterdir()) == [path]


word = st.text(st.sampled_from("abẦư_.,{}-\u00a0\u0300"), min_size=1, max_size=5)
tagged = st.lists(
    st.lists(st.tuples(word, st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"])), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)


@given(tagged)
def test_written_files_read_back_the_same(sentences):
    articles = []
    for number, rows in enumerate(sentences, start=1):
        entities: list[Entity] = []
        at = 0
        for (token, _), tag in zip(rows, tags_to_bio([tag for _, tag in rows]), strict=True):
            if tag[0] == "B":
                entities.append(Entity(at, at + len(token), tag[2:]))
            elif tag[0] == "I":
                entities[-1] = Entity(entities[-1].start, at + len(token), tag[2:])
            at += len(token) + 1
        text = " ".join(token for token, _ in rows)
        articles.append(Article(f"made-{number:05d}", text, tuple(entities)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.conll"
        write_conll(articles, path)
        assert read_conll(path) == tuple(articles)
