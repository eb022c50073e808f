"""The rule from word-segmented lines to plain text, on invented lines."""

from __future__ import annotations

import pytest

from hoptac.annotations.vietnews import plain_line, plain_text


@pytest.mark.parametrize(
    ("segmented", "plain"),
    [
        ("Đoàn_công_tác đến Huế .", "Đoàn công tác đến Huế."),
        ("một , hai ; ba : bốn ! năm ? 5 % sáu …", "một, hai; ba: bốn! năm? 5% sáu…"),
        ("ông ( Bộ_trưởng ) và [ 1 ] và { 2 }", "ông (Bộ trưởng) và [1] và {2}"),
        ("gọi “ bạn ” và ‘ tôi ’ .", "gọi “bạn” và ‘tôi’."),
        ('nói " xin chào " với bạn', 'nói "xin chào" với bạn'),
        ('" Xin chào " , ông nói .', '"Xin chào", ông nói.'),
        ('nói:"gấp"ngay', 'nói: "gấp" ngay'),
        ('" một " " hai "', '"một" "hai"'),
        ('nói " một . Hết', 'nói "một. Hết'),
        ('chữ ( " A " ) và [ " B " ]', 'chữ ("A") và ["B"]'),
        ("Lan ' s và Minh ' sao", "Lan's và Minh ' sao"),
        ("ngày 3 / 4 và 5 / 6 / 7", "ngày 3/4 và 5/6/7"),
        ("  thừa   khoảng  trắng ", "thừa khoảng trắng"),
        ("", ""),
        ("Ho\u0300a bi\u0300nh .", "Ho\u0300a bi\u0300nh."),
    ],
)
def test_line(segmented: str, plain: str) -> None:
    assert plain_line(segmented) == plain


def test_quotes_start_anew_on_each_line() -> None:
    assert plain_text('nói " A\nnói " B "') == 'nói "A\nnói "B"\n'


def test_lines_are_joined_and_trimmed() -> None:
    assert plain_text("\n Tít_lớn \n\n Thân bài . \n\n\n") == "Tít lớn\n\nThân bài.\n"
