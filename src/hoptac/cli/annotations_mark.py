"""``hoptac annotations mark``: an article and a list of surfaces become inline markup."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.errors import HoptacError, InputError

if TYPE_CHECKING:
    from hoptac.annotations.mark import Marking, Remark
    from hoptac.article import Span

_PLACES = 3  # shown of each surface that may have been missed
_BESIDE = 30  # characters shown on each side of it


def mark(
    article: Annotated[
        Path, typer.Argument(metavar="ARTICLE", help="The article's text, or a page as HTML.")
    ],
    words: Annotated[
        Path,
        typer.Argument(metavar="LIST", help="Lines of LABEL, a tab, words, and maybe a tab and numbers."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="The file to write.", show_default="standard output"
        ),
    ] = None,
    article_id: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="The article's id.", show_default="ARTICLE's name"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it is there already.")] = False,
) -> None:
    """Mark an article by a list of words; the report goes to standard error.

    A line of the list is `PERSON<TAB>Trần Gia Bảo`, or with numbers of occurrences `training<TAB>đào
    tạo<TAB>1,3`. Every whole-word occurrence is marked unless there are numbers, and the longest wins.
    `-<TAB>TP Hồ Chí Minh` marks nothing there, `-PERSON<TAB>Lan<TAB>2` no entity at the second Lan.
    `+LABEL<TAB>words` takes words with letters glued to them, `~<TAB>line` a line that is not part of the
    article, `#` begins a comment.
    """
    from hoptac.annotations.files import read_text
    from hoptac.annotations.inline import write_inline
    from hoptac.annotations.mark import mark as mark_text
    from hoptac.annotations.mark_list import read_mark_list
    from hoptac.cli.output import open_output

    text = _text(article)
    lines = read_mark_list(read_text(words), words)
    marking = mark_text(article_id or _id(article), text, lines)
    markup = write_inline(marking.article)
    if out is not None and out.exists() and not force:
        raise HoptacError(f"{out} is there already; --force replaces it.")
    with open_output(out) as stream:
        stream.write(markup)
    for line in _report(marking, words):
        typer.echo(line, err=True)


def _text(path: Path) -> str:
    from hoptac.cli.read import read_files

    document = next(iter(read_files([str(path)])))
    if isinstance(document, InputError):
        raise document
    if document.text.startswith("---\nid: "):
        raise InputError(f"{path} is inline markup already; mark the plain text, or edit this file by hand.")
    return document.text


def _id(path: Path) -> str:
    from hoptac.annotations.formats.labelled import Intake

    return Intake().id(path.stem)


def _report(marking: Marking, words: Path) -> list[str]:
    from hoptac.annotations.missed import missed

    article = marking.article
    sections: Sequence[tuple[str, Sequence[Remark]]] = (
        ("Not found", marking.not_found),
        ("Not marked, as marks cannot overlap or cross", marking.crossing),
        ("At the edges", marking.faulty),
    )
    lines = []
    for title, remarks in sections:
        if remarks:
            lines += [f"{title}:", *(f"  {words}:{remark.line}: {remark.message}" for remark in remarks)]
    hints = missed(article, marking.dropped)
    if hints:
        lines.append("Missed? ('-' before a tab and the words says no):")
    for hint in hints:
        times = f" ×{len(hint.places)}" if len(hint.places) > 1 else ""
        lines.append(f"  {hint.kind:<5} {' '.join(hint.surface.split())}{times}")
        lines += [f"        {_context(article.text, place)}" for place in hint.places[:_PLACES]]
    furniture = _furniture(article.text, article.furniture)
    if furniture:
        lines.append("Part of the article? ('~' before a tab and the line says no):")
        lines += [f"  {line}" for line in furniture]
    lines.append(
        f"{article.id}: {len(article.entities)} entities, {len(article.evidence)} area phrases, "
        f"{len(article.furniture)} furniture lines"
    )
    return lines


def _context(text: str, place: Span) -> str:
    line = text.count("\n", 0, place.start) + 1
    begin = max(text.rfind("\n", 0, place.start) + 1, place.start - _BESIDE)
    stop = text.find("\n", place.end)
    stop = min(len(text) if stop < 0 else stop, place.end + _BESIDE)
    before, said, after = text[begin : place.start], text[place.start : place.end], text[place.end : stop]
    return f"line {line}: {'…' if begin and text[begin - 1] != chr(10) else ''}{before}«{said}»{after}"


def _furniture(text: str, marked: Sequence[Span]) -> list[str]:
    """Lines that the page filter would drop and the list does not."""
    from hoptac.text.page import read_page

    known = {(span.start, span.end) for span in marked}
    dropped = [line for line in read_page(text).dropped if (line.start, line.end) not in known]
    return [f"{line.reason}: {text[line.start : line.end].strip()}" for line in dropped]
