"""Hypothesis strategies for text as the web has it."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

WORDS = tuple(
    """
    hòa hoà Hòa HÒA HOÀ thủy thuỷ Thủy KHỎE khoẻ toán quý gì khoản quỳnh hoàng uỷ Ủy
    ban Đại tá Nguyễn Việt Nam Bộ Quốc phòng nước ngoài đường lượng 24/10/2024 3-7 3.500 TP. GS.TS. v.v. ./.
    Robert B. Brown F-16 a_b
    """.split()  # noqa: SIM905
)
FOREIGN = (
    "Москва",
    "日本語",
    "한국",
    "हिन्दी",
    "ไทย",
    "العربية",
    "Ångström",
    "b\u0303",
    "\u1112\u1161\u11ab",
    "ﬁ",
    "Ａ",
)
MARKS = (
    "😀",
    "❤️",
    "👨\u200d👩\u200d👧",
    "…",
    '"',
    "“",
    "”",
    "(",
    ")",
    "-",
    ".",
    "?",
    "!",
    ",",
    ":",
    "/",
    "%",
)
GAPS = (
    *(
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        "\u00a0",
        "\u2009",
        "\u3000",
        "\u2028",
        "\x85",
        "\x0b",
        "",
        "",
    ),
    *("\u200b", "\u00ad", "\ufeff", "\u202e", "\x00", "\u034f", "\ud800", "\u0301", " \u0323"),
)

_pieces = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS).map(lambda word: unicodedata.normalize("NFD", word)),
    st.sampled_from(FOREIGN),
    st.sampled_from(MARKS),
    st.text(max_size=4),
)


@st.composite
def raw_texts(draw: st.DrawFn) -> str:
    """Composed and decomposed Vietnamese among foreign scripts, emoji and odd white space."""
    pairs = draw(st.lists(st.tuples(_pieces, st.sampled_from(GAPS)), max_size=25))
    return "".join(piece + gap for piece, gap in pairs)
