"""The tokenizer for lines against the one of transformers."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.errors import ModelError
from hoptac.model.folder import SHIPPED
from hoptac.text.bpe import LineTokenizer
from hoptac.text.tokenizer import PhobertTokenizerFast
from tests.tiny import SENTENCES, tiny_vocab


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_vocab(tmp_path_factory.mktemp("bpe") / "vocab")


@cache
def both(folder: Path) -> tuple[LineTokenizer, PhobertTokenizerFast]:
    return LineTokenizer.from_folder(folder), PhobertTokenizerFast.from_pretrained(folder)


def check(folder: Path, *lines: str) -> None:
    ours, theirs = both(folder)
    assert len(ours) == len(theirs) and ours.mask_token_id == theirs.mask_token_id
    for line in lines:
        one, other = ours.encode_line(line), theirs.encode_line(line)
        assert (one.ids, one.offsets, one.tokens) == (other.ids, other.offsets, other.tokens), line
        assert one.word_ids == other.word_ids


ODD = ("", " \t", "Lào<mask> <s>thăm</s> <pad>", "☃ \x1c xyz😀 Nga\u2028Mỹ", "<unk> a<mask>b")


@pytest.mark.parametrize("source", ["tiny", "shipped"])
def test_lines(folder: Path, source: str) -> None:
    check(folder if source == "tiny" else SHIPPED, *SENTENCES, *ODD)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_any_line(lines: list[str]) -> None:
    check(SHIPPED, *lines)


def test_added_tokens(folder: Path, tmp_path: Path) -> None:
    tokenizer = PhobertTokenizerFast.from_pretrained(folder)
    tokenizer.add_tokens(["Đại_sứ_quán", "(ảnh)"])
    tokenizer.add_special_tokens({"additional_special_tokens": ["<quote>"]})
    tokenizer.save_pretrained(tmp_path / "saved")
    lines = ("Đại_sứ_quán Lào (ảnh) <quote> đón", *ODD)
    check(tmp_path / "saved", *lines)


def test_files_that_do_not_belong_together(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    token = {"id": 99999, "content": "<mask>", "special": True}
    (copy / "tokenizer.json").write_text(json.dumps({"added_tokens": [token]}), encoding="utf-8")
    with pytest.raises(ModelError, match="take files that belong together"):
        LineTokenizer.from_folder(copy)
    (copy / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="no valid JSON"):
        LineTokenizer.from_folder(copy)
    (copy / "vocab.txt").unlink()
    with pytest.raises(ModelError, match=r"no vocab.txt there"):
        LineTokenizer.from_folder(copy)
