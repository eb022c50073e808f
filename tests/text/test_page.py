"""The page filter: messy pages as scrapers give them, body lines that only look like furniture, HTML, bounds.

All pages are invented. Lines that must go begin with ``~ `` here; the filter never sees the mark.
"""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.article import Span
from hoptac.errors import InputError
from hoptac.text.page import extract_html, looks_like_html, read_page

SEEDS = Path(__file__).parents[2].parent / "shared" / "annotation" / "seeds" / "inline"

ARMY_PAPER = """\
~ Báo Phên Dậu điện tử
~ Trang chủ | Thời sự | Quốc phòng - An ninh | Đối ngoại | Thể thao | Media
~ Trang chủ › Đối ngoại › Song phương
~ Thứ Năm, 12/03/2026 - 08:15 (GMT+7)
Việt Nam - Brunei bàn hợp tác tìm kiếm cứu nạn trên biển
~ Chia sẻ   Facebook   Zalo   Sao chép liên kết
~ Nghe bài viết  0:00 / 3:41  Giọng nữ miền Bắc

Sáng 11-3, tại Bandar Seri Begawan, Thiếu tướng Hứa Minh Trạch dẫn đoàn công tác làm việc với Hải quân Brunei.

~ ![](/anh/2026/tau-cuu-nan.jpg)
Hai trưởng đoàn trao đổi hải đồ. Ảnh: Tạ Bảo

Hai bên chia sẻ kinh nghiệm tổ chức trực tìm kiếm cứu nạn và thống nhất lập đường dây nóng giữa hai trung tâm.

Tạ Bảo
~ Từ khóa: Brunei, tìm kiếm cứu nạn, hải quân
~ Bình luận (0)   Gửi bình luận
~ Tin cùng chuyên mục
~ Khai mạc giải chạy việt dã toàn quân
~ Trồng 500 cây bàng vuông ở đảo xa
~ Cơ quan chủ quản: Tỉnh ủy Phên Dậu. Giấy phép số 12/GP-BTTTT
~ © Ghi rõ nguồn khi phát hành lại
"""

BOX_INSIDE = """\
~ Quốc phòng
Học viên quân y Lào tốt nghiệp tại Hà Nội

Ba mươi hai học viên Quân đội nhân dân Lào nhận bằng bác sĩ đa khoa chiều 20-6 sau sáu năm học tập.

~ TIN LIÊN QUAN
~ Hội thảo y học dưới nước lần đầu mở ở Nha Trang
~ Vì sao thợ lặn cần buồng giảm áp?

Lời hứa của người thầy

Đại tá Lục Tiến Hưng kể rằng khóa đầu tiên chỉ có bốn người, học bằng cuốn sách chép tay của các thầy.

~ >> Xem thêm: Bệnh viện dã chiến nhận thêm máy thở
~ QUẢNG CÁO
~ Nhà phố ven sông - trả trước chỉ 10%

"Tôi hẹn các em quay lại dạy học", ông nói trước khi cả lớp hát bài chia tay bằng hai thứ tiếng.

Bài, ảnh: CÙ HẢI YẾN
"""

PORTAL = """\
~ CỔNG THÔNG TIN ĐIỆN TỬ TỈNH ĐỘI PHÊN DẬU
~ ☰ MENU   🔍 Tìm kiếm   English
~ Tin tức » Đối ngoại quốc phòng
ĐOÀN CÁN BỘ BIÊN PHÒNG THĂM TRẠM KIỂM SOÁT NƯỚC BẠN
~ Cập nhật lúc: 15:20 07/04/2025
~ A- A A+   In bài viết   Gửi email

Ngày 6/4/2025, đoàn cán bộ Đồn Biên phòng Nậm Rốm sang thăm Trạm kiểm soát Pa Thơm, mang theo giống lúa.

Trạm trưởng Bounthanh Sysouk cảm ơn đoàn, đề nghị mỗi quý gặp một lần để trao đổi tình hình đường biên./.

~ Đánh giá bài viết: ★★★★☆ (12 lượt)
~ Các tin khác:
~ - Hội thi bắn súng quân dụng năm 2025 (02/04/2025)
~ - Lễ giao nhận quân tại ba huyện (28/02/2025)
~ Đang online: 12   Hôm nay: 804   Tổng lượt truy cập: 1.204.551
~ Địa chỉ: Số 5 phố Bến Đá, thị xã Phên Dậu - Điện thoại: 02xx 3 888 xxx
~ Về đầu trang
"""

