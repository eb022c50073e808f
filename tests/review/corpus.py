"""Invented articles that agree with each other in all but a few places."""

from __future__ import annotations

import json
from pathlib import Path

from hoptac.annotations.inline import read_inline
from hoptac.annotations.standoff import to_standoff, write_standoff

PLACES = (
    "Huế",
    "Vinh",
    "Cần Thơ",
    "Đà Lạt",
    "Nha Trang",
    "Sơn La",
    "Lai Châu",
    "Mỹ Tho",
    "Cà Mau",
    "Hà Tĩnh",
)


def sound(number: int) -> str:
    """An article marked as all are, in the inline markup; what is around the marks differs."""
    place, day = PLACES[number % len(PLACES)], number % 27 + 1
    visit = f"đoàn [Bộ Quốc phòng Lào|ORGANIZATION] thăm [Đoàn 871|ORGANIZATION] lần thứ {number}"
    worry = f"[Hải quân Ấn Độ|ORGANIZATION] ở {place} lo {{đào tạo sĩ quan|training}} rất tốt"
    return f"""---
id: case-{number:02d}
---
Tin từ {place} số {number}

Sáng [{day}/6|DATE], tại {place}, {visit}.
Ông [Trần Văn {place.split()[-1]}|PERSON] kể rằng {worry}.
~ Xem thêm tin {place}
"""


def write_review_corpus(root: Path, count: int = 20) -> Path:
    """A corpus with three mistakes: one in each of three articles, one of them stand-off."""
    folder = root / "annotations"
    for name in ("composed", "real", "texts"):
        (folder / name).mkdir(parents=True)
    for number in range(count):
        content = sound(number)
        if number == 3:
            content = content.replace("[Bộ Quốc phòng Lào|ORGANIZATION]", "Bộ Quốc phòng Lào")
        if number == 5:
            content = content.replace("[Đoàn 871|ORGANIZATION]", "[Đoàn 871|DOCUMENT]")
        if number == 7:
            content = content.replace("[Hải quân Ấn Độ|ORGANIZATION]", "[Hải quân|ORGANIZATION] Ấn Độ")
        if number == 3:
            article = read_inline(content)
            record = write_standoff(to_standoff(article, "data/train_tokenized/000003.txt.seg"))
            (folder / "real" / f"{article.id}.json").write_bytes(record.encode())
            (folder / "texts" / f"{article.id}.txt").write_bytes(article.text.encode())
        else:
            (folder / "composed" / f"case-{number:02d}.md").write_bytes(content.encode())
    ids = [f"case-{number:02d}" for number in range(count)]
    splits = {"train": ids[:-4], "dev": ids[-4:-2], "test": ids[-2:]}
    (folder / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    return folder
