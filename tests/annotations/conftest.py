"""A small invented corpus on disk: one composed article and two stand-off records with their texts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from hoptac.annotations.inline import read_inline
from hoptac.annotations.standoff import to_standoff, write_standoff

COMPOSED = """---
id: composed-1
---
[Đại tá|RANK] [Lê Ví|PERSON] bàn về {đào tạo [Đoàn A|ORGANIZATION]|training}.
~ Tin liên quan
"""
REAL = '---\nid: real-1\n---\n[Bà Triệu|PERSON] nói: "{Tuần tra chung|border}" từ [ngày 3/4|DATE].\n'
SEED = "---\nid: seed-1\n---\nThăm [Đoàn B|ORGANIZATION] để {đào tạo|training}\n~ Chia sẻ"
SEGMENTED = 'Bà Triệu nói : " Tuần_tra chung " từ ngày 3 / 4 .\n'
DATA_PATH = "data/train_tokenized/000001.txt.seg"


@dataclass(frozen=True)
class SmallCorpus:
    root: Path
    real: Path
    seed: Path
    plain: dict[str, str]

    def put_texts(self) -> None:
        (self.root / "texts").mkdir()
        for article_id, text in self.plain.items():
            (self.root / "texts" / f"{article_id}.txt").write_bytes(text.encode())


@pytest.fixture
def small(tmp_path: Path) -> SmallCorpus:
    root = tmp_path / "annotations"
    for folder in ("composed", "real", "seeds"):
        (root / folder).mkdir(parents=True)
    (root / "composed" / "composed-1.md").write_bytes(COMPOSED.encode())
    real, seed = read_inline(REAL), read_inline(SEED)
    small = SmallCorpus(
        root,
        root / "real" / "real-1.json",
        root / "seeds" / "seed-1.json",
        {"real-1": real.text, "seed-1": seed.text},
    )
    small.real.write_bytes(write_standoff(to_standoff(real, DATA_PATH)).encode())
    small.seed.write_bytes(write_standoff(to_standoff(seed)).encode())
    splits = {"train": ["real-1", "composed-1"], "dev": [], "test": ["seed-1"]}
    (root / "splits.json").write_text(json.dumps(splits, indent=1), encoding="utf-8")
    return small
