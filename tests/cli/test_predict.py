"""``hoptac predict``: every format, good and bad input, exit statuses, files written whole or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result as Outcome

from hoptac.cli.output import open_output
from hoptac.errors import HoptacError, ModelError
from tests.cli.stand_in import FakeTagger

Run = Callable[..., Outcome]
TEXT = "Đại tá Lê Văn Thử của Bộ Quốc phòng nói về đào tạo.\nBộ Quốc phòng đồng ý."
OTHER = "Hai bên trao đổi về đào tạo."


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "bài.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.txt"
    path.write_text(OTHER, encoding="utf-8")
    return path


def test_table_names_everything_once_with_counts(hoptac_run: Run, article: Path) -> None:
    done = hoptac_run("predict", article)
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "PERSON Lê Văn Thử 1 0.90" in lines
    assert "ORGANIZATION Bộ Quốc phòng 2 0.90" in lines
    assert "Đào tạo, huấn luyện đào tạo 0.80" in lines
    assert done.stderr == ""


def test_table_shows_markup_and_escapes_as_text(hoptac_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "[red]x.txt"
    path.write_text("đào tạo [bold]Đại tá[/bold] \x1b[31m", encoding="utf-8")
    done = hoptac_run("predict", path, path)
    assert done.exit_code == 0 and "[red]x.txt" in done.stdout and "\x1b" not in done.stdout


def test_json_is_one_object_for_one_file_and_a_list_for_several(
    hoptac_run: Run, article: Path, other: Path
) -> None:
    one = json.loads(hoptac_run("predict", article, "--format", "json").stdout)
    assert list(one) == ["file", "text", "entities", "areas", "article", "dropped", "warnings"]
    assert one["file"] == str(article) and one["text"] == TEXT
    for entity in one["entities"]:
        assert TEXT[entity["start"] : entity["end"]] == entity["text"]
    both = json.loads(hoptac_run("predict", article, other, "--format", "json").stdout)
    assert [found["text"] for found in both] == [TEXT, OTHER]


def test_jsonl_carries_other_keys_through_in_order(hoptac_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    rows = [{"id": 7, "text": TEXT, "tags": ["a", {"b": None}]}, {"text": OTHER, "id": "x"}]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    done = hoptac_run("predict", "--jsonl", path, "--format", "jsonl")
    assert done.exit_code == 0, done.output
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["tags"], first["text"]) == (7, ["a", {"b": None}], TEXT)
    assert (second["id"], second["areas"][0]["label"]) == ("x", "training")
    assert "Lê Văn Thử" in done.stdout  # not \\u escapes


def test_jsonl_on_standard_input_with_byte_order_mark(hoptac_run: Run) -> None:
    line = b"\xef\xbb\xbf" + json.dumps({"text": OTHER}).encode()
    done = hoptac_run("predict", "--jsonl", "-", "--format", "jsonl", stdin=line)
    assert done.exit_code == 0 and json.loads(done.stdout)["text"] == OTHER


def test_jsonl_keys_of_the_result_win_with_one_warning(hoptac_run: Run) -> None:
    line = json.dumps({"text": OTHER, "entities": ["old"], "id": 1}).encode() + b"\n"
    done = hoptac_run("predict", "--jsonl", "-", "--format", "jsonl", stdin=line * 3)
    assert json.loads(done.stdout.splitlines()[0])["entities"] == []
    assert done.stderr.count("the input's entities gave way") == 1


def test_half_a_surrogate_pair_comes_back_as_it_was(hoptac_run: Run) -> None:
    line = b'{"text": "\\u0111\\u00e0o t\\u1ea1o \\ud83d", "id": "\\ude00"}\n'
    done = hoptac_run("predict", "--jsonl", "-", "--format", "jsonl", stdin=line)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["text"], found["id"]) == ("đào tạo \ud83d", "\ude00")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"text": "a"', "column 13: this is not JSON"),
        (b'["a"]', "a JSON object"),
        (b'{"body": "a", "id": 3}', 'has no "text" (its keys: body, id)'),
        (b'{"text": 3}', '"text" that is not a string'),
        (b'{"text": " \\n\\u200b"}', "is empty"),
        (b'{"text": "\xff"}', "byte 36 (0xff) is not UTF-8"),
        (b'{"text": ' + b"[" * 100_000, "cannot be read"),
        (b'{"text": "a", "n": ' + b"1" * 5000 + b"}", "cannot be read"),
        ('{"text": "không đọc được"}'.encode(), "this text cannot be read"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_done(hoptac_run: Run, line: bytes, message: str) -> None:
    good = json.dumps({"text": "\u0111\u00e0o"}).encode() + b"\n"
    done = hoptac_run("predict", "--jsonl", "-", "--format", "jsonl", stdin=good + line + b"\n" + good)
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    assert "standard input, line 2" in done.stderr and message in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1


BAD_FILES = [
    (b"", "is empty"),
    (b"\xef\xbb\xbf \r\n\t", "is empty"),
    (b"ab\ncd\xe9f", "byte 5 (0xe9, line 2) is not UTF-8"),
    (b"%PDF-1.7\n...", "a PDF document"),
    (b"PK\x03\x04....word/document.xml", "a Word document"),
    (b"PK\x03\x04....", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x89PNG\r\n\x1a\n\x00", "a PNG image"),
    (b"\xff\xd8\xff\xe0", "a JPEG image"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"abc\x00def", "byte 3 is NUL"),
    (b"\xff\xfea\x00\x00\xd8a\x00", "byte 4 is not UTF-16-LE"),
    (b"<html><body></body></html>", "no article was found"),
    ("không đọc được".encode(), "this text cannot be read"),
]


@pytest.mark.parametrize(("data", "message"), BAD_FILES)
def test_a_bad_file_gets_one_sentence(
    hoptac_run: Run, article: Path, tmp_path: Path, data: bytes, message: str
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(data)
    some = hoptac_run("predict", bad, article, "--format", "jsonl")
    assert some.exit_code == 1 and json.loads(some.stdout)["file"] == str(article)
    assert f"{bad}: " in some.stderr and message in some.stderr and some.stderr.count("\n") == 1
    alone = hoptac_run("predict", bad, "--format", "json")
    assert alone.exit_code == 2 and alone.stdout == "" and message in alone.stderr


def test_missing_files_and_folders(hoptac_run: Run, tmp_path: Path) -> None:
    done = hoptac_run("predict", tmp_path / "none.txt", tmp_path, "--format", "json")
    assert done.exit_code == 2 and done.stdout == ""
    assert "No such file" in done.stderr and "this is a folder" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_read_and_left_out(hoptac_run: Run, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Bộ Quốc phòng\r\nđào tạo".encode(encoding))
    found = json.loads(hoptac_run("predict", path, "--format", "json").stdout)
    assert found["text"] == "Bộ Quốc phòng\r\nđào tạo"
    assert found["entities"][0]["start"] == 0


def test_html_by_suffix_and_by_content(hoptac_run: Run, tmp_path: Path) -> None:
    body = "".join(
        f"<p>Đại tá Lê Văn Thử nói về đào tạo với các bạn, lần thứ {i} trong năm.</p>" for i in range(9)
    )
    fragment, page = tmp_path / "a.html", tmp_path / "b.txt"
    fragment.write_text(f"Tin mới {body}", encoding="utf-8")
    page.write_text(f"<!doctype html><html><body><article>{body}</article></body></html>", encoding="utf-8")
    for path in (fragment, page):
        found = json.loads(hoptac_run("predict", path, "--format", "json").stdout)
        assert "<p>" not in found["text"]
        for entity in found["entities"]:
            assert found["text"][entity["start"] : entity["end"]] == entity["text"]
        assert len(found["entities"]) == 18


def test_standard_input_is_a_file_of_its_own(hoptac_run: Run) -> None:
    found = json.loads(hoptac_run("predict", "-", "--format", "json", stdin=TEXT.encode()).stdout)
    assert found["file"] == "-" and found["text"] == TEXT


def test_html_of_several_files_is_one_page(hoptac_run: Run, article: Path, other: Path) -> None:
    html = hoptac_run("predict", article, other, "--format", "html").stdout
    assert html.count("<!DOCTYPE html>") == html.count("</html>") == 1
    assert html.count('<div class="hoptac">') == 2 and "bài.txt" in html
    one = hoptac_run("predict", article, "--format", "html").stdout
    assert one.count('<div class="hoptac">') == 1 and "bài.txt" not in one


def test_conll_has_words_and_tags(hoptac_run: Run, article: Path, other: Path) -> None:
    lines = hoptac_run("predict", article, "--format", "conll").stdout.splitlines()
    pairs = [tuple(line.split("\t")) for line in lines if line]
    joined = "".join(word.replace("_", "") for word, _ in pairs)
    assert joined == "".join(TEXT.split())
    assert [tag for _, tag in pairs].count("B-ORGANIZATION") == 2
    assert lines[-1] == "" and lines.count("") == 2  # two sentences
    several = hoptac_run("predict", article, other, "--format", "conll").stdout
    assert several.count("-DOCSTART-\tO\n\n") == 2


def test_furniture_is_dropped_unless_kept(hoptac_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    body = (
        "Đại tá Lê Văn Thử của Bộ Quốc phòng nói về đào tạo với các đoàn đại biểu đến dự hội nghị ở Hà Nội."
    )
    path.write_text(f"{body}\n{body}\nChia sẻ\n", encoding="utf-8")
    found = json.loads(hoptac_run("predict", path, "--format", "json").stdout)
    assert [(line["text"], line["reason"]) for line in found["dropped"]] == [("Chia sẻ", "share")]
    kept = json.loads(hoptac_run("predict", path, "--format", "json", "--keep-furniture").stdout)
    assert kept["dropped"] == []


def test_warnings_go_to_standard_error(hoptac_run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Nothing of the kind", encoding="utf-8")
    done = hoptac_run("predict", path, "--format", "json")
    assert done.exit_code == 0
    assert f"warning: {path}: this does not look like Vietnamese" in done.stderr
    assert json.loads(done.stdout)["warnings"] == ["this does not look like Vietnamese"]


def test_inputs_are_read_in_batches(hoptac_run: Run, tagger: FakeTagger) -> None:
    lines = json.dumps({"text": OTHER}).encode() + b"\n"
    done = hoptac_run("predict", "--jsonl", "-", "--format", "jsonl", "--batch-size", 4, stdin=lines * 10)
    assert tagger.calls == [4, 4, 2] and len(done.stdout.splitlines()) == 10


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("a.txt", "--jsonl", "b.jsonl"),
        ("-", "-"),
        ("a.txt", "--format", "xml"),
        ("-", "--batch-size", "0"),
    ],
)
def test_wrong_usage_exits_2(hoptac_run: Run, args: tuple[str, ...]) -> None:
    done = hoptac_run("predict", *args)
    assert done.exit_code == 2 and done.stdout == "" and "Usage" in done.stderr


def test_output_file_is_written_whole(hoptac_run: Run, article: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    done = hoptac_run("predict", article, "--format", "json", "-o", target)
    assert done.exit_code == 0 and done.stdout == ""
    assert json.loads(target.read_text(encoding="utf-8"))["text"] == TEXT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bài.txt", "out.json"]


def test_output_file_is_left_alone_when_nothing_could_be_done(hoptac_run: Run, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    assert hoptac_run("predict", tmp_path / "none", "--format", "json", "-o", target).exit_code == 2
    assert target.read_text() == "old" and [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_output_that_cannot_be_written_is_said_before_any_work(
    hoptac_run: Run, tagger: FakeTagger, article: Path, tmp_path: Path
) -> None:
    for target in (tmp_path / "no" / "out.json", tmp_path):
        done = hoptac_run("predict", article, "-o", target)
        assert done.exit_code == 2 and f"{target}: cannot be written" in done.stderr
    assert tagger.calls == []


def test_output_survives_an_interruption_and_a_full_disk(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), open_output(target) as stream:
        stream.write("half")
        raise KeyboardInterrupt
    with pytest.raises(HoptacError, match=r"out\.txt: cannot be written: No space left"), open_output(target):
        raise OSError(28, "No space left on device")
    assert target.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_output_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    with open_output(link) as stream:
        stream.write("new")
    assert link.is_symlink() and target.read_text() == "new"


def test_a_model_that_cannot_be_loaded_exits_2(
    hoptac_run: Run, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hoptac

    def load(model: str | None, engine: str) -> None:
        raise ModelError(f"{model}: has no config.json.")

    monkeypatch.setattr(hoptac.tagger, "load", load)
    done = hoptac_run("predict", article, "--model", "nowhere")
    assert done.exit_code == 2 and done.stderr == "hoptac: error: nowhere: has no config.json.\n"
    debug = hoptac_run("--debug", "predict", article, "--model", "nowhere")
    assert isinstance(debug.exception, ModelError)


def test_memory_stays_flat_over_many_lines(tagger: FakeTagger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Input is read as output is written: after the first batch only the first lines were taken."""
    import sys

    from hoptac.cli import read
    from hoptac.cli.predict import _Run

    lines = json.dumps({"text": OTHER}).encode() + b"\n"
    source = io.BytesIO(lines * 1000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(source))
    results = _Run(None, "auto", False, 8).results(read.read_jsonl("-"), lambda count: None)
    next(results)
    assert source.tell() < 40 * len(lines)