SECOND_ARTICLE = """\
Khóa tập huấn phi công trực thăng khép lại

~ 0:00 / 0:00
~ 0:00
(Sao Hôm) - Ngày 3/5, khóa tập huấn phi công trực thăng cứu nạn của Lữ đoàn Lam Sơn bế mạc sau hai tháng.

Trung tá Kha Vạn Lý cho biết học viên đã bay đêm mười một lần trên biển, an toàn tuyệt đối cả người và máy.

Theo Trung tá Kha Vạn Lý, khóa sau sẽ có thêm hai phi công của Không quân Hoàng gia Thái Lan.

~ Chợ phiên vùng cao đông khách trở lại
~ (Sao Hôm) - Sau ba năm vắng vẻ, chợ phiên Sín Chải đón hơn nghìn lượt khách, bán hết mật ong và thổ cẩm.
~ Giống mận mới được mùa
~ (Sao Hôm) - Nông dân Mộc Lau thu hoạch vụ mận đầu tiên, thương lái đến tận vườn đặt mua từ tháng trước.
"""

LEADS_BELOW = """\
Việt Nam và Ý hợp tác đóng tàu khảo sát

Chiều 9/9, lãnh đạo Nhà máy Sông Cầu tiếp đoàn Tập đoàn Marinella, bàn việc đóng tàu khảo sát đáy biển.

Hai bên thống nhất lập tổ kỹ thuật chung, đào tạo thợ hàn và chuyển giao phần mềm thiết kế trong năm tới.

Tin, ảnh: VI KHÔI
~ Tin mới
~ Giá cà phê lập đỉnh
~ Sáng nay, giá cà phê tại Buôn Hồ tăng thêm ba nghìn đồng, cao nhất từ đầu vụ, theo hiệp hội địa phương.
~ Cháy kho vải ở ngoại thành
~ Lúc 2 giờ sáng, kho vải của một hộ kinh doanh bốc cháy dữ dội, rất may không có thiệt hại về người.
"""

TITLES = " ".join(
    [
        "Cục Quân y mở lớp cấp cứu chiến trường cho tuyến xã",
        "Cục Quân y tiếp nhận máy siêu âm xách tay đầu tiên",
        "Cục Quân y tuyển thêm bác sĩ trẻ",
    ]
)
FLATTENED = f"""\
Hai nước ký bản ghi nhớ về quân y

Sáng 2/2, tại Hà Nội, hai bên ký Bản ghi nhớ về hợp tác quân y và trao đổi giảng viên trong ba năm tới.
~ {TITLES}

Bác sĩ hai nước sẽ cùng khám bệnh cho đồng bào vùng biên mỗi năm hai đợt, bắt đầu từ tháng sau.
"""

ENGLISH_WIDGETS = """\
~ Skip to content
~ We use cookies   Accept all   Decline
~ Home > News
Đoàn công binh tập huấn rà phá bom mìn
~ Share on Facebook   Tweet   Print
Sáng 5/6, hai mươi sĩ quan công binh khai mạc lớp tập huấn rà phá bom mìn do chuyên gia Na Uy giảng dạy.
~ Advertisement
Lớp học kéo dài ba tuần, kết thúc bằng bài thực hành trên bãi tập Miếu Môn với mìn giả và máy dò thật.
~ Related articles
~ Hội thi nấu ăn dã ngoại
~ Leave a comment
~ All rights reserved
"""

PAGES = {
    "army paper": ARMY_PAPER,
    "box inside": BOX_INSIDE,
    "portal": PORTAL,
    "second article": SECOND_ARTICLE,
    "leads below": LEADS_BELOW,
    "flattened titles": FLATTENED,
    "english widgets": ENGLISH_WIDGETS,
}


def unmarked(page: str) -> tuple[str, list[str], list[str]]:
    """The page as scraped, its article's lines, its furniture lines."""
    lines = page.split("\n")
    text = "\n".join(line.removeprefix("~ ") for line in lines)
    kept = [line for line in lines if line.strip() and not line.startswith("~ ")]
    return text, kept, [line[2:] for line in lines if line.startswith("~ ")]


