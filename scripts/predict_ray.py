"""Tag an archive on several processes or machines: hoptac's tagger as a stage of Ray Data.

On this machine, or on a cluster that shares the paths (or with URIs such as s3://…)::

    pip install 'hoptac[ray]'
    python scripts/predict_ray.py --parquet articles/ -o tagged/ --workers 2
    python scripts/predict_ray.py --jsonl articles/ -o tagged/ --workers 40 --address ray://head:10001

Input is a file or a folder of files, output a folder of files of the same kind, whose rows, in the order of
the files' names, are those that ``hoptac predict`` writes. Rows go to the workers in blocks, so that one
large file keeps all of them busy; reading is spread over files. Bad records are named and counted at the
end, with the throughput from the first batch to the last. Exit status: 0 when all was read, 1 when a part
was bad, 2 when nothing could be done.
"""

from __future__ import annotations

import argparse
import io
import logging
import re
import shutil
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
import ray
import ray.exceptions
from ray.data.datasource import BlockBasedFileDatasink, FileBasedDatasource

from hoptac.archive.records import TEXT, Document, json_document, not_blank, record, tag, to_json
from hoptac.archive.tables import with_columns
from hoptac.errors import HoptacError, InputError

BLOCK_BYTES = 1 << 18  # of texts: what one worker is given at a time
ROWS_AT_ONCE = 64
PATH, NUMBER, OFFSET, LINE = "hoptac.path", "hoptac.number", "hoptac.offset", "hoptac.line"
ROWS_PER_FILE = 10_000
NO_CPU = {"num_cpus": 0}  # reading and writing wait for disks; every core is a worker's
FAILED, SOME_FAILED = 2, 1


class LinesSource(FileBasedDatasource):  # type: ignore[misc]
    """JSON lines as bytes, each with its file, number and offset: they are parsed where they are tagged."""

    def _read_stream(self, f: Any, path: str) -> Iterator[pa.Table]:
        rows: list[tuple[int, int, bytes]] = []
        size = offset = 0
        for number, line in enumerate(io.BufferedReader(f), 1):
            if line.strip():
                rows.append((number, offset, line))
                size += len(line)
            offset += len(line)
            if size >= BLOCK_BYTES:
                yield self._block(path, rows)
                rows, size = [], 0
        yield self._block(path, rows)

    @staticmethod
    def _block(path: str, rows: list[tuple[int, int, bytes]]) -> pa.Table:
        numbers, offsets, lines = zip(*rows, strict=True) if rows else ((), (), ())
        return pa.table(
            {
                PATH: pa.array([path] * len(rows), pa.string()),
                NUMBER: pa.array(numbers, pa.int64()),
                OFFSET: pa.array(offsets, pa.int64()),
                LINE: pa.array(lines, pa.binary()),
            }
        )


class RowsSource(FileBasedDatasource):  # type: ignore[misc]
    """Rows of Parquet files, each with its file and number.

    Ray's own reader asks for a core beside the workers' to list files, and waits for it for ever where they
    have them all.
    """

    def __init__(self, path: str, column: str) -> None:
        super().__init__(path)
        self.column = column

    def _open_input_source(self, filesystem: Any, path: str, **options: Any) -> Any:
        return filesystem.open_input_file(path)

    def _read_stream(self, f: Any, path: str) -> Iterator[pa.Table]:
        number, file = 1, pq.ParquetFile(f)
        if self.column not in file.schema_arrow.names:
            raise InputError(
                f"{path}: has no column '{self.column}'; name the column of the texts with --text-column"
                f" (there are: {', '.join(file.schema_arrow.names)})."
            )
        for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
            table = pa.Table.from_batches([batch]).replace_schema_metadata()
            table = table.append_column(PATH, pa.array([path] * len(batch), pa.string()))
            yield table.append_column(NUMBER, pa.array(range(number, number + len(batch)), pa.int64()))
            number += len(batch)


class LinesSink(BlockBasedFileDatasink):  # type: ignore[misc]
    """Writes the column `LINE`, a line each."""

    def write_block_to_file(self, block: Any, file: IO[bytes]) -> None:
        for line in block.to_arrow()[LINE]:
            file.write(line.as_buffer())


