"""A stand-in for the tagger, so that the command line is tested without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hoptac.article import Span
from hoptac.errors import InputError
from hoptac.result import AreaResult, DroppedLine, EntityMention, EvidenceSpan, Result
from hoptac.text.page import read_page

_LABELS = {"Lê Văn Thử": "PERSON", "Đại tá": "RANK", "Bộ Quốc phòng": "ORGANIZATION"}


class FakeTagger:
    """Finds three names and one area by their words; ``không đọc được`` cannot be read."""

    engine = "stand-in"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def predict(self, text: str | Sequence[str], keep_furniture: bool = False) -> Result | list[Result]:
        if not isinstance(text, str):
            self.calls.append(len(text))
            return [self._one(each, keep_furniture) for each in text]
        return self._one(text, keep_furniture)

    def _one(self, raw: str, keep_furniture: bool) -> Result:
        if "không đọc được" in raw:
            raise InputError("this text cannot be read")
        page = read_page(raw, keep_furniture=keep_furniture)
        text = page.text
        entities = sorted(
            (
                EntityMention(match.start(), match.end(), label, match.group(), 0.9)
                for name, label in _LABELS.items()
                for match in re.finditer(name, text)
            ),
            key=lambda entity: entity.start,
        )
        evidence = tuple(
            EvidenceSpan(match.start(), match.end(), match.group(), 0.8, Span(match.start(), match.end()))
            for match in re.finditer("đào tạo", text)
        )
        area = AreaResult("training", "Đào tạo, huấn luyện", "Education and training", 0.8, evidence)
        return Result(
            text,
            tuple(entities),
            (area,) if evidence else (),
            kept=page.kept,
            dropped=tuple(DroppedLine(line.start, line.end, line.reason or "") for line in page.dropped),
            warnings=() if re.search("[ăâđêôơư]", text) else ("this does not look like Vietnamese",),
        )
