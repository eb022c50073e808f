"""Results as Arrow tables and Parquet files.

A Parquet file holds the input's other columns, then ``text``, ``entities``, ``areas`` (with their
``evidence``), ``article``, ``dropped`` and ``warnings``: the keys of ``Result.to_dict`` as nested lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoptac.archive.columns import NULL, arrow_type, common, fit, kind_of
from hoptac.archive.records import RESULT_KEYS, TEXT, to_json
from hoptac.result import Result

if TYPE_CHECKING:
    import pyarrow as pa

_RECORD = "hoptac.record"  # the other keys of a JSON record as JSON, until all records have been seen
_ROWS = 4096  # of a row group, at least
_SURROGATE = re.compile("[\ud800-\udfff]")


@cache
def result_schema() -> pa.Schema:
    """The columns of a result; offsets count characters of ``text``."""
    import pyarrow as pa

    span = [pa.field("start", pa.int32()), pa.field("end", pa.int32())]
    text, score = pa.field("text", pa.string()), pa.field("score", pa.float64())
    label, reason = pa.field("label", pa.string()), pa.field("reason", pa.string())
    names = [pa.field("name_vi", pa.string()), pa.field("name_en", pa.string())]
    evidence = pa.field("evidence", pa.list_(pa.struct([*span, text, score])))
    return pa.schema(
        [
            (TEXT, pa.string()),
            ("entities", pa.list_(pa.struct([*span, label, text, score]))),
            ("areas", pa.list_(pa.struct([label, *names, score, evidence]))),
            ("article", pa.list_(pa.struct(span))),
            ("dropped", pa.list_(pa.struct([*span, text, reason]))),
            ("warnings", pa.list_(pa.string())),
        ]
    )


def result_table(results: Sequence[Result]) -> pa.Table:
    """One row a result."""
    return _table([{TEXT: result.text, **result.to_dict()} for result in results], result_schema())


def with_columns(others: pa.Table, results: Sequence[Result]) -> pa.Table:
    """The results beside the input's other columns; those of the same names give way."""
    table = others.drop_columns([name for name in others.column_names if name in RESULT_KEYS])
    found = result_table(results)
    for name in found.column_names:
        table = table.append_column(found.schema.field(name), found[name])
    return table


def with_records(records: Sequence[Any], results: Sequence[Result]) -> pa.Table:
    """The results beside the input's other keys, which are kept as JSON until `write_parquet`."""
    import pyarrow as pa

    return result_table(results).append_column(_RECORD, pa.array(map(to_json, records), pa.string()))


def to_bytes(table: pa.Table) -> bytes:
    """A table as an Arrow stream; streams may follow each other in one file."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def write_parquet(streams: Path, target: Path) -> None:
    """Turn a file of tables, as `to_bytes` makes them, into one Parquet file, in flat memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds: dict[str, Any] = {}
    for table in _read(streams):
        if _RECORD in table.column_names:
            for line in table[_RECORD].to_pylist():
                for key, value in json.loads(line).items():
                    kinds[key] = common((kinds.get(key, NULL), kind_of(value)))
    kinds = {key: kind for key, kind in kinds.items() if key not in RESULT_KEYS}
    schema = pa.schema([(key, arrow_type(kind)) for key, kind in kinds.items()])

    def typed(table: pa.Table) -> pa.Table:
        if _RECORD not in table.column_names:
            return table
        rows = [json.loads(line) for line in table[_RECORD].to_pylist()]
        others = _table(
            [{key: fit(row.get(key), kind) for key, kind in kinds.items()} for row in rows], schema
        )
        table = table.drop_columns([_RECORD])
        return pa.table([*others.columns, *table.columns], pa.schema([*schema, *table.schema]))

    writer = None
    try:
        waiting: list[pa.Table] = []
        for table in map(typed, _read(streams)):
            writer = writer or pq.ParquetWriter(target, table.schema, compression="zstd")
            waiting.append(table)
            if sum(map(len, waiting)) >= _ROWS:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if writer is not None and waiting:
            writer.write_table(pa.concat_tables(waiting))
    finally:
        if writer is not None:
            writer.close()


def _read(streams: Path) -> Iterator[pa.Table]:
    import pyarrow as pa

    size = streams.stat().st_size
    with pa.OSFile(str(streams), "rb") as source:
        while source.tell() < size:
            with pa.ipc.open_stream(source) as stream:
                yield stream.read_all()


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    if not schema.names:  # a table without columns would forget how many rows it has
        return pa.table({"": pa.nulls(len(rows))}).select([])
    try:
        return pa.Table.from_pylist(rows, schema)
    except UnicodeEncodeError:  # half a surrogate pair, which UTF-8 cannot hold
        return pa.Table.from_pylist(_encodable(rows), schema)


def _encodable(value: Any) -> Any:
    """``value`` with U+FFFD for each lone surrogate, so that offsets stay."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value
