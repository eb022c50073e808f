"""Whole pages and notebook fragments."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from uuid import uuid4

from hoptac.view.article import render_article
from hoptac.view.html import escape
from hoptac.view.side import render_legend, render_side

if TYPE_CHECKING:
    from hoptac.result import Result


def render_page(result: Result) -> str:
    """A complete page with one result."""
    return page_head(title_of(result)) + page_section(result, "r1") + page_foot()


def render_fragment(result: Result) -> str:
    """The result with its style sheet, for a notebook; several in one page do not clash."""
    return f"<style>{_style()}</style>\n{_view(result, f'h{uuid4().hex[:12]}')}"


def page_head(title: str) -> str:
    """The beginning of a page, up to its first `page_section`."""
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{_style()}</style>\n</head>\n"
        '<body class="ht-page">\n<main>\n'
    )


def page_section(result: Result, prefix: str, name: str = "") -> str:
    """One result of a page; ``prefix`` begins its element ids, ``name`` says where the text is from."""
    heading = f'<h1 class="ht-name">{escape(name)}</h1>\n' if name else ""
    return heading + _view(result, prefix)


def page_foot() -> str:
    """The end of a page."""
    return "</main>\n</body>\n</html>\n"


def title_of(result: Result) -> str:
    """A title for the page: the first line of the article."""
    article = "\n".join(result.text[span.start : span.end] for span in result.kept)
    first = next((line for line in article.splitlines() if line.strip()), "")
    return f"{' '.join(first.split())[:120]} · hoptac" if first else "hoptac"


def _view(result: Result, prefix: str) -> str:
    warnings = "".join(f'<p class="ht-warning" role="note">{escape(text)}</p>\n' for text in result.warnings)
    return (
        f'<div class="hoptac">\n{render_legend(result)}{warnings}<div class="ht-columns">\n'
        f"{render_article(result, prefix)}{render_side(result, prefix)}</div>\n</div>\n"
    )


@cache
def _style() -> str:
    return files("hoptac.view").joinpath("style.css").read_text(encoding="utf-8")
