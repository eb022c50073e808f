"""Input for the command line: plain text, HTML and JSON lines from files or standard input.

What cannot be read comes back as an ``InputError`` in its place, so that the rest is still done.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from hoptac.errors import InputError

STANDARD_INPUT = "-"
_HTML_SUFFIXES = {".html", ".htm", ".xhtml"}
_BOMS = (  # UTF-32 before UTF-16: the one's mark begins with the other's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KINDS = (
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF89a", "a GIF image"),
    (b"GIF87a", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
_ZIP_KINDS = (
    (b"word/", "a Word document"),
    (b"xl/", "an Excel workbook"),
    (b"ppt/", "a PowerPoint presentation"),
    (b"application/epub", "an EPUB book"),
    (b"opendocument", "an OpenDocument file"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text to read; ``name`` is what messages call it, ``extra`` goes back out beside the result."""

    name: str
    text: str
    extra: Mapping[str, object] = field(default_factory=dict)


def read_files(names: Sequence[str]) -> Iterator[Document | InputError]:
    """One document a file; ``-`` is standard input."""
    for name in names:
        try:
            shown = "standard input" if name == STANDARD_INPUT else name
            text = _not_blank(decode(_all_bytes(name, shown), shown), shown)
            # Other HTML is known by its content when it is read; here the name says so.
            if Path(name).suffix.lower() in _HTML_SUFFIXES:
                text = _from_html(text, shown)
            yield Document(shown, text, {"file": name})
        except InputError as error:
            yield error


def read_jsonl(name: str) -> Iterator[Document | InputError]:
    """One document a line of a file of JSON objects with a ``text``; blank lines are passed over."""
    shown = "standard input" if name == STANDARD_INPUT else name
    try:
        source = _open(name, shown)
    except InputError as error:
        yield error
        return
    with source:
        offset = found = 0
        for number, line in enumerate(source, 1):
            if number == 1:
                kind = binary_kind(line)
                if kind or line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    yield InputError(f"{shown}: this is {kind or 'UTF-16'}, not JSON lines in UTF-8.")
                    return
            if line.strip():
                found += 1
                try:
                    yield _json_line(line, f"{shown}, line {number}", offset)
                except InputError as error:
                    yield error
            offset += len(line)
        if not found:
            yield InputError(f"{shown}: is empty, there is no text to read.")


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


def binary_kind(data: bytes) -> str:
    """What kind of binary file begins like ``data``, or nothing."""
    for magic, kind in _KINDS:
        if data.startswith(magic):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return next((kind for inside, kind in _ZIP_KINDS if inside in data), "a ZIP archive")
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return "an image, sound or video"
    if data[:1] == b"\x00" and data[4:8] == b"ftyp":
        return "an image, sound or video"
    return ""


def _json_line(line: bytes, name: str, offset: int) -> Document:
    mark = len(codecs.BOM_UTF8) if offset == 0 and line.startswith(codecs.BOM_UTF8) else 0
    try:
        record = json.loads(line[mark:].decode("utf-8").rstrip("\r\n"))
    except UnicodeDecodeError as error:
        place = f"byte {offset + mark + error.start} (0x{line[mark + error.start]:02x})"
        raise InputError(f"{name}: {place} is not UTF-8: save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{name}, column {error.colno}: this is not JSON: {error.msg}.") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists in lists in lists
        raise InputError(f"{name}: this JSON cannot be read: {error}.") from error
    if not isinstance(record, dict):
        raise InputError(f'{name}: a JSON object with a "text" is needed, this is something else.')
    text = record.get("text")
    if not isinstance(text, str):
        keys = ", ".join(map(str, record)) or "none"
        problem = 'has no "text"' if text is None else 'has a "text" that is not a string'
        raise InputError(f"{name}: the object {problem} (its keys: {keys}).")
    return Document(name, _not_blank(text, name), record)


def _not_blank(text: str, name: str) -> str:
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise InputError(f"{name}: is empty, there is no text to read.")
    return text


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
