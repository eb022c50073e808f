"""One article in, one record out: the text to read with its other keys, and the result beside them."""

from __future__ import annotations

import base64
import codecs
import datetime
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hoptac.errors import InputError
from hoptac.result import Result

if TYPE_CHECKING:
    from hoptac.tagger import Tagger

TEXT = "text"  # the key of the text that spans refer to
RESULT_KEYS = (TEXT, *Result("").to_dict())


@dataclass(frozen=True, slots=True)
class Document:
    """A text to read; ``name`` is what messages call it, ``extra`` goes back out beside the result."""

    name: str
    text: str
    extra: Mapping[str, object] = field(default_factory=dict)


def json_document(line: bytes, name: str, offset: int, column: str = TEXT) -> Document:
    """The document of one JSON line that begins at byte ``offset``; the text is under the key ``column``.

    Raises ``InputError`` where the line holds no such document.
    """
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
        raise InputError(f'{name}: a JSON object with a "{column}" is needed, this is something else.')
    text = record.get(column)
    if not isinstance(text, str):
        keys = ", ".join(record) or "none"
        problem = f'has no "{column}"' if text is None else f'has a "{column}" that is not a string'
        raise InputError(f"{name}: the object {problem} (its keys: {keys}).")
    del record[column]
    return Document(name, not_blank(text, name), record)


def not_blank(text: str, name: str) -> str:
    """``text`` itself; raises ``InputError`` where nothing in it can be seen."""
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise InputError(f"{name}: is empty, there is no text to read.")
    return text


def tag(tagger: Tagger, documents: Sequence[Document], keep_furniture: bool) -> Iterator[Result | InputError]:
    """The result of each document, read together; an ``InputError`` in the place of one that has none."""
    texts = [document.text for document in documents]
    try:
        yield from tagger.predict(texts, keep_furniture=keep_furniture)
        return
    except InputError:  # one of them cannot be read: each by itself
        pass
    for document in documents:
        try:
            yield tagger.predict(document.text, keep_furniture=keep_furniture)
        except InputError as error:
            yield InputError(f"{document.name}: {error}")


def record(document: Document, result: Result) -> dict[str, Any]:
    """The input's other keys, the text that the spans refer to, and the keys of ``Result.to_dict``."""
    return {**document.extra, TEXT: result.text, **result.to_dict()}


def replaced_keys(document: Document) -> frozenset[str]:
    """The input's keys that give way to the result's."""
    return frozenset(key for key in document.extra if key in RESULT_KEYS)


def to_json(value: Any, indent: int | None = None) -> str:
    """``value`` as JSON on one line, or indented.

    Dates and times are ISO 8601, bytes base64, decimals strings; numbers that JSON lacks (NaN) are null.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain, allow_nan=False)
    except ValueError:
        value = _finite(value)
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold only as an escape
        return json.dumps(value, indent=indent, default=_plain)
    return text


def _plain(value: object) -> object:
    """What the columns of Parquet files hold beyond JSON's types."""
    match value:
        case datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return value.total_seconds()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case Decimal() | UUID():
            return str(value)
    raise TypeError(f"a {type(value).__name__} has no form in JSON")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
