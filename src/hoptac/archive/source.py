"""Archives as they come: JSON lines or Parquet, in chunks of records that any process can parse."""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hoptac.archive.kinds import binary_kind
from hoptac.archive.records import TEXT, Document, json_document, not_blank
from hoptac.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records in a row, as bytes; ``where`` says which, for messages.

    ``first`` is the number of the first, from 1, and ``digest`` tells its content from any other's.
    """

    where: str
    first: int
    records: int
    payload: tuple[tuple[int, int, bytes], ...] | bytes = field(repr=False)
    digest: str


class Source(Protocol):
    """An archive to read; picklable."""

    @property
    def total(self) -> int | None:
        """How many records there are, where that is known beforehand."""
        ...

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Chunks of ``size`` records or fewer, in order. Raises ``InputError`` where reading must end."""
        ...

    def documents(self, chunk: Chunk) -> list[Document | InputError]:
        """The documents of a chunk, with an ``InputError`` in the place of a bad record."""
        ...


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A file of JSON objects, one a line, ``-`` for standard input; blank lines are passed over.

    ``.gz``, ``.xz`` and ``.zst`` files are read through their compression.
    """

    name: str
    column: str = TEXT

    @property
    def shown(self) -> str:
        return "standard input" if self.name == STANDARD_INPUT else self.name

    @property
    def total(self) -> None:
        return None

    def chunks(self, size: int) -> Iterator[Chunk]:
        with _open(self.name, self.shown) as source:
            lines = self._lines(source)
            found = False
            while some := tuple(islice(lines, size)):
                found = True
                numbers = f"line {some[0][0]}" if len(some) == 1 else f"lines {some[0][0]} to {some[-1][0]}"
                digest = _digest(str(some[0][1]).encode(), *(line for *_, line in some))
                yield Chunk(f"{self.shown}, {numbers}", some[0][0], len(some), some, digest)
            if not found:
                raise InputError(f"{self.shown}: is empty, there is no text to read.")

    def _lines(self, source: Iterable[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """Number, offset and bytes of each line that is not blank."""
        offset = number = 0
        try:
            for number, line in enumerate(source, 1):
                if number == 1:
                    kind = binary_kind(line)
                    if kind or line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                        raise InputError(
                            f"{self.shown}: this is {kind or 'UTF-16'}, not JSON lines in UTF-8."
                        )
                if line.strip():
                    yield number, offset, line
                offset += len(line)
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            raise InputError(f"{self.shown}: cannot be read after line {number}: {reason}.") from error

    def documents(self, chunk: Chunk) -> list[Document | InputError]:
        found: list[Document | InputError] = []
        assert isinstance(chunk.payload, tuple)
        for number, offset, line in chunk.payload:
            try:
                found.append(json_document(line, f"{self.shown}, line {number}", offset, self.column))
            except InputError as error:
                found.append(error)
        return found


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """A Parquet file, or a folder of them in the order of their names, as Spark and Ray write it."""

    name: str
    column: str = TEXT

    @property
    def total(self) -> int:
        return sum(_parquet(path, str(path)).metadata.num_rows for path in self._files())

    def _files(self) -> list[Path]:
        path = Path(self.name)
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.glob("*.parquet") if not file.name.startswith(("_", ".")))
        if not files:
            raise InputError(f"{self.name}: this folder holds no .parquet file.")
        return files

    @property
    def schema(self) -> pa.Schema:
        """The schema of the columns beside the text; the same in all files."""
        files = self._files()
        schema = self._checked(_parquet(files[0], str(files[0])).schema_arrow, str(files[0]))
        for file in files[1:]:
            other = self._checked(_parquet(file, str(file)).schema_arrow, str(file))
            if not other.equals(schema):
                raise InputError(f"{file}: its columns are not those of {files[0].name}: read it by itself.")
        return schema.remove(schema.get_field_index(self.column)).remove_metadata()

    def _checked(self, schema: pa.Schema, shown: str) -> pa.Schema:
        import pyarrow as pa

        if schema.names.count(self.column) != 1:
            raise InputError(
                f"{shown}: has no column '{self.column}'; name the column of the texts with --text-column"
                f" (there are: {', '.join(schema.names)})."
            )
        kind = schema.field(self.column).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if kind not in (pa.string(), pa.large_string(), pa.string_view()):
            raise InputError(f"{shown}: the column '{self.column}' holds {kind}, not text.")
        return schema

    def chunks(self, size: int) -> Iterator[Chunk]:
        import pyarrow as pa

        self.schema  # noqa: B018  raises where the files do not fit together
        found = False
        for file in self._files():
            shown, row = str(file), 1
            with _parquet(file, shown) as source:
                try:
                    for batch in source.iter_batches(size, use_threads=False):
                        found = True
                        rows = f"row {row}" if len(batch) == 1 else f"rows {row} to {row + len(batch) - 1}"
                        sink = pa.BufferOutputStream()
                        with pa.ipc.new_stream(sink, batch.schema) as stream:
                            stream.write_batch(batch)
                        payload = sink.getvalue().to_pybytes()
                        yield Chunk(
                            f"{shown}, {rows}", row, len(batch), payload, _digest(str(row).encode(), payload)
                        )
                        row += len(batch)
                except (OSError, pa.ArrowException) as error:
                    raise InputError(
                        f"{shown}: cannot be read from row {row} on: {_one_line(error)}."
                    ) from error
        if not found:
            raise InputError(f"{self.name}: has no rows, there is no text to read.")

    def documents(self, chunk: Chunk) -> list[Document | InputError]:
        found: list[Document | InputError] = []
        shown = chunk.where.rpartition(", ")[0]
        for number, extra in enumerate(chunk_table(chunk).to_pylist(), chunk.first):
            name = f"{shown}, row {number}"
            text = extra.pop(self.column)
            try:
                if text is None:
                    raise InputError(f'{name}: has no "{self.column}" (it is null).')
                found.append(Document(name, not_blank(text, name), extra))
            except InputError as error:
                found.append(error)
        return found

    def others(self, chunk: Chunk) -> pa.Table:
        """The columns of a chunk beside the text."""
        return chunk_table(chunk).drop_columns([self.column])


def chunk_table(chunk: Chunk) -> pa.Table:
    """The rows of a chunk of `ParquetRows`."""
    import pyarrow as pa

    with pa.ipc.open_stream(chunk.payload) as stream:
        return stream.read_all()


def _digest(*parts: bytes) -> str:
    state = blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.hexdigest()


def _parquet(path: Path, shown: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # pages are read as they are needed, not a whole row group at once
        return pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror or _one_line(error)}.") from error
    except pa.ArrowException as error:
        raise InputError(f"{shown}: this is no Parquet file: {_one_line(error)}.") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _open(name: str, shown: str) -> AbstractContextManager[Iterable[bytes]]:
    if name == STANDARD_INPUT:
        return nullcontext(sys.stdin.buffer)
    path = Path(name)
    if path.is_dir():
        raise InputError(f"{shown}: this is a folder: name a file in it.")
    try:
        match path.suffix.lower():
            case ".gz":
                return gzip.open(path, "rb")
            case ".xz":
                return lzma.open(path, "rb")
            case ".zst":
                import pyarrow as pa

                return io.BufferedReader(pa.input_stream(path, compression="zstd"))
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{shown}: cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{shown}: this is no file name: {error}.") from error
