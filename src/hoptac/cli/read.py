"""Input for the command line: plain text, HTML and JSON lines from files or standard input, and archives.

What cannot be read comes back as an ``InputError`` in its place, so that the rest is still done.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from hoptac.archive.kinds import binary_kind
from hoptac.archive.records import Document, not_blank
from hoptac.archive.source import STANDARD_INPUT, JsonLines, Source
from hoptac.errors import InputError

__all__ = ["STANDARD_INPUT", "Document", "decode", "read_files", "read_jsonl", "read_records"]

_AT_ONCE = 16  # records

_HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
_BOMS = (  # UTF-32 before UTF-16: the one's mark begins with the other's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_files(names: Sequence[str]) -> Iterator[Document | InputError]:
    """One document a file; ``-`` is standard input."""
    for name in names:
        try:
            shown = "standard input" if name == STANDARD_INPUT else name
            text = not_blank(decode(_all_bytes(name, shown), shown), shown)
            # Other HTML is known by its content when it is read; here the name says so.
            if Path(name).suffix.lower() in _HTML_SUFFIXES:
                text = _from_html(text, shown)
            yield Document(shown, text, {"file": name})
        except InputError as error:
            yield error


def read_jsonl(name: str) -> Iterator[Document | InputError]:
    """One document a line of a file of JSON objects with a ``text``; blank lines are passed over."""
    return read_records(JsonLines(name))


def read_records(source: Source) -> Iterator[Document | InputError]:
    """One document a record of ``source``; where it cannot be read on, an ``InputError`` is the last."""
    try:
        for chunk in source.chunks(_AT_ONCE):
            yield from source.documents(chunk)
    except InputError as error:
        yield error


def decode(data: bytes, name: str) -> str:
    """The text of ``data``: UTF-8, or UTF-16 or UTF-32 with a byte order mark, which is left out.

    Raises ``InputError`` for other encodings, with the offset, and for binary files, with their kind.
    """
    kind = binary_kind(data)
    if kind:
        raise InputError(f"{name}: this is {kind}, not text: save it as plain text or HTML first.")
    mark, encoding = next(((bom, code) for bom, code in _BOMS if data.startswith(bom)), (b"", "utf-8"))
    if encoding == "utf-8" and b"\x00" in data:
        place = f"byte {data.index(0)} is NUL"
        raise InputError(f"{name}: {place}, so this is binary data (or UTF-16 without its byte order mark).")
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(_not_utf8(name, data, len(mark) + error.start, encoding)) from error


def _from_html(html: str, name: str) -> str:
    from hoptac.text.page import extract_html

    try:
        return extract_html(html)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _all_bytes(name: str, shown: str) -> bytes:
    with _open(name, shown) as source:
        try:
            return source.read()
        except OSError as error:
            raise InputError(f"{shown}: cannot be read: {error.strerror}.") from error


def _open(name: str, shown: str) -> BinaryIO:
    if name == STANDARD_INPUT:
        return sys.stdin.buffer
    if Path(name).is_dir():
        raise InputError(
            f"{shown}: this is a folder: name the files in it, such as {shown.rstrip('/')}/*.txt"
        )
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{shown}: this is no file name: {error}.") from error


def _not_utf8(name: str, data: bytes, at: int, encoding: str) -> str:
    line = data.count(b"\n", 0, at) + 1
    if encoding == "utf-8":
        return f"{name}: byte {at} (0x{data[at]:02x}, line {line}) is not UTF-8: save the file as UTF-8."
    return f"{name}: byte {at} is not {encoding.upper()}, which its byte order mark promises."