def split(text: str) -> tuple[list[str], list[str]]:
    page = read_page(text)
    kept = [page.text[line.start : line.end] for line in page.lines if line.kept]
    return kept, [page.text[line.start : line.end] for line in page.dropped]


@pytest.mark.parametrize("name", PAGES)
def test_messy_pages(name: str) -> None:
    text, kept, dropped = unmarked(PAGES[name])
    assert split(text) == (kept, dropped)


@pytest.mark.parametrize("name", PAGES)
def test_decomposed_letters_and_crlf_change_nothing(name: str) -> None:
    text, kept, dropped = unmarked(PAGES[name])
    decomposed = unicodedata.normalize("NFD", text).replace("\n", "\r\n")
    found_kept, found_dropped = split(decomposed)
    assert [unicodedata.normalize("NFC", line) for line in found_kept] == kept
    assert [unicodedata.normalize("NFC", line) for line in found_dropped] == dropped


# Sentences, headings, captions and bylines that hold words of menus and boxes.
ARTICLE_LINES = [
    "Tin liên quan đến vụ va chạm được hai bên trao đổi qua đường dây nóng ngay trong đêm.",
    "Chia sẻ với báo chí, Đại tá Ngọ Văn Lâm nói đoàn sẽ trở lại vào mùa thu.",
    "Bình luận về thỏa thuận này, giới quan sát cho rằng hai nước đã tiến một bước dài.",
    "Bản quyền phần mềm thuộc Cục Cơ yếu, phía bạn được dùng trong năm năm.",
    "Đánh giá của hai bên về kết quả hợp tác là rất tốt.",
    "Xem thêm các tài liệu giải mật, ông hiểu vì sao cuộc đàm phán ấy thất bại.",
    "Quảng cáo tuyển quân của Lục quân Anh lần đầu có phụ đề tiếng Nepal.",
    "Chia sẻ thông tin và kinh nghiệm",
    "Hợp tác quốc phòng",
    "Giấy phép số 12 cho phép tàu Hải Âu khảo sát trong vùng biển của bạn đến hết năm.",
    "Video: Bộ Quốc phòng Nhật Bản.",
    "Ảnh: Lan Khuê",
    "Clip: tàu cứu nạn cơ động trong sóng cấp bảy. Nguồn: Hải đội 9",
    "Nguồn: TTXVN",
    "Theo Lan Khuê (tổng hợp)",
    "Thực hiện: Lan Khuê | Ảnh: Mã Thành",
    "PV: Hai bên sẽ chia sẻ những gì, thưa ông?",
    "- Bình luận viên quân sự được mời dự với tư cách khách.",
    "1. Đào tạo: mỗi năm mười suất học bổng.",
    "Ngày 24/10",
]


@pytest.mark.parametrize("line", ARTICLE_LINES)
def test_article_lines_with_words_of_menus_stay(line: str) -> None:
    before = "Sáng 3/3, đoàn công tác của Bộ Tư lệnh Thủ đô bắt đầu chuyến làm việc ba ngày tại Viêng Chăn."
    after = "Chiều cùng ngày, hai bên ký biên bản và trao quà lưu niệm trước khi đoàn lên đường về nước."
    text = f"Đoàn công tác thăm Lào\n{before}\n\n{line}\n\n{after}\n"
    assert split(text) == (["Đoàn công tác thăm Lào", before, line, after], [])


def test_paragraph_without_a_full_stop_is_no_row_of_titles() -> None:
    start = (
        "Bộ Quốc phòng tổ chức lễ đón đoàn vào sáng thứ Hai với sự có mặt của các Thứ trưởng Bộ Quốc phòng"
    )
    text = (
        f"Lễ đón đoàn\n{start} và đại diện các cục thuộc Bộ Quốc phòng tại hội trường lớn\nĐoàn đã về nước."
    )
    assert split(text)[1] == []


def test_box_above_the_title_takes_nothing_with_it() -> None:
    text = "Tin mới\nViệt Nam - Lào bàn việc biên phòng\nThượng tá Lê An ký biên bản.\nẢnh: Lê An"
    assert split(text)[1] == ["Tin mới"]


def test_timetable_is_no_menu() -> None:
    rows = ["Lịch hoạt động của đoàn", "8h00 | Đón khách | Sân bay", "9h30 | Hội đàm | Phòng khánh tiết"]
    end = "Đoàn do Thiếu tướng Lê An dẫn đầu sẽ rời Hà Nội vào chiều cùng ngày."
    assert split("\n".join([*rows, end])) == ([*rows, end], [])


