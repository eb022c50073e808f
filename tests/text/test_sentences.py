from __future__ import annotations

import re
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given

from hoptac.annotations.inline import read_inline
from hoptac.text.normalize import normalize
from hoptac.text.sentences import sentence_spans
from tests.text.strategies import raw_texts

SHARED = Path(__file__).parents[3] / "shared"


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Đoàn đến TP. HCM hôm qua",
        "Đại tá, PGS, TS. Nguyễn Văn Tám và GS.TS. Lê Thị Bảy dự",
        "Thiếu tướng Robert B. Brown gặp ông J.F. Kennedy",
        "Th.S. Trần Văn Chín nói",
        "Tàu số No. 5 rời cảng",
        "Có 3.500 người dự ngày 24.10.2024 tại đây",
        "Ngày 24. 10 hai bên gặp nhau",
        "Gạo, muối, v.v. đã được chuyển đi",
        "Xem www.vidu.vn hoặc viết cho a.b@vidu.vn nhé",
        "1. Việt Nam và Lào",
        "2.1. Trao đổi đoàn",
        "Ông nói: “Tốt lắm!” rồi cười",
        "Tàu Wayne E. Meyer và USS John C. Stennis",
    ],
)
def test_no_boundary_inside(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ["Đoàn đã đến.", "Ông Minh đón đoàn."],
        ["Ai đón?", "Ông Minh!", "Thế à…", "Vâng..."],
        ['Ông nói: "Tốt lắm."', "Rồi ông đi."],
        ["(Ảnh: Lan.)", "Hai bên ký."],
        ["Họp năm 2013.", "24 người dự."],
        ["Hết./."],
        ["Ông về nước.", "- Bà ở lại."],
        ["Lễ ký có đại diện LHQ.", "Ông cảm ơn."],
        ["Gạo, muối, v.v.", "Ông cảm ơn."],
    ],
)
def test_boundaries(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


def test_a_full_stop_without_its_space() -> None:
    assert sentences("Hai bên ký kết.Chứng kiến có Đại tá Minh") == [
        "Hai bên ký kết.",
        "Chứng kiến có Đại tá Minh",
    ]
    assert sentences("theo GS.Minh và IMG_4471.JPG") == ["theo GS.Minh và IMG_4471.JPG"]


def test_a_line_is_a_sentence() -> None:
    assert sentences("Tiêu đề\n\nThân bài.\nchú thích ảnh") == ["Tiêu đề", "Thân bài.", "chú thích ảnh"]


def test_hard_wrapped_lines_are_joined() -> None:
    text = (
        "Sáng nay tại thủ đô, đoàn đại biểu cấp cao của Bộ Quốc phòng hai nước đã bắt đầu chuyến thăm. "
        "Theo lời mời của Bộ trưởng Bộ Quốc phòng, Đại tướng Trần Văn Tám dẫn đầu đoàn. Hai bên dự kiến "
        "trao đổi về đào tạo, quân y và hợp tác giữa Học viện Quốc phòng và Học viện Hải quân trong năm 2025."
    )
    for width in range(56, 75, 3):
        wrapped = textwrap.fill(text, width, break_on_hyphens=False)
        assert [part.replace("\n", " ") for part in sentences(wrapped)] == sentences(text), width


def test_titles_and_captions_are_not_joined() -> None:
    lines = [
        "Bộ trưởng thăm Học viện Quốc phòng",
        "Ảnh: Lan Anh",
        "Đoàn đại biểu tại buổi hội đàm sáng nay ở Hà Nội",
    ]
    assert sentences("\n".join(lines)) == lines


def test_a_long_line_that_goes_on_in_lower_case_is_joined() -> None:
    line = "Sáng nay tại thủ đô, đoàn đại biểu cấp cao của hai nước đã bắt"
    assert len(sentences(f"{line}\nđầu chuyến thăm.")) == 1
    assert len(sentences(f"{line}.\nđầu chuyến thăm.")) == 2
    assert len(sentences(f"{line}\n\nđầu chuyến thăm.")) == 2


@given(raw_texts())
def test_sentences_cover_the_text_in_order(raw: str) -> None:
    text = normalize(raw).text
    spans = sentence_spans(text)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "text", ["." * 200_000 + "x", "A. " * 60_000, "1. " * 60_000, '."' * 60_000, "\n" * 60_000]
)
def test_time_grows_with_length_only(text: str) -> None:
    began = time.process_time()
    sentence_spans(text)
    assert time.process_time() - began < 5


@pytest.mark.skipif(not (SHARED / "annotation").is_dir(), reason="the shared articles are not here")
@pytest.mark.parametrize("folder", ["composed", "real", "seeds"])
def test_no_boundary_crosses_a_gold_span(folder: str) -> None:
    crossed, count = [], 0
    for path in sorted((SHARED / "annotation" / folder / "inline").glob("*.md"))[::3]:
        article = read_inline(path.read_bytes().decode("utf-8"), path)
        normalized = normalize(article.text)
        spans = [normalized.to_raw(*span) for span in sentence_spans(normalized.text)]
        for mark in (*article.entities, *article.evidence):
            count += 1
            if not any(start <= mark.start and mark.end <= end for start, end in spans):
                crossed.append((article.id, re.sub(r"\s", " ", article.text[mark.start : mark.end])))
    assert count > 0
    assert len(crossed) <= count / 1000, crossed
