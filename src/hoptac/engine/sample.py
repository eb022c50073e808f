"""A short article, invented here, on which an exported model is compared with the one it came from."""

SAMPLE = """\
Việt Nam và Hà Lan ký bản ghi nhớ về hợp tác quốc phòng

Sáng 12-3, tại Hà Nội, Đại tướng Trần Văn Khải, Bộ trưởng Bộ Quốc phòng, chủ trì lễ đón và hội đàm với \
bà Anneke Vermeer, Bộ trưởng Bộ Quốc phòng Vương quốc Hà Lan đang thăm chính thức Việt Nam.

Hai bên đánh giá cao kết quả triển khai Ý định thư ký tháng 6 năm 2019, nhất là trong trao đổi đoàn, đào \
tạo sĩ quan, gìn giữ hòa bình của Liên hợp quốc và khắc phục hậu quả chiến tranh. Thượng tướng Lê Thị \
Minh cho biết Học viện Quốc phòng đã tiếp nhận 14 học viên Hà Lan trong ba năm qua.

Trung tướng Pieter van der Linden, Tham mưu trưởng Hải quân Hoàng gia Hà Lan, đề nghị tàu hải quân hai \
nước cùng diễn tập tìm kiếm cứu nạn và trao đổi kinh nghiệm đo đạc biển với Vùng 3 Hải quân. Theo Nghị \
định số 21/2019/NĐ-CP, hai bên sẽ lập nhóm công tác chung về công nghiệp quốc phòng, quân y và an ninh \
mạng.

Kết thúc hội đàm, hai Bộ trưởng chứng kiến lễ ký Bản ghi nhớ về hợp tác quốc phòng giai đoạn 2021-2025. \
Chiều cùng ngày, Thủ tướng Chính phủ Nguyễn Hữu Phúc tiếp bà Anneke Vermeer tại Trụ sở Chính phủ.
"""
