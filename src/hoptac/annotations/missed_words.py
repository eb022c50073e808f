"""Words by which places that may have been missed are found: countries, places, posts, ranks and bodies.

Data only, for people to read and extend. Case does not matter, tone marks do.
"""

from __future__ import annotations

COUNTRIES = (
    "Việt Nam", "Lào", "Campuchia", "Cam-pu-chia", "Thái Lan", "Myanmar", "Mi-an-ma", "Malaysia",
    "Ma-lai-xi-a", "Singapore", "Xin-ga-po", "Indonesia", "In-đô-nê-xi-a", "Philippines", "Phi-líp-pin",
    "Brunei", "Bru-nây", "Timor-Leste", "Đông Timor", "Trung Quốc", "Đài Loan", "Hồng Kông", "Mông Cổ",
    "Nhật Bản", "Hàn Quốc", "Triều Tiên", "Ấn Độ", "Pakistan", "Pa-ki-xtan", "Bangladesh",
    "Băng-la-đét", "Sri Lanka", "Xri Lan-ca", "Nepal", "Nê-pan", "Bhutan", "Maldives", "Afghanistan",
    "Áp-ga-ni-xtan", "Iran", "I-ran", "Iraq", "I-rắc", "Syria", "Xi-ri", "Israel", "I-xra-en",
    "Palestine", "Pa-le-xtin", "Jordan", "Gioóc-đa-ni", "Liban", "Lebanon", "Li-băng", "Ả Rập Xê Út",
    "Saudi Arabia", "Arab Saudi", "Ả-rập Xê-út", "Yemen", "Y-ê-men", "Oman", "Qatar", "Ca-ta", "Kuwait",
    "Cô-oét", "UAE", "Bahrain", "Thổ Nhĩ Kỳ", "Azerbaijan", "Armenia", "Gruzia", "Georgia", "Kazakhstan",
    "Ca-dắc-xtan", "Uzbekistan", "Turkmenistan", "Kyrgyzstan", "Tajikistan", "Nga", "Liên Xô", "Ukraine",
    "Ukraina", "U-crai-na", "Belarus", "Bê-la-rút", "Moldova", "Ba Lan", "Séc", "Cộng hòa Séc",
    "Slovakia", "Xlô-va-ki-a", "Hungary", "Hung-ga-ri", "Romania", "Ru-ma-ni", "Bulgaria", "Bun-ga-ri",
    "Serbia", "Croatia", "Slovenia", "Hy Lạp", "Albania", "Estonia", "Latvia", "Litva", "Phần Lan",
    "Thụy Điển", "Thuỵ Điển", "Na Uy", "Đan Mạch", "Iceland", "Anh", "Vương quốc Anh", "Ireland",
    "Ai-len", "Pháp", "Đức", "Áo", "Thụy Sĩ", "Thuỵ Sĩ", "Hà Lan", "Bỉ", "Luxembourg", "Italy", "Italia",
    "I-ta-li-a", "Tây Ban Nha", "Bồ Đào Nha", "Malta", "Cyprus", "Síp", "Mỹ", "Hoa Kỳ", "Canada",
    "Ca-na-đa", "Mexico", "Mê-hi-cô", "Cuba", "Cu-ba", "Haiti", "Venezuela", "Vê-nê-xu-ê-la", "Colombia",
    "Brazil", "Bra-xin", "Argentina", "Ác-hen-ti-na", "Chile", "Chi-lê", "Peru", "Pê-ru", "Bolivia",
    "Uruguay", "Ecuador", "Nicaragua", "Panama", "Australia", "Ô-xtrây-li-a", "Úc", "New Zealand",
    "Niu Di-lân", "Papua New Guinea", "Fiji", "Ai Cập", "Algeria", "An-giê-ri", "Libya", "Li-bi",
    "Morocco", "Ma-rốc", "Tunisia", "Sudan", "Xu-đăng", "Nam Sudan", "Nam Xu-đăng", "Ethiopia",
    "Ê-ti-ô-pi-a", "Somalia", "Xô-ma-li", "Kenya", "Uganda", "Rwanda", "Congo", "Công-gô", "Trung Phi",
    "Cộng hòa Trung Phi", "Nigeria", "Mali", "Ghana", "Nam Phi", "Angola", "Ăng-gô-la", "Mozambique",
    "Mô-dăm-bích", "Tanzania", "Namibia", "Madagascar", "Botswana", "Zimbabwe",
)  # fmt: skip

