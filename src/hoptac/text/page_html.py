"""An HTML page's article as plain lines: title, lead, body, captions, byline (trafilatura)."""

from __future__ import annotations

import re

from hoptac.errors import InputError

_LOOKED_AT = 20_000
_DOCUMENT = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_BLOCK = re.compile(
    r"</?(?:p|div|br|h[1-6]|article|section|span|table|ul|li|figure|meta|script)\b[^<>]*>", re.I
)
_FEWEST_BLOCKS = 3
_ONE_CELL = re.compile(r"^\|\s*([^|\n]*?)\s*\|\s*$", re.M)


def looks_like_html(text: str) -> bool:
    """Whether a text is an HTML document or a piece of one, by its first characters."""
    head = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n")
    if _DOCUMENT.match(head):
        return True
    return head.startswith("<") and len(_BLOCK.findall(head)) >= _FEWEST_BLOCKS


def extract_html(html: str) -> str:
    """The article of an HTML page, one paragraph, title or caption a line.

    The main text is what trafilatura finds (Barbaresi, "Trafilatura: A Web Scraping Library and Command-Line
    Tool for Text Discovery and Extraction", ACL 2021), without readers' comments; the page's title comes
    first. Raises :class:`InputError` where the page holds no article.
    """
    import trafilatura

    tree = trafilatura.load_html(html)
    if tree is None:
        raise InputError("the HTML page cannot be parsed; give the article's text instead")
    # A figure is dropped with its caption unless the caption is a paragraph of its own.
    for caption in tree.iter("figcaption"):
        caption.tag = "p"
    for figure in tree.iter("figure"):
        figure.tag = "div"
    found = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True
    )
    text = (found.text or "").strip() if found is not None else ""
    if not text:
        raise InputError(
            "no article was found in the HTML page; give the article's text, or check that the page is not "
            "built by scripts"
        )
    text = _ONE_CELL.sub(r"\1", text)
    title = " ".join((found.title or "").split())
    return text if not title or _opens_with(text, title) else f"{title}\n{text}"


def _opens_with(text: str, title: str) -> bool:
    """Whether one of the first lines is the title, or the title without the site's name."""
    wanted = title.casefold()
    opening = [" ".join(line.split()).casefold() for line in text.split("\n", 4)[:4]]
    return any(line and (line in wanted if len(line) > 20 else line == wanted) for line in opening)
