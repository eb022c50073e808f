"""brat's stand-off files: ``ID.txt`` with the text, ``ID.ann`` with a line for each annotation.

Text-bound annotations (``T1<TAB>PERSON 0 5<TAB>surface``) hold all our marks; offsets count code points, a
discontinuous span is ``0 5;9 12``. Source: brat's manual, "brat standoff format". ``annotation.conf`` and
``visual.conf`` with our labels are written beside the articles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hoptac.annotations.files import read_text
from hoptac.annotations.formats.colours import label_colours
from hoptac.annotations.formats.labelled import FURNITURE, Intake, LabelledSpan, labelled_spans
from hoptac.annotations.formats.losses import Losses
from hoptac.article import Article
from hoptac.errors import AnnotationError
from hoptac.schema import Area, EntityType, load_schema

_TEXT_BOUND = re.compile(r"(T\d+\S*)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)")
_OTHER = {
    "A": "attributes",
    "M": "attributes",
    "E": "events",
    "R": "relations",
    "N": "normalizations",
    "#": "notes",
    "*": "equivalences",
}


def render(articles: Sequence[Article], path: Path, losses: Losses) -> dict[Path, bytes]:
    """A folder with two files an article and the configuration of the collection."""
    files = {
        path / "annotation.conf": _annotation_conf().encode("utf-8"),
        path / "visual.conf": _visual_conf().encode("utf-8"),
    }
    for article in articles:
        lines = [
            f"T{number}\t{span.label} {span.start} {span.end}\t{article.text[span.start : span.end]}\n"
            for number, span in enumerate(labelled_spans(article, losses), start=1)
        ]
        files[path / f"{article.id}.txt"] = article.text.encode("utf-8")
        files[path / f"{article.id}.ann"] = "".join(lines).encode("utf-8")
    return files


def read(path: Path, intake: Intake) -> list[Article]:
    """The articles of a folder, its sub-folders too, or of one ``.ann`` file with its text beside it.

    Raises :class:`AnnotationError` with the line of a text-bound annotation that does not fit the text.
    """
    files = [path.with_suffix(".ann")] if path.is_file() else sorted(path.rglob("*.ann"))
    if not files:
        raise AnnotationError("the folder holds no .ann file", path)
    if path.is_dir():
        for text in sorted(path.rglob("*.txt")):
            if not text.with_suffix(".ann").is_file():
                intake.losses.add("texts without an .ann file (left out)", text.stem)
    return [_article(file, intake) for file in files]


def _article(path: Path, intake: Intake) -> Article:
    text_path = path.with_suffix(".txt")
    if not text_path.is_file():
        raise AnnotationError(f"its text {text_path.name} is not beside it", path)
    text = read_text(text_path)
    article_id = intake.id(path.stem)
    spans: list[LabelledSpan] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        if line[0] in _OTHER:
            intake.losses.add(f"{_OTHER[line[0]]} (left out)", article_id, line.replace("\t", " "))
            continue
        match = _TEXT_BOUND.fullmatch(line)
        if match is None:
            raise AnnotationError(f"{line!r} is no brat annotation", path, number)
        span = _span(match, text, article_id, intake, path, number)
        if span is not None:
            spans.append(span)
    return intake.article(article_id, text, spans)


def _span(
    match: re.Match[str], text: str, article_id: str, intake: Intake, path: Path, number: int
) -> LabelledSpan | None:
    """The annotation as one span: parts with only white space between them on one line are joined."""
    _, label, offsets, says = match.groups()
    parts = [tuple(map(int, part.split())) for part in offsets.split(";")]
    for start, end in parts:
        if not start < end <= len(text):
            message = f"{start} to {end} is no span of a text of {len(text)} characters"
            raise AnnotationError(message, path, number)
    holds = " ".join(text[start:end] for start, end in parts)
    if holds.replace("\n", " ") != says:
        message = f"{offsets} says {says!r}, but the text there is {holds!r}"
        raise AnnotationError(f"{message}; the text was changed after it was marked", path, number)
    gaps = [text[left[1] : right[0]] for left, right in pairwise(parts)]
    if any(gap.strip() or "\n" in gap for gap in gaps):
        intake.losses.add("discontinuous marks (left out)", article_id, f"{label} {says!r}")
        return None
    return LabelledSpan(parts[0][0], parts[-1][1], label)


def _annotation_conf() -> str:
    schema = load_schema()
    areas = "".join(f"\t{label}\n" for label in schema.area_labels)
    entities = "".join(f"{label}\n" for label in schema.entity_labels)
    return (
        f"[entities]\n\n{entities}----------\n!area_evidence\n{areas}----------\n{FURNITURE}\n\n"
        # Marks of one layer never overlap, but evidence and entities nest.
        "[relations]\n\n<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n\n"
        "[events]\n\n[attributes]\n"
    )


def _visual_conf() -> str:
    schema = load_schema()
    kinds: tuple[EntityType | Area, ...] = (*schema.entities, *schema.areas)
    names = "".join(f"{kind.label} | {kind.name_vi}\n" for kind in kinds)
    colours = "".join(
        f"{label}\tbgColor:{colour}, fgColor:black\n" for label, colour in label_colours().items()
    )
    return f"[labels]\n\n{names}{FURNITURE} | Không thuộc bài\n\n[drawing]\n\n{colours}"