# Places that news name often; a capitalised name made of nothing else is not asked about.
PLACES = (
    "Hà Nội", "Thành phố Hồ Chí Minh", "TP Hồ Chí Minh", "TP. Hồ Chí Minh", "TP.HCM", "TPHCM", "TP HCM",
    "Sài Gòn", "Đà Nẵng", "Hải Phòng", "Cần Thơ", "Huế", "Nha Trang", "Khánh Hòa", "Khánh Hoà",
    "Cam Ranh", "Quảng Ninh", "Hạ Long", "Lạng Sơn", "Cao Bằng", "Hà Giang", "Lào Cai", "Lai Châu",
    "Điện Biên", "Sơn La", "Thanh Hóa", "Thanh Hoá", "Nghệ An", "Hà Tĩnh", "Quảng Bình", "Quảng Trị",
    "Quảng Nam", "Quảng Ngãi", "Bình Định", "Quy Nhơn", "Phú Yên", "Ninh Thuận", "Bình Thuận", "Kon Tum",
    "Gia Lai", "Đắk Lắk", "Đắk Nông", "Lâm Đồng", "Đà Lạt", "Đồng Nai", "Biên Hòa", "Biên Hoà",
    "Bình Dương", "Bình Phước", "Tây Ninh", "Long An", "An Giang", "Kiên Giang", "Phú Quốc", "Cà Mau",
    "Vũng Tàu", "Bà Rịa - Vũng Tàu", "Sơn Tây", "Ba Vì", "Nội Bài", "Tân Sơn Nhất", "Biển Đông",
    "Trường Sa", "Hoàng Sa", "Vịnh Bắc Bộ", "Bắc Bộ", "Tây Nguyên", "Đông Dương", "Bắc Kinh",
    "Thượng Hải", "Quảng Tây", "Vân Nam", "Washington", "Washington D.C", "New York", "Hawaii",
    "San Francisco", "California", "London", "Paris", "Berlin", "Moscow", "Mát-xcơ-va", "Moskva", "Kiev",
    "Tokyo", "Seoul", "Bình Nhưỡng", "New Delhi", "Niu Đê-li", "Canberra", "Sydney", "Darwin",
    "Vientiane", "Viêng Chăn", "Phnom Penh", "Phnôm Pênh", "Bangkok", "Băng Cốc", "Kuala Lumpur",
    "Jakarta", "Manila", "Tehran", "Baghdad", "Damascus", "Tel Aviv", "Jerusalem", "Brussels", "Geneva",
    "Giơ-ne-vơ", "Rome", "Madrid", "Ankara", "La Habana", "Juba", "Bentiu", "Abyei", "Guam", "Okinawa",
    "Đông Nam Á", "Đông Á", "Đông Bắc Á", "Nam Á", "Trung Á", "Trung Đông", "châu Á", "châu Âu",
    "châu Phi", "châu Mỹ", "Mỹ Latinh", "Tây Âu", "Đông Âu", "Bắc Phi", "Thái Bình Dương",
    "Ấn Độ Dương", "Ấn Độ Dương - Thái Bình Dương", "châu Á - Thái Bình Dương", "Đại Tây Dương",
    "Địa Trung Hải", "Biển Đen", "Biển Đỏ", "Vịnh Ba Tư", "Vịnh Aden", "Bán đảo Triều Tiên",
    "Hoa Đông", "Biển Hoa Đông", "Hormuz", "Malacca", "Sông Hồng", "Mê Công", "Mekong",
    "Cửu Long", "Nam Cực", "Bắc Cực", "Đông Bắc", "Tây Bắc", "Đông Nam", "Tây Nam", "Baltic", "Á", "Âu",
    "Phi", "Việt", "Trung", "Hàn", "Nhật", "Triều", "Ấn",
)  # fmt: skip