def test_byline_after_the_box_of_titles_stays() -> None:
    body = [
        "Hai đồn biên phòng kết nghĩa sáng 2/9 bên cột mốc, trước sự chứng kiến của dân hai bản."
        for _ in range(2)
    ]
    text = "\n".join(["Hai đồn kết nghĩa", *body, "Tin khác", "Mùa măng trên bản xa", "Phùng Ngân"])
    kept, dropped = split(text)
    assert dropped == ["Tin khác", "Mùa măng trên bản xa"]
    assert kept[-1] == "Phùng Ngân"


def test_photo_story_after_a_share_bar_stays() -> None:
    captions = [f"Chiến sĩ tổ {number} bên khẩu đội. Ảnh: Mã Thành" for number in range(4)]
    text = "\n".join(["Chùm ảnh buổi diễn tập", "Chia sẻ: Facebook | Zalo", *captions])
    kept, dropped = split(text)
    assert kept == ["Chùm ảnh buổi diễn tập", *captions]
    assert dropped == ["Chia sẻ: Facebook | Zalo"]


def test_reasons_say_what_a_line_was() -> None:
    page = read_page(unmarked(ARMY_PAPER)[0])
    reasons = {page.text[line.start : line.end].split()[0]: line.reason for line in page.dropped}
    assert reasons["Báo"] == "site"
    assert reasons["Thứ"] == "date"
    assert reasons["Nghe"] == "player"
    assert reasons["Từ"] == "tags"
    assert reasons["Trồng"] == "related"
    assert reasons["©"] == "footer"


def test_kept_runs_join_lines_across_empty_ones_only() -> None:
    page = read_page("Tàu thăm cảng\n\nChia sẻ: Facebook\nTàu cập cảng sáng nay.\n\n\nThủy thủ lên bờ.")
    assert [page.text[run.start : run.end] for run in page.kept] == [
        "Tàu thăm cảng",
        "Tàu cập cảng sáng nay.\n\n\nThủy thủ lên bờ.",
    ]


def test_filter_can_be_switched_off() -> None:
    text = unmarked(ARMY_PAPER)[0]
    page = read_page(text, keep_furniture=True)
    assert page.dropped == ()
    assert page.kept == (Span(0, len(text.rstrip())),)


@pytest.mark.parametrize("text", ["Xem thêm: Tàu thăm cảng", "Trang chủ\nĐăng nhập\n", "Chính trị"])
def test_what_would_leave_nothing_is_kept_whole(text: str) -> None:
    assert read_page(text).dropped == ()


@pytest.mark.parametrize("text", ["", " \n\t\r\n"])
def test_empty_text_has_no_lines(text: str) -> None:
    page = read_page(text)
    assert (page.text, page.lines, page.kept) == (text, (), ())


PIECES = [*ARTICLE_LINES, *(line.removeprefix("~ ") for page in PAGES.values() for line in page.split("\n"))]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=40)), max_size=25),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_lines_tile_any_page(lines: list[str], newline: str) -> None:
    text = newline.join(lines)
    if looks_like_html(text):
        return
    page = read_page(text)
    assert page.text == text
    uncovered = list(text)
    end = 0
    for line in page.lines:
        assert end <= line.start < line.end
        assert "\n" not in text[line.start : line.end]
        uncovered[line.start : line.end] = " " * (line.end - line.start)
        end = line.end
    assert not "".join(uncovered).strip()
    assert bool(page.kept) == bool(page.lines)
    held = [
        line
        for line in page.lines
        if any(run.start <= line.start and line.end <= run.end for run in page.kept)
    ]
    assert held == [line for line in page.lines if line.kept]