class Tally:
    """Counts for the whole cluster."""

    def __init__(self) -> None:
        self.done = self.words = 0
        self.errors: list[str] = []
        self.engines: set[str] = set()
        self.began, self.ended = float("inf"), 0.0

    def add(self, done: int, words: int, errors: list[str], engine: str, began: float, ended: float) -> None:
        self.done += done
        self.words += words
        self.errors += errors
        self.engines.add(engine)
        self.began, self.ended = min(self.began, began), max(self.ended, ended)

    def totals(self) -> dict[str, Any]:
        return dict(vars(self))


class Tagging:
    """One worker of the stage: loads the tagger once, then maps batches of rows to rows with results."""

    def __init__(self, model: str | None, engine: str, column: str, keep_furniture: bool, tally: Any) -> None:
        from hoptac import load

        self.tagger = load(model, engine=engine)
        self.column, self.keep_furniture, self.tally = column, keep_furniture, tally

    def __call__(self, batch: pa.Table) -> pa.Table:
        began = time.time()
        lines = LINE in batch.column_names
        items = list(self._from_lines(batch) if lines else self._from_rows(batch))
        documents = [item for item in items if isinstance(item, Document)]
        found = iter(tag(self.tagger, documents, self.keep_furniture))
        results = [item if isinstance(item, InputError) else next(found) for item in items]
        errors = [str(result) for result in results if isinstance(result, InputError)]
        kept = [
            (row, item, result)
            for row, (item, result) in enumerate(zip(items, results, strict=True))
            if isinstance(item, Document) and not isinstance(result, InputError)
        ]
        words = sum(len(result.text.split()) for *_, result in kept)
        call = self.tally.add.remote(len(kept), words, errors, self.tagger.engine, began, time.time())
        ray.get(call)  # a worker that ends must not take its counts with it
        if lines:
            text = [(to_json(record(item, result)) + "\n").encode() for _, item, result in kept]
            return pa.table({LINE: pa.array(text, pa.binary())})
        others = batch.drop_columns([self.column, PATH, NUMBER]).take(
            pa.array([row for row, *_ in kept], pa.int64())
        )
        return with_columns(others, [result for *_, result in kept])

    def _from_lines(self, batch: pa.Table) -> Iterator[Document | InputError]:
        for row in batch.to_pylist():
            try:
                name = f"{row[PATH]}, line {row[NUMBER]}"
                yield json_document(row[LINE], name, row[OFFSET], self.column)
            except InputError as error:
                yield error

    def _from_rows(self, batch: pa.Table) -> Iterator[Document | InputError]:
        """The texts alone: the other columns stay in Arrow."""
        columns = (batch[PATH], batch[NUMBER], batch[self.column].cast(pa.string()))
        for path, number, text in zip(*(column.to_pylist() for column in columns), strict=True):
            name = f"{path}, row {number}"
            try:
                if text is None:
                    raise InputError(f'{name}: has no "{self.column}" (it is null).')
                yield Document(name, not_blank(text, name))
            except InputError as error:
                yield error


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--jsonl", metavar="PATH", help="file or folder of JSON lines, also .gz")
    source.add_argument("--parquet", metavar="PATH", help="file or folder of Parquet files")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="must not exist yet")
    parser.add_argument("--workers", type=int, default=1, help="taggers (1)")
    parser.add_argument("--cpus", type=int, help="cores a worker; without it, all are shared out")
    parser.add_argument("--address", help="of a Ray cluster; without it, a Ray of its own on this machine")
    parser.add_argument("--model", help="folder or hub id; without it, the shipped model")
    parser.add_argument("--engine", default="auto", help="openvino, torch or auto")
    parser.add_argument("--text-column", default=TEXT, help=f"key or column of the texts ({TEXT})")
    parser.add_argument("--keep-furniture", action="store_true", help="read menus and teasers too")
    parser.add_argument("--batch-size", type=int, default=64, help="texts read at once (64)")
    parser.add_argument("--debug", action="store_true", help="show the whole traceback of a worker's error")
    arguments = parser.parse_args()
    if min(arguments.workers, arguments.batch_size, arguments.cpus or 1) < 1:
        parser.error("--workers, --cpus and --batch-size are at least 1")
    try:
        status = run(arguments)
    except HoptacError as error:
        print(f"predict_ray: error: {error}", file=sys.stderr)
        status = FAILED
    except ray.exceptions.RayError as error:
        print(f"predict_ray: error: {_reason(error, arguments.debug)}", file=sys.stderr)
        status = FAILED
    sys.exit(status)


