"""What the furniture of a news page says: phrases of menus, players, buttons, boxes and footers.

Data only, for people to read and extend. Case, tone marks, accents' encoding and punctuation do not matter
(:func:`hoptac.text.page_words.words` compares them without), and ``#`` stands for any number or clock time.
"""

from __future__ import annotations

# A line made of nothing but these phrases (and fillers) is furniture wherever it stands.
WIDGETS: dict[str, tuple[str, ...]] = {
    "menu": (
        "trang chủ", "trang nhất", "về trang chủ", "menu", "đăng nhập", "đăng xuất", "đăng ký", "tìm kiếm",
        "về đầu trang", "lên đầu trang", "đầu trang", "lên trên", "trở về", "quay lại", "trở lại",
        "bài trước", "bài sau", "bài tiếp theo", "bài kế tiếp", "tin trước", "tin sau", "trang trước",
        "trang sau", "xem toàn bộ", "xem tất cả", "liên hệ tòa soạn", "liên hệ quảng cáo", "liên hệ",
        "đặt báo", "đặt báo dài hạn", "mua báo in", "đọc báo in", "báo in", "mục lục số này",
        "đăng ký dài hạn", "kho lưu trữ", "e-paper", "epaper", "e-magazine", "emagazine", "megastory",
        "longform", "long form", "infographic", "podcast", "multimedia", "đa phương tiện", "media", "rss",
        "sitemap", "sơ đồ website", "english", "tiếng việt", "vi", "en", "home", "skip to content",
        "toggle navigation", "about us", "contact", "chính sách bảo mật", "điều khoản sử dụng",
        "chế độ đọc", "sáng tối", "giao diện tối", "thời tiết", "giá vàng", "giá xăng dầu", "lịch cúp điện",
        "vé xe", "rao vặt", "cáo phó", "tra cứu văn bản", "lịch phát sóng", "nghe trực tiếp", "tuyển dụng",
        "thư điện tử", "dịch vụ công", "dịch vụ công trực tuyến", "hỏi đáp", "liên kết website",
        "chọn liên kết", "báo lỗi", "góp ý", "gửi ý kiến về tòa soạn", "mã qr", "theo dõi trên google news",
        "theo dõi báo trên google news", "google news", "theo dõi trên zalo", "theo dõi chúng tôi",
        "tải ứng dụng", "xem trang in", "bạn đọc",
    ),
    "share": (
        "chia sẻ", "chia sẻ ngay", "chia sẻ bài viết", "chia sẻ bài viết này", "chia sẻ bài viết lên",
        "chia sẻ lên", "chia sẻ qua", "chia sẻ với bạn bè", "share", "share on", "share this", "tweet",
        "pin it", "facebook", "fanpage", "twitter", "zalo", "zalo oa", "youtube", "tiktok", "telegram",
        "linkedin", "messenger", "whatsapp", "pinterest", "instagram", "viber", "copy link", "copy url",
        "sao chép", "sao chép liên kết", "copy liên kết", "gửi email", "gửi mail", "gửi cho bạn bè",
        "gửi bạn bè", "gửi cho bạn", "email cho bạn bè", "email", "in trang", "in trang này", "in bài",
        "in bài viết", "bản in", "in bản tin", "print", "lưu bài", "lưu bài viết", "lưu tin", "bookmark",
        "thích", "thích #", "like", "chia sẻ #", "quan tâm", "cỡ chữ", "kích cỡ chữ", "tăng cỡ chữ",
        "giảm cỡ chữ", "font size", "tải file pdf", "tải về pdf", "pdf", "aa", "gửi phản hồi",
        "đọc mất # phút", "# phút đọc", "# lượt xem", "lượt xem #", "lượt xem", "lượt đọc #", "lượt đọc",
        "# views", "# liên quan", "xem #", "người đăng ban biên tập",
    ),
    "player": (
        "nghe", "nghe bài viết", "nghe đọc bài", "nghe bài báo", "nghe podcast", "nghe audio", "đọc bài",
        "đọc bài viết", "nghe nội dung chi tiết", "nữ miền bắc", "nam miền bắc", "nữ miền nam",
        "nam miền nam", "nữ miền trung", "giọng nữ", "giọng nam", "giọng đọc", "giọng miền bắc",
        "giọng miền trung", "giọng miền nam", "giọng nữ miền bắc", "giọng nam miền bắc",
        "giọng nữ miền nam", "giọng nam miền nam", "giọng nữ miền trung", "tốc độ", "tốc độ đọc",
        "tốc độ phát", "#x", "#p", "thời lượng", "thời lượng #", "đang tải trình phát",
        "trình duyệt của bạn không hỗ trợ video", "trình duyệt không hỗ trợ audio",
        "vui lòng tải bản mới nhất", "your browser does not support the audio element",
        "your browser does not support the video tag", "play", "pause", "mute", "unmute", "fullscreen",
        "current time", "duration", "loaded", "remaining time", "progress", "playback rate", "nhúng mã",
        "báo cáo video", "xem lại bản tin", "tự động phát", "video player", "tắt tiếng", "bật tiếng",
        "toàn màn hình", "phát", "tạm dừng", "replay", "picture in picture",
    ),
    "rating": (
        "đánh giá bài viết", "đánh giá bài viết này", "bạn thấy bài viết này thế nào",
        "bạn đánh giá bài viết này", "bạn đánh giá thế nào về bài viết này",
        "bài viết này có hữu ích không", "bài viết có hữu ích với bạn không", "# đánh giá",
        "đánh giá của bạn", "rate this article", "★", "kém ★", "hứa hẹn ★", "tốt ★", "rất tốt ★",
        "bình thường ★", "không hữu ích", "hữu ích",
    ),
    "image": (
        "[file]", "xem ảnh cỡ lớn", "click vào ảnh để xem cỡ lớn", "bấm vào ảnh để xem chi tiết",
        "phóng to", "thu nhỏ", "bấm vào ảnh để phóng to", "nhấn vào ảnh để phóng to", "chạm để phóng to",
        "bấm để phóng to", "click để phóng to", "tải ảnh gốc", "tải ảnh", "tải về", "trình xem ảnh",
        "slide ảnh", "ảnh đại diện", "image", "hình ảnh minh họa #", "xem toàn màn hình", "logo",
    ),
    "comment": (
        "bình luận #", "# bình luận", "gửi bình luận", "gửi bình luận của bạn", "viết bình luận",
        "xem thêm bình luận", "ý kiến bạn đọc #", "ý kiến bạn đọc", "ý kiến của bạn", "ý kiến của bạn #",
        "ý kiến phản hồi", "ý kiến phản hồi #", "phản hồi của bạn", "đăng nhập để bình luận",
        "bình luận bằng tài khoản facebook", "mới nhất", "quan tâm nhất", "thích nhất", "tối đa # ký tự",
        "tối thiểu # ký tự", "bạn còn # ký tự", "bạn còn # # ký tự", "họ tên", "họ và tên", "tiêu đề",
        "nội dung", "mã xác nhận", "mã bảo mật", "nhập lại", "gửi", "hủy", "bình luận",
        "vui lòng nhập tiếng việt có dấu", "bạn chưa nhập đủ thông tin", "vui lòng nhập họ tên",
        "leave a comment", "xin vui lòng gõ tiếng việt có dấu",
        "ý kiến của bạn sẽ được biên tập trước khi đăng", "trả lời", "bình luận của bạn", "bạn đọc viết #",
        "hiện chưa có bình luận nào", "hãy là người đầu tiên bình luận",
    ),
    "subscribe": (
        "đăng ký nhận bản tin", "đăng ký nhận tin", "nhập email của bạn", "subscribe", "newsletter",
        "đăng ký nhận bản tin qua email", "nhận thông báo", "bật thông báo", "theo dõi", "follow us",
    ),
    "cookie": (
        "chấp nhận", "từ chối", "đồng ý", "tôi đồng ý", "accept all", "accept", "decline", "cookie",
        "chấp nhận cookie", "trang web này sử dụng cookie", "we use cookies", "cài đặt cookie",
        "tìm hiểu thêm",
    ),
    "ad": (
        "quảng cáo", "tin tài trợ", "nội dung tài trợ", "advertisement", "sponsored",
        "nhấn để bỏ qua sau #s",
    ),
    "traffic": (
        "đang online #", "đang trực tuyến #", "đang truy cập #", "tổng truy cập #", "tổng lượt truy cập #",
        "lượt truy cập #", "hôm nay #", "hôm qua #", "tuần này #", "trong tháng #", "tất cả #",
    ),
}  # fmt: skip

