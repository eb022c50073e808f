"""Arrow types for the keys of JSON records, found by looking at every record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hoptac.archive.records import to_json

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_FIELDS = 200  # an object with more keys is a dictionary, not a record
_EXACT = 1 << 53  # beyond it a double does not hold every whole number

# A kind is a word, ("list", kind of the items) or ("struct", kinds by key). JSON is the kind of what fits in
# no Arrow type: the value's own JSON text.
NULL, BOOL, INT, BIG, DOUBLE, STRING, JSON = "null", "bool", "int", "big", "double", "string", "json"
Kind = Any


def kind_of(value: object) -> Kind:
    """The kind of one JSON value."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOL
        case int():
            if -_EXACT <= value <= _EXACT:
                return INT
            return BIG if -(1 << 63) <= value < 1 << 63 else JSON
        case float():
            return DOUBLE
        case str():
            return STRING
        case list():
            return ("list", common(map(kind_of, value)))
        case Mapping() if 0 < len(value) <= _MOST_FIELDS:
            return ("struct", {key: kind_of(item) for key, item in value.items()})
    return JSON


def common(kinds: Iterable[Kind]) -> Kind:
    """The kind that holds the values of all ``kinds``."""
    result: Kind = NULL
    for kind in kinds:
        result = _either(result, kind)
    return result


def _either(left: Kind, right: Kind) -> Kind:
    if left == right or right == NULL:
        return left
    if left == NULL:
        return right
    numbers = {left, right} if isinstance(left, str) and isinstance(right, str) else set()
    if numbers == {INT, BIG}:
        return BIG
    if numbers == {INT, DOUBLE}:
        return DOUBLE
    if isinstance(left, tuple) and isinstance(right, tuple) and left[0] == right[0]:
        if left[0] == "list":
            return ("list", _either(left[1], right[1]))
        fields = {key: _either(kind, right[1].get(key, NULL)) for key, kind in left[1].items()}
        fields |= {key: kind for key, kind in right[1].items() if key not in fields}
        return ("struct", fields) if len(fields) <= _MOST_FIELDS else JSON
    return JSON


def arrow_type(kind: Kind) -> pa.DataType:
    """The Arrow type of a kind; what was null everywhere is text."""
    import pyarrow as pa

    if isinstance(kind, tuple):
        if kind[0] == "list":
            return pa.list_(arrow_type(kind[1]))
        return pa.struct([pa.field(key, arrow_type(inner)) for key, inner in kind[1].items()])
    simple = {BOOL: pa.bool_(), INT: pa.int64(), BIG: pa.int64(), DOUBLE: pa.float64()}
    return simple.get(kind, pa.string())


def fit(value: Any, kind: Kind) -> Any:
    """``value`` in the form that `arrow_type` of ``kind`` takes."""
    if value is None:
        return None
    if kind == JSON:
        return to_json(value)
    if isinstance(kind, tuple):
        if kind[0] == "list":
            return [fit(item, kind[1]) for item in value]
        return {key: fit(value.get(key), inner) for key, inner in kind[1].items()}
    return value
