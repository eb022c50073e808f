"""A stand-in for the tagger: finds names and phrases by their words, and a server around it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from hoptac.article import Span
from hoptac.errors import InputError
from hoptac.result import AreaResult, DroppedLine, EntityMention, EvidenceSpan, Result
from hoptac.schema import load_schema
from hoptac.text.page import read_page

NAMES = {
    "PERSON": r"Trần Gia Bảo|Mikael Virtanen|Lê Văn Thử",
    "RANK": r"(?:Thượng|Trung|Đại) tướng|Đại tá",
    "ORGANIZATION": r"Bộ Quốc phòng|Quân đội Phần Lan|Liên hợp quốc",
    "DATE": r"Chiều 24/10|tháng 3/2026|năm 2026",
    "DOCUMENT": r"Bản ghi nhớ về hợp tác quốc phòng",
}
PHRASES = {
    "training": r"đào tạo sĩ quan|đào tạo",
    "delegation_exchange": r"trao đổi đoàn các cấp",
    "peacekeeping": r"gìn giữ hòa bình Liên hợp quốc",
    "joint_exercise": r"diễn tập chung về quân y",
    "military_medicine": r"quân y ở biên giới",
}


class StandIn:
    """``hoptac.tagger.Tagger`` as far as the server uses it; ``held`` stops it in the middle of a text."""

    engine = "stand-in"

    def __init__(self) -> None:
        self.read: list[str] = []
        self.held = threading.Event()
        self.held.set()
        self.begun = threading.Event()

    def predict(self, text: str, *, keep_furniture: bool = False) -> Result:
        self.begun.set()
        self.held.wait(60)
        if "không đọc được" in text:
            raise InputError("This text cannot be read.")
        if "hỏng" in text:
            raise RuntimeError("a bug")
        self.read.append(text)
        page = read_page(text, keep_furniture=keep_furniture)
        return Result(
            page.text,
            entities=tuple(
                sorted(
                    (
                        EntityMention(m.start(), m.end(), label, m.group(), 0.93)
                        for label, pattern in NAMES.items()
                        for m in _found(pattern, page.text, page.kept)
                    ),
                    key=lambda entity: entity.start,
                )
            ),
            areas=tuple(_areas(page.text, page.kept)),
            kept=page.kept,
            dropped=tuple(DroppedLine(line.start, line.end, line.reason or "") for line in page.dropped),
        )


def _found(pattern: str, text: str, kept: tuple[Span, ...]) -> Iterator[re.Match[str]]:
    for match in re.finditer(pattern, text):
        if any(span.start <= match.start() and match.end() <= span.end for span in kept):
            yield match


def _areas(text: str, kept: tuple[Span, ...]) -> Iterator[AreaResult]:
    for label, pattern in PHRASES.items():
        evidence = tuple(
            EvidenceSpan(m.start(), m.end(), m.group(), 0.81, Span(m.start(), m.end()))
            for m in _found(pattern, text, kept)
        )
        if evidence:
            area = load_schema().area(label)
            yield AreaResult(label, area.name_vi, area.name_en, 0.9, evidence)


@contextmanager
def running(tagger: StandIn, save: object = None) -> Iterator[str]:
    """A server on a free port of this machine; gives its address."""
    from hoptac.serve.server import address_of, listen, make_server, settings_for

    listener = listen("127.0.0.1", 0)
    server = make_server(tagger, settings_for("127.0.0.1", save))  # type: ignore[arg-type]
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield address_of(listener).rstrip("/")
    finally:
        tagger.held.set()
        server.should_exit = True
        thread.join(20)
        listener.close()
