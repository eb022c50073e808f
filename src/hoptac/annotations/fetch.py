"""Getting the texts that the stand-off records leave out, each verified by its hash."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hoptac.annotations.corpus import article_files, read_record
from hoptac.annotations.files import read_text, text_hash, write_bytes
from hoptac.annotations.standoff import StandoffRecord
from hoptac.annotations.vietnews import plain_text
from hoptac.errors import AnnotationError, InputError

VIETNEWS = "https://github.com/ThanhChinhBK/vietnews"


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What :func:`fetch_texts` did, by article id.

    ``kept`` were in place already; ``missing`` are not in the source (with the reason), and ``wrong`` are
    there with another text than the one that was marked, and so were not written.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...]
    missing: Mapping[str, str]
    wrong: Mapping[str, str]

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.wrong


def fetch_texts(root: Path, source: str = VIETNEWS, texts: Path | None = None) -> FetchReport:
    """Put the texts of the corpus's stand-off records into ``texts`` (default ``root/texts``) as ``ID.txt``.

    ``source`` is the URL of the vietnews repository, a clone of it (bare or not; its ``HEAD`` is read), or a
    folder that holds plain texts ``ID.txt`` at any depth. A text is written only where its SHA-256 is the
    record's; texts that are in place already are not fetched again.

    Raises :class:`InputError` where the source cannot be read, :class:`AnnotationError` for a faulty record.
    """
    texts = root / "texts" if texts is None else texts
    records = [record for path in article_files(root).values() if (record := _standoff(path)) is not None]
    kept = [record.id for record in records if _is_in_place(record, texts)]
    wanted = {record.id: record for record in records if record.id not in kept}
    written: list[str] = []
    wrong: dict[str, str] = {}
    for article_id, place, data in _candidates(source, wanted.values()) if wanted else ():
        if article_id in written:
            continue
        if sha256(data).hexdigest() == wanted[article_id].sha256:
            write_bytes(texts / f"{article_id}.txt", data)
            written.append(article_id)
            wrong.pop(article_id, None)
        else:
            wrong[article_id] = f"{place} is not the text that was marked (its SHA-256 differs)"
    missing = {
        record.id: _absence(record, source)
        for record in wanted.values()
        if record.id not in wrong and record.id not in written
    }
    return FetchReport(tuple(written), tuple(kept), missing, wrong)


def _standoff(path: Path) -> StandoffRecord | None:
    record = read_record(path)
    return record if isinstance(record, StandoffRecord) else None


def _is_in_place(record: StandoffRecord, texts: Path) -> bool:
    path = texts / f"{record.id}.txt"
    try:
        return path.is_file() and text_hash(read_text(path)) == record.sha256
    except AnnotationError:
        return False


def _absence(record: StandoffRecord, source: str) -> str:
    if record.path is None:
        return f"{record.id}.txt is not part of vietnews; it comes only from a folder of plain texts"
    return f"neither {record.path} nor {record.id}.txt is in {source}"


def _candidates(source: str, records: Iterable[StandoffRecord]) -> Iterator[tuple[str, str, bytes]]:
    """Article id, place and plain text (UTF-8) of everything in the source that may be a wanted text."""
    folder = Path(source)
    if _is_repository(folder):
        yield from _from_repository(folder, records)
    elif folder.is_dir():
        yield from _from_folder(folder, records)
    elif folder.exists() or not ("://" in source or source.startswith("git@")):
        raise InputError(f"{source!r} is neither a folder nor the URL of a git repository")
    else:
        with tempfile.TemporaryDirectory(prefix="hoptac-vietnews-") as clone:
            records = list(records)
            _clone(source, Path(clone), [record.path for record in records if record.path is not None])
            yield from _from_repository(Path(clone), records)


def _is_repository(folder: Path) -> bool:
    return (folder / ".git").exists() or ((folder / "HEAD").is_file() and (folder / "objects").is_dir())


def _from_folder(folder: Path, records: Iterable[StandoffRecord]) -> Iterator[tuple[str, str, bytes]]:
    ids = {record.id for record in records}
    for path in sorted(folder.rglob("*.txt")):
        if path.stem in ids and path.is_file():
            try:
                yield path.stem, str(path), path.read_bytes()
            except OSError as error:
                raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _from_repository(folder: Path, records: Iterable[StandoffRecord]) -> Iterator[tuple[str, str, bytes]]:
    by_path = {record.path: record.id for record in records if record.path is not None}
    queries = "".join(f"HEAD:{path}\n" for path in by_path)
    answers = _git(folder, "cat-file", "--batch", stdin=queries)
    done = 0
    for path, article_id in by_path.items():
        end = answers.index(b"\n", done)
        header = answers[done:end].decode("utf-8").split(" ")
        done = end + 1
        if header[-1] == "missing":
            continue
        size = int(header[-1])
        segmented = answers[done : done + size].decode("utf-8", errors="replace")
        done += size + 1
        yield article_id, path, plain_text(segmented).encode("utf-8")


def _clone(url: str, folder: Path, paths: list[str]) -> None:
    """A clone with the newest commit and, where the server can select, of its files only those wanted."""
    _git(None, "clone", "--quiet", "--depth=1", "--filter=blob:none", "--no-checkout", "--", url, str(folder))
    present = _git(folder, "ls-tree", "-r", "-z", "--name-only", "HEAD").decode("utf-8").split("\0")
    wanted = sorted(set(paths) & set(present))
    if wanted:
        # One checkout brings all wanted files in one request; reading them one by one would take hundreds.
        listed = "".join(f"{path}\0" for path in wanted)
        _git(folder, "checkout", "HEAD", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=listed)


def _git(folder: Path | None, *arguments: str, stdin: str = "") -> bytes:
    where = [] if folder is None else ["-C", str(folder)]
    try:
        done = subprocess.run(
            ["git", *where, *arguments],
            input=stdin.encode("utf-8"),
            capture_output=True,
            check=True,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
    except FileNotFoundError as error:
        raise InputError("git is not installed; install it, or give a folder of plain texts") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", errors="replace").strip().splitlines()
        reason = said[-1] if said else f"exit status {error.returncode}"
        about = arguments[-2] if folder is None else folder
        raise InputError(f"git {arguments[0]} failed on {about}: {reason}") from error
    return done.stdout
