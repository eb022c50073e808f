"""Self-training: articles marked by a teacher model, where it is sure, as further training data.

After Yarowsky 1995 and, for a student that is trained with noise, Xie et al. 2020 ("Self-training with Noisy
Student"). A sentence that the teacher doubts is left out of training, as page furniture is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hoptac.annotations.files import write_bytes
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.errors import AnnotationError
from hoptac.model.confidence import path_probability
from hoptac.reader import Reader, Reading
from hoptac.text.page import read_page

TEXTS_AT_ONCE = 64


@dataclass(frozen=True)
class Sureness:
    """When the teacher is sure of a sentence.

    Its best path of tags has at least probability ``path``, and no word's highest area probability lies
    between ``area_low`` and ``area_high``. All by raw probabilities.
    """

    path: float = 0.8
    area_low: float = 0.2
    area_high: float = 0.8


def mark_silver(
    reader: Reader, texts: Sequence[tuple[str, str]], sureness: Sureness | None = None
) -> Iterator[Article]:
    """The texts (``(id, text)``) as the teacher marks them; lines and sentences to leave out are furniture.

    A text of which no sentence is left is left out.
    """
    sureness = sureness or Sureness()
    for begin in range(0, len(texts), TEXTS_AT_ONCE):
        part = texts[begin : begin + TEXTS_AT_ONCE]
        prepared = [reader.prepare(text, read_page(text).kept) for _, text in part]
        for (name, text), reading in zip(part, reader.read(prepared), strict=True):
            sure = [
                span
                for span, is_sure in zip(
                    reading.tokens.sentence_spans, _sure(reader, reading, sureness), strict=True
                )
                if is_sure
            ]
            if sure:
                yield _article(name, text, reader, reading, sure)


def _sure(reader: Reader, reading: Reading, sureness: Sureness) -> list[bool]:
    tokens = reading.tokens
    best = reading.area_probabilities[:, 1:].max(axis=1, initial=0.0)
    grey = (best > sureness.area_low) & (best < sureness.area_high)
    starts = np.flatnonzero(np.diff(tokens.words, prepend=-1)) if len(tokens) else np.zeros(0, np.int64)
    doubtful = set(tokens.sentences[starts[grey]].tolist())
    result = []
    for sentence in range(len(tokens.sentence_spans)):
        part = slice(*np.searchsorted(tokens.sentences, (sentence, sentence + 1)).tolist())
        probability = path_probability(reading.emissions[part], reading.tags[part], reader.transitions)
        result.append(sentence not in doubtful and probability >= sureness.path)
    return result


def _article(name: str, text: str, reader: Reader, reading: Reading, sure: Sequence[Span]) -> Article:
    left_out, position = [], 0
    for span in (*sure, Span(len(text), len(text))):
        if text[position : span.start].strip():
            left_out.append(Span(position, span.start))
        position = span.end

    def is_kept(start: int, end: int) -> bool:
        return any(span.start <= start and end <= span.end for span in sure)

    prediction = reader.predict(name, reading)
    return Article(
        name,
        text,
        tuple(sorted(Entity(e.start, e.end, e.label) for e in reading.entities if is_kept(e.start, e.end))),
        tuple(
            sorted(
                AreaEvidence(m.start, m.end, m.area) for m in prediction.evidence if is_kept(m.start, m.end)
            )
        ),
        tuple(left_out),
    )


def teacher(models: Sequence[str | Path], precision: str = "auto") -> Reader:
    """One reader for several models: thresholds and calibration are the first one's.

    Raises as `hoptac.train.alike.load_alike` does.
    """
    import torch

    from hoptac.engine.ensemble import EnsembleEngine
    from hoptac.engine.torch_engine import TorchEngine
    from hoptac.model.decode import Transitions
    from hoptac.model.folder import text_encoder, transitions
    from hoptac.train.alike import load_alike

    device = "cuda" if torch.cuda.is_available() else "cpu"
    networks, tokenizer = load_alike(models)
    config = networks[0].config
    for network in networks:
        network.to(device)
    crfs = [transitions(network) for network in networks]
    mean = Transitions(np.mean([crf.moves for crf in crfs], 0), np.mean([crf.first for crf in crfs], 0))
    engine = EnsembleEngine([TorchEngine(network, precision) for network in networks])
    return Reader(config, text_encoder(config, tokenizer), engine, mean)


def write_silver(path: Path, articles: Sequence[Article]) -> None:
    """Write JSON lines, one article each, all or nothing."""
    lines = [json.dumps(asdict(article), ensure_ascii=False) + "\n" for article in articles]
    write_bytes(path, "".join(lines).encode("utf-8"))


def read_silver(path: Path) -> tuple[Article, ...]:
    """What `write_silver` wrote; raises `AnnotationError` with file and line for anything else."""
    articles = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AnnotationError(f"cannot be read: {error}; make it with scripts/self_train.py", path) from error
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            row = json.loads(line)
            articles.append(
                Article(
                    row["id"],
                    row["text"],
                    tuple(Entity(**mark) for mark in row["entities"]),
                    tuple(AreaEvidence(**mark) for mark in row["evidence"]),
                    tuple(Span(**mark) for mark in row["furniture"]),
                )
            )
        except (ValueError, TypeError, KeyError) as error:
            raise AnnotationError(f"no article as self-training writes it ({error})", path, number) from error
    return tuple(articles)