# Words that say nothing by themselves: they may stand in a bar of widgets or dates, but make none.
FILLERS = (
    "#", "#k", "và", "lên", "trên", "của bạn", "với", "qua", "tại", "cho", "này", "in", "a", "b", "f", "g",
    "t", "x", "z", "online", "by", "đánh giá", "# lượt", "lượt", "lúc", "ngày", "[link]", "gmt", "gmt #",
    "am", "pm", "kém", "bình thường", "hứa hẹn", "tốt", "rất tốt", "c", "mb", "kb", "fr", "es", "zh", "ru",
    "la", "km", "p",
)  # fmt: skip

# A short line of these with a full date or a clock time is the page's date bar.
DATES = (
    "thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật", "ngày", "tháng", "năm",
    "tháng một", "tháng hai", "tháng ba", "tháng tư", "tháng năm", "tháng sáu", "tháng bảy", "tháng tám",
    "tháng chín", "tháng mười", "tháng mười một", "tháng mười hai", "cập nhật", "cập nhật lúc",
    "lần cập nhật cuối", "đăng lúc", "đăng ngày", "ngày đăng", "xuất bản", "ngày phát", "hôm nay", "lúc",
    "giờ", "phút", "gmt", "am", "pm", "#", "posted on", "updated", "published", "h", "# giờ trước",
    "# phút trước", "# ngày trước", "# phút", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday",
)  # fmt: skip