@pytest.mark.parametrize(
    "unit", ["Bộ Quốc phòng ", "| Thời sự ", "![](", "#a ", "(Báo) - ", "Nguyễn - ", "a", "Ảnh: ", "> "]
)
def test_time_grows_linearly_with_long_lines_and_many_lines(unit: str) -> None:
    def seconds(size: int) -> float:
        line = unit * (size // len(unit))
        lines = "\n".join([unit * (400 // len(unit))] * (size // 400))
        started = time.process_time()
        read_page(f"{line}\n{line}\nĐoàn đã về nước.")
        read_page(lines)
        return time.process_time() - started

    small = min(seconds(60_000) for _ in range(2))
    assert seconds(600_000) < 40 * small + 0.2


# HTML


HTML = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Việt Nam và Na Uy mở lớp luật biển | Báo Phên Dậu</title>
<meta property="og:title" content="Việt Nam và Na Uy mở lớp luật biển"></head><body>
<header><ul><li><a href="/">Trang chủ</a></li><li><a href="/ts">Thời sự</a></li></ul></header>
<article><h1>Việt Nam và Na Uy mở lớp luật biển</h1>
<h2 class="sapo">Sáng 8/8, tại Hải Phòng, hai bên khai giảng lớp luật biển cho sĩ quan trẻ hai nước.</h2>
<p>Chuẩn đô đốc Mạc Đình Quân cho biết lớp học dành cho ba mươi sĩ quan, kéo dài bốn tuần bằng tiếng Anh.</p>
<figure><img src="a.jpg"><figcaption>Học viên trong giờ thực hành. Ảnh: Mã Thành</figcaption></figure>
<p>Giáo sư Ingrid Solberg giảng về Công ước của Liên hợp quốc về Luật Biển, từ đàm phán đến các vụ kiện.</p>
<p>Hai bên sẽ mở lớp thứ hai tại Bergen vào mùa xuân năm sau, có thêm cán bộ cảnh sát biển tham gia.</p>
<p><strong>Mã Thành</strong></p></article>
<div class="related"><h3>Tin liên quan</h3><ul><li><a href="/x">Giá cá ngừ tăng mạnh</a></li></ul></div>
<footer>© Báo Phên Dậu</footer></body></html>"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HTML, True),
        ("  \ufeff<html><body>a</body></html>", True),
        ('<?xml version="1.0"?>\n<!-- x -->\n<!doctype html><p>a', True),
        ("<div><p>Một</p><p>Hai</p></div>", True),
        ("Tàu thăm cảng <b>Đà Nẵng</b>", False),
        ("<Ảnh> Tàu thăm cảng", False),
        ("3 < 5 và 7 > 2", False),
        ("", False),
    ],
)
def test_looks_like_html(text: str, expected: bool) -> None:
    assert looks_like_html(text) is expected


def test_html_gives_title_lead_body_caption_and_byline_once() -> None:
    lines = extract_html(HTML).split("\n")
    assert lines[0] == "Việt Nam và Na Uy mở lớp luật biển"
    assert lines.count(lines[0]) == 1
    assert lines[1].startswith("Sáng 8/8")
    assert "Học viên trong giờ thực hành. Ảnh: Mã Thành" in lines
    assert lines[-1] == "Mã Thành"
    assert not any("Trang chủ" in line or "©" in line for line in lines)


def test_html_title_is_taken_from_the_head_where_the_body_has_none() -> None:
    html = HTML.replace("<h1>Việt Nam và Na Uy mở lớp luật biển</h1>", "")
    assert extract_html(html).split("\n")[0] == "Việt Nam và Na Uy mở lớp luật biển"


def test_read_page_takes_html() -> None:
    page = read_page(HTML)
    assert page.html
    assert page.text == extract_html(HTML)
    assert page.text[page.kept[0].start :].startswith("Việt Nam và Na Uy")


@pytest.mark.parametrize(
    "html", ["<html></html>", "<!doctype html><html><body><script>x()</script></body></html>"]
)
def test_html_without_article_is_refused_with_a_reason(html: str) -> None:
    with pytest.raises(InputError, match="HTML page"):
        read_page(html)


# Real pages


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the scraped pages are not beside the checkout (../shared)")
def test_scraped_pages_lose_their_furniture_and_nothing_else() -> None:
    from hoptac.annotations.inline import read_inline

    pages = [read_inline(path.read_text(encoding="utf-8"), path) for path in sorted(SEEDS.glob("*.md"))]
    assert len(pages) == 3
    both = furniture = 0
    for article in pages:
        gold = {
            (span.start, span.end)
            for span in article.furniture
            if article.text[span.start : span.end].strip()
        }
        dropped = {(line.start, line.end) for line in read_page(article.text).dropped}
        assert dropped <= gold
        both += len(dropped)
        furniture += len(gold)
    assert both >= 0.95 * furniture
