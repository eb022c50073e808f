"""Our own formats, finding a format out, refusing to overwrite, and the two commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hoptac.annotations.corpus import load_corpus
from hoptac.annotations.formats.catalogue import FOLDERS, Format, detect, read_articles
from hoptac.annotations.inline import read_inline, write_inline
from hoptac.annotations.standoff import read_standoff
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.cli import app
from hoptac.errors import AnnotationError

from .conftest import DATA_PATH, SmallCorpus
from .formats_data import ARTICLE, PLAIN, read, write

NAMES = {
    Format.LABEL_STUDIO: "a.json",
    Format.DOCCANO: "a.jsonl",
    Format.BRAT: "a",
    Format.CONLL: "a.conll",
    Format.INLINE: "a",
    Format.STANDOFF: "a",
}


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["annotations", *map(str, args)])


@pytest.mark.parametrize("form", NAMES)
def test_a_format_is_found_out(tmp_path: Path, form: Format) -> None:
    write(tmp_path / NAMES[form], form)
    assert detect(tmp_path / NAMES[form]) is form
    assert [article.id for article in read(tmp_path / NAMES[form])[0]] == ["thu-01", "thu-02"]


def test_formats_that_cannot_be_found_out(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_text("x", encoding="utf-8")
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    for name, part in (("a.dat", "say it with --format"), ("a.json", "not JSON"), ("b", "no such file")):
        with pytest.raises(AnnotationError, match=part):
            read_articles(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(AnnotationError, match=r"holds no \.ann, \.md or \.json file"):
        read_articles(tmp_path / "empty")


def test_inline_and_standoff_lose_nothing(tmp_path: Path) -> None:
    outer = read_inline("---\nid: x\n---\n[{Đoàn A|border}|ORGANIZATION]\n~ \n")
    for form in (Format.INLINE, Format.STANDOFF):
        assert not write(tmp_path / form, form, [ARTICLE, PLAIN, outer])
        again, losses = read(tmp_path / form)
        assert again == [ARTICLE, PLAIN, outer] and not losses


def test_what_labelled_spans_cannot_hold_is_said(tmp_path: Path) -> None:
    outer = read_inline("---\nid: x\n---\n[{Đoàn A|border}|ORGANIZATION]\n~ \n")
    losses = write(tmp_path / "a.jsonl", Format.DOCCANO, [outer])
    assert losses.sentences() == [
        "1 empty furniture lines (x)",
        "1 nestings of an entity around evidence of the same span (read back the other way round) "
        "(x: Đoàn A)",
    ]


@pytest.mark.parametrize("form", NAMES)
def test_other_content_is_not_overwritten(tmp_path: Path, form: Format) -> None:
    path = tmp_path / NAMES[form]
    write(path, form)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    write(path, form)  # the same content is no conflict
    changed = Article("thu-01", ARTICLE.text, ARTICLE.entities[:1], (), ARTICLE.furniture)
    with pytest.raises(AnnotationError, match=r"is there already.*--force replaces it"):
        write(path, form, [changed])
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_files_and_folders_are_not_mixed_up(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for form in (Format.DOCCANO, Format.BRAT):
        with pytest.raises(AnnotationError, match="this is a"):
            write(tmp_path if form not in FOLDERS else tmp_path / "file", form)
    with pytest.raises(AnnotationError, match="is one file, this is a folder"):
        read(tmp_path, Format.DOCCANO)


def test_ids_must_differ(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "text": "x", "label": []}) + "\n"
    (tmp_path / "a.jsonl").write_text(line * 2, encoding="utf-8")
    with pytest.raises(AnnotationError, match="several articles with the id 'a'"):
        read(tmp_path / "a.jsonl")


def test_overlaps_crossings_and_furniture(tmp_path: Path) -> None:
    text = "Bộ A của B và C\nMenu\n\nTin khác dòng\n"
    spans = [
        [0, 4, "ORGANIZATION"], [0, 10, "ORGANIZATION"], [5, 15, "border"], [9, 15, "training"],
        [16, 30, "FURNITURE"], [17, 19, "DATE"], [26, 30, "FURNITURE"],
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "text": text, "label": spans}), encoding="utf-8")
    (article,), losses = read(tmp_path / "a.jsonl")
    assert article.entities == (Entity(0, 10, "ORGANIZATION"),)
    assert article.evidence == ()
    assert article.furniture == (Span(16, 20),)
    assert losses.count("marks that overlap or cross a longer one (left out)") == 3
    assert losses.count("furniture marks on a part of a line (left out)") == 2
    assert losses.count("marks on a furniture line (left out)") == 1
    assert AreaEvidence(9, 15, "training") not in article.evidence


def test_a_corpus_goes_out_and_comes_in(small: SmallCorpus, tmp_path: Path) -> None:
    small.put_texts()
    out = run("export", small.root, tmp_path / "all.jsonl", "--format", "doccano")
    assert out.exit_code == 0, out.output
    assert "3 articles in" in out.stdout and not out.stderr
    back = run("import", tmp_path / "all.jsonl", tmp_path / "inline", "--format", "doccano")
    assert back.exit_code == 0, back.output
    for split in ("train", "test"):
        for article in load_corpus(small.root).split(split):
            written = (tmp_path / "inline" / f"{article.id}.md").read_bytes().decode()
            assert written == write_inline(article)
    one = run("export", small.root, tmp_path / "b", "--format", "brat", "--split", "test")
    assert one.exit_code == 0 and [f.stem for f in (tmp_path / "b").glob("*.ann")] == ["seed-1"]


def test_corrected_articles_go_back_into_the_corpus(small: SmallCorpus, tmp_path: Path) -> None:
    small.put_texts()
    real = small.root / "real"
    assert run("import", real, tmp_path / "inline").exit_code == 0
    edited = tmp_path / "inline" / "real-1.md"
    edited.write_text(edited.read_text(encoding="utf-8").replace("|PERSON]", "|RANK]"), encoding="utf-8")
    refused = run("export", tmp_path / "inline", real, "--format", "standoff")
    assert refused.exit_code == 2 and "is there already" in refused.stderr
    assert run("export", tmp_path / "inline", real, "--format", "standoff", "--force").exit_code == 0
    record = read_standoff(small.real.read_text(encoding="utf-8"))
    assert record.path == DATA_PATH and record.article.entities[0].label == "RANK"
    assert not (real / "texts").exists()
    assert run("check", small.root).exit_code == 0


def test_absent_texts_are_said(small: SmallCorpus, tmp_path: Path) -> None:
    out = run("export", small.root, tmp_path / "a.jsonl", "--format", "doccano")
    assert out.exit_code == 0 and "1 article in" in out.stdout
    assert "not read: 2 articles whose text is absent (left out) (real-1; seed-1)" in out.stderr
    single = run("export", small.real, tmp_path / "b.jsonl", "--format", "doccano")
    assert single.exit_code == 2 and "records whose text ID.txt is absent" in single.stderr
    assert "there is no article to write" in single.stderr


def test_losses_are_warnings(tmp_path: Path) -> None:
    write(tmp_path / "in", Format.INLINE)
    out = run("export", tmp_path / "in", tmp_path / "a.conll", "--format", "conll")
    assert out.exit_code == 0
    assert "warning: conll cannot hold: 2 furniture lines (left out)" in out.stderr


def test_mistakes_on_the_command_line(small: SmallCorpus, tmp_path: Path) -> None:
    wrong = run("import", small.root, tmp_path / "x", "--rename", "PER")
    assert wrong.exit_code == 2 and "give THEIRS=OURS" in wrong.stderr
    split = run("export", small.root / "real", tmp_path / "x", "--format", "brat", "--split", "train")
    assert split.exit_code == 2 and "--split says nothing here" in split.stderr
    form = run("export", small.root, tmp_path / "x", "--format", "csv")
    assert form.exit_code == 2 and not (tmp_path / "x").exists()
