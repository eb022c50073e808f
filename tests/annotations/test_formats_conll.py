"""CoNLL: tokens and tags, articles and sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from hoptac.annotations.bio import bio_tags, tags_to_bio
from hoptac.annotations.formats.catalogue import Format
from hoptac.annotations.inline import read_inline
from hoptac.article import Entity, Span
from hoptac.errors import AnnotationError

from .formats_data import ARTICLE, PLAIN, read, surfaces, write


def save(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


def test_what_is_written(tmp_path: Path) -> None:
    losses = write(tmp_path / "a.conll", Format.CONLL)
    blocks = (tmp_path / "a.conll").read_text(encoding="utf-8").split("\n\n")
    assert blocks[0] == "-DOCSTART- (thu-01)\tO"
    assert blocks[1].split("\n")[:6] == [
        "Đại\tB-RANK", "tá\tI-RANK", "Lê\tB-PERSON", "Văn\tI-PERSON", "Thử\tI-PERSON", "🎖\tO"
    ]  # fmt: skip
    assert "ngày\tB-DATE\n3-7\tI-DATE\n;\tO" in blocks[2]
    assert blocks[3].split("\n")[-2:] == ["Hoa\u0300\tB-PERSON", "An\tI-PERSON"]
    assert blocks[4] == "-DOCSTART- (thu-02)\tO"
    assert losses.sentences() == [
        "3 evidence phrases, and the areas they show (thu-01; …)",
        "2 furniture lines (left out) (thu-01; …)",
        "2 texts whose white space and line breaks are lost (thu-01; …)",
    ]


def test_entities_come_back(tmp_path: Path) -> None:
    write(tmp_path / "a.conll", Format.CONLL)
    again, losses = read(tmp_path / "a.conll")
    assert [article.id for article in again] == ["thu-01", "thu-02"] and not losses
    assert surfaces(again[0]) == surfaces(ARTICLE)
    assert again[1].text == PLAIN.text
    assert again[0].text.split("\n")[0] == "Đại tá Lê Văn Thử 🎖 bàn về đào tạo Học viện Mẫu."


def test_writing_what_was_read_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.conll", Format.CONLL)
    again, _ = read(tmp_path / "a.conll")
    write(tmp_path / "b.conll", Format.CONLL, again)
    assert (tmp_path / "b.conll").read_bytes() == (tmp_path / "a.conll").read_bytes()


def test_a_token_is_cut_at_an_entity_and_adjacent_entities_stay_two(tmp_path: Path) -> None:
    article = read_inline("---\nid: x\n---\nÔng [Lan|PERSON][Bộ A|ORGANIZATION]nói. [B|PERSON][C|PERSON]\n")
    write(tmp_path / "a.conll", Format.CONLL, [article])
    rows = (tmp_path / "a.conll").read_text(encoding="utf-8").split("\n")[2:]
    assert rows[1:5] == ["Lan\tB-PERSON", "Bộ\tB-ORGANIZATION", "A\tI-ORGANIZATION", "nói\tO"]
    assert rows[-4:-2] == ["B\tB-PERSON", "C\tB-PERSON"]


def test_a_sentence_never_cuts_an_entity(tmp_path: Path) -> None:
    article = read_inline("---\nid: x\n---\nTheo [Báo A. Bản tin|ORGANIZATION] hôm qua.\n")
    write(tmp_path / "a.conll", Format.CONLL, [article])
    (again,), _ = read(tmp_path / "a.conll")
    assert surfaces(again) == [("Báo A. Bản tin", "ORGANIZATION")]


def test_conll_2003_columns_and_documents(tmp_path: Path) -> None:
    content = (
        "-DOCSTART- -X- -X- O\r\n\r\nÔng N B-NP O\r\nLan NNP I-NP I-PERSON\r\nA NNP I-NP B-PERSON\r\n\r\n"
        "-DOCSTART- -X- -X- O\r\n\r\n( ( O O\r\nLHQ NNP O I-ORGANIZATION\r\n) ) O O\r\n. . O O\r\n"
    )
    articles, losses = read(save(tmp_path / "dev.conll", content))
    assert [(a.id, a.text) for a in articles] == [("dev-1", "Ông Lan A\n"), ("dev-2", "(LHQ).\n")]
    assert surfaces(articles[0]) == [("Lan", "PERSON"), ("A", "PERSON")]
    assert surfaces(articles[1]) == [("LHQ", "ORGANIZATION")] and not losses


def test_segmented_words_comments_and_ids(tmp_path: Path) -> None:
    content = (
        "# newdoc id = bai-7\n# sent_id = 1\nBộ_trưởng\tO\nPhan_Văn_Mẫu\tS-PERSON\nthăm\tO\n"
        '"\tO\nHọc_viện\tB-ORGANIZATION\nMẫu\tE-ORGANIZATION\n"\tO\n.\tO\n'
    )
    (article,), _ = read(save(tmp_path / "a.tsv", content))
    assert (article.id, article.text) == ("bai-7", 'Bộ trưởng Phan Văn Mẫu thăm "Học viện Mẫu".\n')
    assert surfaces(article) == [("Phan Văn Mẫu", "PERSON"), ("Học viện Mẫu", "ORGANIZATION")]


def test_one_article_is_named_for_its_file(tmp_path: Path) -> None:
    (article,), _ = read(save(tmp_path / "bai-9.bio", "A\tB-PERSON\n\nB\tO\n"))
    assert (article.id, article.text) == ("bai-9", "A\nB\n")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("Ông O\nLan\n", "a.conll:2: 'Lan' needs a token and its tag"),
        ("Ông O\nLan PERSON\n", "a.conll:2: 'PERSON' is no tag"),
        ("_\tO\n", "a.conll:1: '_\\tO' needs a token"),
        ("\n\n", "a.conll: the file holds no sentence"),
    ],
)
def test_mistakes_have_their_line(tmp_path: Path, content: str, part: str) -> None:
    with pytest.raises(AnnotationError) as caught:
        read(save(tmp_path / "a.conll", content))
    assert part in str(caught.value)


def test_unknown_labels_are_counted(tmp_path: Path) -> None:
    (article,), losses = read(save(tmp_path / "a.conll", "Hà B-LOC\nNội I-LOC\nLan B-PER\n"), PER="PERSON")
    assert surfaces(article) == [("Lan", "PERSON")]
    assert losses.sentences()[0].startswith("1 marks with a label that is not in the schema")


@pytest.mark.parametrize(
    ("tags", "bio"),
    [
        ("I-A I-A B-A", "B-A I-A B-A"),
        ("B-A I-A E-A S-B O I-A", "B-A I-A I-A B-B O B-A"),
        ("U-A L-B I-A I-B", "B-A B-B B-A B-B"),
    ],
)
def test_tag_schemes(tags: str, bio: str) -> None:
    assert tags_to_bio(tags.split()) == bio.split()


def test_tags_of_tokens() -> None:
    tokens = [Span(0, 1), Span(2, 3), Span(3, 4), Span(5, 6), Span(7, 8)]
    entities = [Entity(0, 3, "A"), Entity(3, 4, "A"), Entity(7, 8, "B")]
    assert list(bio_tags(tokens, entities)) == ["B-A", "I-A", "B-A", "O", "B-B"]
