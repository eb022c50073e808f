"""A dozen invented articles as a small corpus on disk, and settings that train a tiny encoder on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

PEOPLE = [
    ("Đại tướng", "Trần Văn Khải"),
    ("Thượng tướng", "Lê Thị Minh"),
    ("Trung tướng", "Nguyễn Hữu Phúc"),
    ("Thiếu tướng", "Phạm Quốc Bảo"),
    ("Đại tá", "Vũ Đình Lộc"),
    ("Thượng tá", "Hoàng Mai Lan"),
]
BODIES = ["Bộ Quốc phòng Lào", "Học viện Quốc phòng Ấn Độ", "Vùng 3 Hải quân", "Liên Hợp Quốc"]
DATES = ["ngày 12/3/2021", "ngày 5 tháng 6 năm 2020", "sáng 7/9"]
PAPERS = ["Nghị định 21/2019/NĐ-CP", "Nghị quyết số 130", "bản ghi nhớ về hợp tác đào tạo"]
AREAS = [
    ("đào tạo sĩ quan", "training"),
    ("gìn giữ hoà bình", "peacekeeping"),
    ("rà phá bom mìn", "war_legacy"),
]


def inline(number: int) -> str:
    """The article ``number`` (from 0) in the inline markup."""
    rank, name = PEOPLE[number % len(PEOPLE)]
    other_rank, other = PEOPLE[(number * 5 + 1) % len(PEOPLE)]
    body, second = BODIES[number % len(BODIES)], BODIES[(number + 1) % len(BODIES)]
    date, paper = DATES[number % len(DATES)], PAPERS[(number // 2) % len(PAPERS)]
    phrase, area = AREAS[number % len(AREAS)]
    return f"""---
id: tiny-{number:02d}
---
[{rank}|RANK] [{name}|PERSON] tiếp đoàn [{body}|ORGANIZATION]

Hà Nội, [{date}|DATE]: [{rank}|RANK] [{name}|PERSON] đã tiếp đoàn cán bộ [{body}|ORGANIZATION] sang thăm.
Hai bên trao đổi về {{{phrase}|{area}}} theo [{paper}|DOCUMENT].
[{other_rank}|RANK] [{other}|PERSON] cảm ơn [{second}|ORGANIZATION] đã giúp đỡ.
~ Tin liên quan: bấm để xem thêm
"""


def write_corpus(root: Path, count: int = 12) -> Path:
    """A corpus folder whose development articles are its training articles."""
    folder = root / "annotations"
    (folder / "composed").mkdir(parents=True)
    ids = [f"tiny-{number:02d}" for number in range(count)]
    for number, name in enumerate(ids):
        (folder / "composed" / f"{name}.md").write_text(inline(number), encoding="utf-8")
    splits = {"train": ids, "dev": ids, "test": []}
    (folder / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    return folder


def tiny_settings(encoder: Path, output: Path, annotations: Path, **changes: Any) -> dict[str, Any]:
    """Settings of a quick run, as a configuration file holds them."""
    return {
        "encoder": str(encoder),
        "output": str(output),
        "data": {"annotations": str(annotations)},
        "segmenter": "none",
        "epochs": 3,
        "batch_size": 4,
        "learning_rate": 3e-3,
        "head_learning_rate": 1e-2,
        "crf_learning_rate": 3e-2,
        "precision": "fp32",
        **changes,
    }


def write_settings(path: Path, settings: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return path
