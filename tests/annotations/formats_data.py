"""An invented article with every kind of mark, and shorthand for reading and writing formats in tests."""

from __future__ import annotations

from pathlib import Path

from hoptac.annotations.formats.catalogue import Format, read_articles, write_articles
from hoptac.annotations.formats.labelled import Intake
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.inline import read_inline
from hoptac.article import Article
from hoptac.text.sentences import sentence_spans

# With an emoji before marks, decomposed letters, nested marks both ways, and furniture with spaces around it.
ARTICLE = read_inline(
    "---\nid: thu-01\n---\n"
    "~   Trang chủ | Tin mới \n"
    "[Đại tá|RANK] [Lê Văn Thử|PERSON] 🎖 bàn về {đào tạo [Học viện Mẫu|ORGANIZATION]|training}.\n"
    "\n"
    "Hai bên ký [Bản ghi nhớ về {quân y|military_medicine}|DOCUMENT] [ngày 3-7|DATE]; "
    "{[Đội Mẫu số 2|ORGANIZATION]|peacekeeping} dự. Ảnh: [Hoa\u0300 An|PERSON]\n"
    "~ Tin liên quan\n"
)
PLAIN = read_inline("---\nid: thu-02\n---\nKhông có gì để đánh dấu.\n")


def write(path: Path, form: Format, articles: list[Article] | None = None) -> Losses:
    losses = Losses()
    write_articles(articles or [ARTICLE, PLAIN], path, form, losses, sentences=sentence_spans)
    return losses


def read(path: Path, form: Format | None = None, **rename: str) -> tuple[list[Article], Losses]:
    intake = Intake(rename=rename)
    return read_articles(path, form, intake), intake.losses


def surfaces(article: Article) -> list[tuple[str, str]]:
    return [(article.text[mark.start : mark.end], mark.label) for mark in article.entities]


def phrases(article: Article) -> list[tuple[str, str]]:
    return [(article.text[mark.start : mark.end], mark.area) for mark in article.evidence]