# Posts, forms of address and subjects of posts: capitalised, but no name.
POSTS = (
    "Bộ trưởng", "Thứ trưởng", "Quốc vụ khanh", "Tổng thống", "Phó Tổng thống", "Thủ tướng",
    "Phó Thủ tướng", "Chủ tịch", "Phó Chủ tịch", "Chủ tịch nước", "Phó Chủ tịch nước", "Tổng Bí thư",
    "Bí thư", "Phó Bí thư", "Ủy viên", "Uỷ viên", "Ủy viên dự khuyết", "Tư lệnh", "Phó Tư lệnh",
    "Chính ủy", "Chính uỷ", "Phó Chính ủy", "Phó Chính uỷ", "Tham mưu trưởng", "Phó Tham mưu trưởng",
    "Tổng Tham mưu trưởng", "Phó Tổng Tham mưu trưởng", "Chủ nhiệm", "Phó Chủ nhiệm", "Cục trưởng",
    "Phó Cục trưởng", "Vụ trưởng", "Phó Vụ trưởng", "Tổng cục trưởng", "Giám đốc", "Phó Giám đốc",
    "Tổng Giám đốc", "Phó Tổng Giám đốc", "Viện trưởng", "Phó Viện trưởng", "Hiệu trưởng",
    "Phó Hiệu trưởng", "Trưởng đoàn", "Trưởng ban", "Trưởng phòng", "Đại sứ", "Tổng Lãnh sự",
    "Tùy viên", "Tuỳ viên", "Tùy viên Quốc phòng", "Tuỳ viên Quốc phòng", "Ngoại trưởng", "Quốc vương",
    "Tổng Thư ký", "Tổng thư ký", "Phó Tổng Thư ký", "Thống đốc", "Thượng nghị sĩ", "Hạ nghị sĩ",
    "Nghị sĩ", "Phát ngôn viên", "Người phát ngôn", "Thư ký", "Chánh văn phòng", "Đồn trưởng",
    "Chỉ huy trưởng", "Phó Chỉ huy trưởng", "Thuyền trưởng", "Lữ đoàn trưởng", "Sư đoàn trưởng",
    "Quốc phòng", "Ngoại giao", "Công an", "An ninh", "Nội vụ", "Tài chính", "Hải quân", "Không quân",
    "Lục quân", "Quân đội", "Đảng", "Nhà nước", "Tổ quốc", "Nhân dân", "Ông", "Bà", "Ngài", "Đồng chí",
    "Tiến sĩ", "Giáo sư", "TS", "PGS", "GS", "PV", "Ảnh", "Hội nghị", "Đối thoại", "Lễ", "Diễn đàn",
    "Ngày", "Tháng", "Năm", "Quý", "Thứ", "Chủ nhật", "Liên hệ", "Nguồn", "Theo", "ADMM+", "ADMM", "ARF",
    "EAS", "Shangri-La", "RIMPAC", "COVID-19", "Covid-19", "USD", "VND", "TP", "HCM", "Tết", "Hồi giáo",
    "Phật giáo", "Công giáo",
)  # fmt: skip

RANKS = (
    "đại tướng", "thượng tướng", "trung tướng", "thiếu tướng", "chuẩn tướng", "thống chế", "thống tướng",
    "nguyên soái", "thủy sư đô đốc", "thuỷ sư đô đốc", "phó đô đốc", "chuẩn đô đốc", "đề đốc", "đô đốc",
    "đại tá", "thượng tá", "trung tá", "thiếu tá", "đại úy", "đại uý", "thượng úy", "thượng uý",
    "trung úy", "trung uý", "thiếu úy", "thiếu uý", "chuẩn úy", "chuẩn uý", "thượng sĩ", "trung sĩ",
    "hạ sĩ",
)  # fmt: skip

# What a body's name begins with; with a country after it, it is one.
BODIES = (
    "bộ quốc phòng", "bộ ngoại giao", "bộ công an", "bộ nội vụ", "bộ tư lệnh", "bộ tổng tham mưu",
    "bộ tổng tư lệnh", "quân đội", "quân đội nhân dân", "quân đội hoàng gia", "hải quân",
    "hải quân hoàng gia", "không quân", "không quân hoàng gia", "lục quân", "thủy quân lục chiến",
    "thuỷ quân lục chiến", "cảnh sát biển", "lực lượng bảo vệ bờ biển", "lực lượng tuần duyên",
    "tuần duyên", "lực lượng phòng vệ", "lực lượng phòng vệ biển", "lực lượng vũ trang",
    "lực lượng quốc phòng", "bộ đội biên phòng", "công an", "cảnh sát", "chính phủ", "chính quyền",
    "nội các", "quốc hội", "thượng viện", "hạ viện", "nghị viện", "đại sứ quán", "tổng lãnh sự quán",
    "học viện quốc phòng", "đảng cộng sản", "đảng nhân dân cách mạng", "quân ủy trung ương",
    "quân uỷ trung ương", "hạm đội", "liên quân",
)  # fmt: skip