# Rubrics of Vietnamese newspapers and portals: furniture in menus, and alone above the title.
SECTIONS = (
    "thời sự", "chính trị", "chính trị - xã hội", "xã hội", "thế giới", "quốc tế", "trong nước", "kinh tế",
    "kinh doanh", "tài chính", "chứng khoán", "doanh nghiệp", "bất động sản", "pháp luật",
    "an ninh trật tự", "giáo dục", "đào tạo", "tuyển sinh", "sinh viên", "cựu sinh viên", "y tế",
    "sức khỏe", "đời sống", "gia đình", "văn hóa", "giải trí", "thể thao", "du lịch", "khoa học",
    "công nghệ", "khoa học công nghệ", "khoa học & công nghệ", "số hóa", "xe", "ô tô xe máy", "bạn đọc",
    "nhịp cầu bạn đọc", "tâm sự", "cười", "thư giãn", "góc nhìn", "bình luận", "ý kiến", "hồ sơ",
    "hồ sơ - tư liệu", "sự kiện", "sự kiện & hồ sơ", "tin tức", "tin tức - sự kiện", "tin hoạt động",
    "tin quân sự", "tin quân khu", "tin nóng", "nóng", "mới", "chủ đề", "phóng sự", "phóng sự ảnh",
    "phóng sự & ghi chép", "ảnh", "video", "clip", "ảnh/video", "thư viện", "thư viện ảnh", "truyền hình",
    "phát thanh", "quốc phòng", "quốc phòng an ninh", "quốc phòng - an ninh", "quân sự",
    "quân sự - quốc phòng", "quân sự thế giới", "quốc phòng toàn dân", "đối ngoại", "đối ngoại quốc phòng",
    "đối ngoại quân sự", "đối ngoại hải quân", "đối ngoại biên phòng", "hội nhập quốc tế",
    "hợp tác quốc tế", "đa phương", "song phương", "hợp tác song phương", "hợp tác đa phương", "biển đảo",
    "biển, đảo", "biên giới", "biên giới - biển đảo", "chủ quyền biển đảo",
    "bảo vệ nền tảng tư tưởng của đảng", "bảo vệ nền tảng tư tưởng", "phòng, chống diễn biến hòa bình",
    "xây dựng quân đội", "xây dựng đảng", "xây dựng quân khu", "lịch sử - truyền thống", "người lính",
    "hậu phương", "chính sách", "nhân vật", "phân tích - nhận định", "việt nam và thế giới",
    "công nghiệp quốc phòng", "văn bản", "văn bản chỉ đạo", "chỉ đạo điều hành", "thủ tục hành chính",
    "thủ tục lãnh sự", "giới thiệu", "giới thiệu chung", "cộng đồng", "sản phẩm - dịch vụ", "về chúng tôi",
    "lĩnh vực", "năng lực", "chi tiết", "tin chi tiết", "chuyên đề", "diễn đàn", "phỏng vấn", "tư liệu",
    "cán bộ", "dân vận", "thi đua", "phụ nữ", "tuyên huấn", "ấn phẩm",
)  # fmt: skip

