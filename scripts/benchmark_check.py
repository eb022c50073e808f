"""Whether two pipelines say the same of the same texts, for `benchmark.py`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark_baseline import Edges, UsualPipeline

from hoptac.article import Article, Entity
from hoptac.engine import Floats
from hoptac.scoring import article_lines
from hoptac.text.normalize import normalize
from hoptac.text.sentences import sentence_spans

if TYPE_CHECKING:
    from hoptac.reader import Reader, Reading

Spans = Collection[Entity]


@dataclass(frozen=True)
class Sameness:
    """Spans of one pipeline against another's over some texts: F1, and the share of texts with no difference.

    ``texts`` counts those whose spans are all the same, of ``of``; ``areas`` those whose areas are the same.
    """

    spans: int
    f1: float
    texts: int
    areas: int
    of: int


def same(
    ours: Sequence[Spans],
    theirs: Sequence[Spans],
    areas: Sequence[Collection[str]] = (),
    their_areas: Sequence[Collection[str]] = (),
) -> Sameness:
    """Compare text by text."""
    pairs = [(set(a), set(b)) for a, b in zip(ours, theirs, strict=True)]
    return Sameness(
        spans=sum(len(b) for _, b in pairs),
        f1=f1(ours, theirs),
        texts=sum(a == b for a, b in pairs),
        areas=sum(set(a) == set(b) for a, b in zip(areas, their_areas, strict=True)),
        of=len(pairs),
    )


def f1(found: Sequence[Collection[object]], gold: Sequence[Collection[object]]) -> float:
    """Micro-F1 over all texts; 1 where there is nothing to find and nothing found."""
    hits = sum(len(set(a) & set(b)) for a, b in zip(found, gold, strict=True))
    total = sum(len(set(a)) + len(set(b)) for a, b in zip(found, gold, strict=True))
    return 2 * hits / total if total else 1.0


def bare(article: Article) -> Article:
    """The article without its furniture: what both pipelines are given, marks moved along."""
    lines = article_lines(article)
    text = "".join(article.text[line.start : line.end] for line in lines)
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + line.end - line.start)

    def moved(start: int) -> int | None:
        for line, begin in zip(lines, begins, strict=False):
            if line.start <= start < line.end:
                return begin + start - line.start
        return None

    entities = []
    for entity in article.entities:
        start = moved(entity.start)
        if start is not None:
            entities.append(Entity(start, start + entity.end - entity.start, entity.label))
    areas = tuple(mark for mark in article.evidence if moved(mark.start) is not None)
    return Article(article.id, text, tuple(entities), areas)  # of the evidence only the areas are used


def full_precision(folder: Path) -> Reader:
    """hoptac with the weights of ``folder``, in PyTorch and fp32."""
    from hoptac.engine.torch_engine import TorchEngine
    from hoptac.model.folder import load_model, text_encoder, transitions
    from hoptac.reader import Reader

    model, tokenizer = load_model(folder)
    return Reader(
        model.config, text_encoder(model.config, tokenizer), TorchEngine(model, "fp32"), transitions(model)
    )


def read_all(reader: Reader, texts: Sequence[str]) -> list[Reading]:
    """Readings of whole texts, without the page filter."""
    return reader.read([reader.prepare(text) for text in texts])


def spans_of(reading: Reading) -> frozenset[Entity]:
    """All decoded entities, whatever their score: the usual pipeline has no scores to choose by."""
    return frozenset(entity.entity for entity in reading.entities)


@dataclass(frozen=True)
class Proof:
    """The usual pipeline on hoptac's words and windows, mentions of a name read together there too.

    That is all that comes after segmentation, span by span.
    """

    sameness: Sameness
    unplaced: int  # words that it did not find in the text again; their entities are lost


def prove(usual: UsualPipeline, reader: Reader, texts: Sequence[str], readings: Sequence[Reading]) -> Proof:
    """Compare ``readings`` of ``reader`` with what the usual pipeline makes of the same words."""
    found = [
        usual.read(
            text, words_of(reader, text), partial(_edges, reader, text), partial(_pooled, reader, text)
        )
        for text in texts
    ]
    predictions = [reader.predict("", reading) for reading in readings]
    sameness = same(
        [item.entities for item in found],
        [spans_of(reading) for reading in readings],
        [item.areas for item in found],
        [prediction.areas for prediction in predictions],
    )
    return Proof(sameness, sum(item.unplaced for item in found))


def words_of(reader: Reader, text: str) -> list[list[str]]:
    """The words that hoptac's segmentation gives, by sentence."""
    clean = normalize(text).text
    segmenter = reader.encoder.segmenter
    sentences = [clean[start:end] for start, end in sentence_spans(clean)]
    return [["_".join(part[a:b].split()) for a, b in segmenter(part)] for part in sentences]


def _edges(reader: Reader, text: str, lengths: list[int]) -> list[Edges]:
    prepared = reader.prepare(text)
    assert sum(lengths) == len(prepared.tokens), "the two tokenizers make different subwords"
    return [(w.start, w.end, w.core_start, w.core_end) for w in prepared.windows]


def _pooled(reader: Reader, text: str, tags: Floats, areas: Floats) -> Floats:
    return reader.decode([reader.prepare(text)], [(tags, areas)])[0].emissions
