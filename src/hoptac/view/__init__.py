"""The HTML view of a result: the article with its marks, areas and names beside it.

Entities are filled, area evidence is underlined and numbered; both can be reached with the Tab key. The
style sheet is inlined and there is no script, so that a page works from a file, a mail or a notebook.
"""

from __future__ import annotations

from hoptac.view.page import page_foot, page_head, page_section, render_fragment, render_page

__all__ = ["page_foot", "page_head", "page_section", "render_fragment", "render_page"]