# Headings of boxes with other articles: alone on a line the titles under them are furniture, and with a
# colon or an arrow the rest of the line is.
RELATED_KINDS = ("tin", "bài", "tin bài", "tin, bài", "bài viết", "tin tức", "bài báo", "video")
RELATED_RELATIONS = (
    "liên quan", "cùng chuyên mục", "cùng mục", "cùng chủ đề", "cùng tác giả", "cùng sự kiện", "khác",
    "đã đưa", "mới", "mới nhất", "mới hơn", "mới cập nhật", "cũ hơn", "nổi bật", "đọc nhiều",
    "đọc nhiều nhất", "xem nhiều", "xem nhiều nhất", "được quan tâm", "tiêu điểm", "nóng", "hot", "bên lề",
    "gợi ý", "đề xuất", "tiếp theo",
)  # fmt: skip
RELATED = (
    "cùng chuyên mục", "cùng chủ đề", "cùng tác giả", "chủ đề liên quan", "sự kiện liên quan", "đọc nhiều",
    "đọc nhiều nhất", "xem nhiều", "xem nhiều nhất", "quan tâm nhiều nhất", "được quan tâm",
    "được quan tâm nhất", "có thể bạn quan tâm", "bạn có thể quan tâm", "có thể bạn thích",
    "có thể bạn chưa biết", "bạn quan tâm", "đừng bỏ lỡ", "không thể bỏ qua", "xem thêm", "đọc thêm",
    "đọc tiếp", "xem tiếp", "xem thêm bài viết", "xem thêm cùng tác giả", "xem thêm tin", "mời xem thêm",
    "mời đọc thêm", "mời bạn đọc xem thêm", "mời độc giả xem thêm", "mời quý vị xem thêm",
    "mời bạn xem thêm", "tham khảo thêm", "gợi ý cho bạn", "dành cho bạn", "đề xuất cho bạn",
    "đang được đọc nhiều", "video đang hot", "đang hot", "bài cùng loạt", "kỳ tới", "kỳ sau", "số sau",
    "sản phẩm nổi bật", "related articles", "related posts", "related news", "related", "read more",
    "see more", "you may also like", "most read", "most popular", "recommended", "latest news",
    "more from this section", "trending",
)  # fmt: skip
COMMENTS = (
    "bình luận", "bình luận #", "ý kiến bạn đọc", "ý kiến bạn đọc #", "bình luận của bạn đọc", "ý kiến",
    "ý kiến #", "phản hồi", "phản hồi #", "comments", "comments #", "# bình luận",
)  # fmt: skip
ADS = ("quảng cáo", "advertisement", "tin tài trợ", "nội dung tài trợ")

# The beginning of a line whose rest, whatever it says, is furniture: with a colon or an arrow after.
LABELS: dict[str, tuple[str, ...]] = {
    "tags": ("từ khóa", "tag", "tags", "hashtag", "thẻ", "keywords"),
    "ad": ("quảng cáo", "tin tài trợ", "đối tác"),
    "menu": ("bạn đang ở", "bạn đang xem", "bạn đang ở đây", "liên kết website", "you are here"),
    "subscribe": ("đăng ký nhận bản tin", "đăng ký nhận tin"),
    "comment": ("phản hồi của bạn",),
    "player": ("nghe audio",),
    "share": ("chia sẻ bài viết",),
}

# How a line of the imprint begins: below the article only, except for ``FOOTER_ANYWHERE``.
FOOTER = (
    "bản quyền", "giấy phép", "cơ quan chủ quản", "tổng biên tập", "phó tổng biên tập", "tòa soạn",
    "trụ sở", "địa chỉ", "hotline", "đường dây nóng", "điện thoại", "liên hệ quảng cáo",
    "người chịu trách nhiệm", "chịu trách nhiệm", "email", "ghi rõ nguồn", "vui lòng ghi rõ nguồn",
    "đơn vị chủ quản", "thiết kế", "phát triển bởi", "fax", "tel", "cấm sao chép", "không sao chép",
    "all rights reserved", "powered by", "về trang chủ", "copyright", "bản quyền thuộc", "giấy phép số",
    "giấy phép hoạt động", "giấy phép thiết lập",
)  # fmt: skip
FOOTER_ANYWHERE = (
    "copyright", "bản quyền thuộc", "ghi rõ nguồn", "vui lòng ghi rõ nguồn", "mời bạn đọc vào chuyên mục",
    "mời độc giả vào chuyên mục", "cấm sao chép dưới mọi hình thức",
)  # fmt: skip

# A site's own name above the title begins with one of these and holds one of the marks, or is all capitals.
SITES = (
    "báo", "tạp chí", "tuần báo", "cổng thông tin điện tử", "cổng thông tin", "trang thông tin",
    "trang tin", "đài phát thanh", "đài truyền hình", "thông tấn xã", "cổng ttđt", "chuyên trang",
    "bộ quốc phòng",
)  # fmt: skip
SITE_MARKS = (
    "điện tử",
    "online",
    "cơ quan của",
    "tiếng nói của",
    "diễn đàn của",
    "cổng thông tin",
    "trang tin",
)