def run(arguments: argparse.Namespace) -> int:
    """Tag the archive and report; the exit status."""
    local = "://" not in arguments.output
    target = Path(arguments.output)
    if local and target.exists():
        raise InputError(f"{target} is there already: name a new folder.")
    # a folder of this machine has its name only when it is whole
    output = str(target.with_name(f"{target.name}.partial").resolve()) if local else arguments.output
    if local:
        shutil.rmtree(output, ignore_errors=True)
    if not ray.is_initialized():
        ray.init(arguments.address, logging_level="warning", log_to_driver=False)
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what goes wrong comes as an exception
    context = ray.data.DataContext.get_current()
    context.target_max_block_size = BLOCK_BYTES
    context.execution_options.preserve_order = True
    context.enable_progress_bars = sys.stderr.isatty()
    tally = ray.remote(num_cpus=0)(Tally).remote()
    tagged = _read(arguments).map_batches(
        Tagging,
        fn_constructor_args=(
            arguments.model,
            arguments.engine,
            arguments.text_column,
            arguments.keep_furniture,
            tally,
        ),
        batch_size=arguments.batch_size,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=arguments.workers),
        num_cpus=arguments.cpus or max(1, int(ray.cluster_resources().get("CPU", 1)) // arguments.workers),
    )
    try:
        if arguments.parquet is not None:
            tagged.write_parquet(output, min_rows_per_file=ROWS_PER_FILE, ray_remote_args=NO_CPU)
        else:
            sink = LinesSink(output, min_rows_per_file=ROWS_PER_FILE, file_format="jsonl")
            tagged.write_datasink(sink, ray_remote_args=NO_CPU)
        totals = ray.get(tally.totals.remote())
    except BaseException:
        if local:
            shutil.rmtree(output, ignore_errors=True)
        raise
    if local and totals["done"]:
        Path(output).replace(target)
    elif local:
        shutil.rmtree(output, ignore_errors=True)
    return _report(totals, arguments.workers)


def _reason(error: Exception, whole: bool) -> str:
    """Our own sentence in what Ray says of an error on another machine, or its last line."""
    text = "".join(traceback.format_exception(error)).strip()
    ours = re.search(r"hoptac\.errors\.\w+: (.+)", text)
    if whole:
        return text
    return ours[1] if ours else text.splitlines()[-1]


def _read(arguments: argparse.Namespace) -> Any:
    path = arguments.parquet if arguments.parquet is not None else arguments.jsonl
    try:
        lines = arguments.parquet is None
        source = LinesSource(path) if lines else RowsSource(path, arguments.text_column)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {str(error).splitlines()[0]}.") from error
    return ray.data.read_datasource(source, num_cpus=0)


def _report(totals: dict[str, Any], workers: int) -> int:
    for error in totals["errors"]:
        print(f"predict_ray: error: {error}", file=sys.stderr)
    done, words, failed = totals["done"], totals["words"], len(totals["errors"])
    seconds = max(totals["ended"] - totals["began"], 1e-9)
    if not done:
        print(f"predict_ray: no article could be read, {failed} records are bad.", file=sys.stderr)
        return FAILED
    print(
        f"workers: {workers}; {done:,} articles, {words:,} words in {seconds:.1f} s,"
        f" {done / seconds:.2f} articles/s, {words / seconds:,.0f} words/s;"
        f" {failed} records could not be read; read with {' and '.join(sorted(totals['engines']))}"
    )
    return SOME_FAILED if failed else 0


if __name__ == "__main__":
    main()
