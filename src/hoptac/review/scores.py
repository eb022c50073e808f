"""What models say of articles and of the marks on them, with probabilities; kept as JSON lines.

Beside what a model finds this holds how probable it takes each mark that is there, and that nothing is there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hoptac.annotations.files import read_text, text_hash, write_bytes
from hoptac.article import Article
from hoptac.errors import AnnotationError, InputError
from hoptac.evaluate.prediction import ScoredEntity, ScoredEvidence
from hoptac.model.areas import find_evidence
from hoptac.model.confidence import path_sums
from hoptac.model.tags import characters, covered_tokens
from hoptac.reader import Reader, Reading, area_scores, calibrate
from hoptac.scoring import article_lines

AT_ONCE = 16  # articles that go through the encoder together
EVIDENCE_FROM = 0.3  # the raw score from which an area's phrase is kept


@dataclass(frozen=True, order=True, slots=True)
class MarkScore:
    """An entity that is marked.

    ``right`` is the calibrated probability of exactly this mark, ``none`` that of no entity on any of its
    characters (not calibrated).
    """

    start: int
    end: int
    label: str
    right: float
    none: float


@dataclass(frozen=True, slots=True)
class ArticleScores:
    """What one model, or the mean of several, says of the article ``id``; scores are calibrated.

    ``entities`` and ``evidence`` is what the models find, ``marks`` the entities that are marked, and
    ``marked_evidence`` the marked phrases, each with the highest score of its area on it. ``sha256`` is that
    of the text.
    """

    id: str
    split: str
    sha256: str
    models: tuple[str, ...]
    entities: tuple[ScoredEntity, ...] = ()
    marks: tuple[MarkScore, ...] = ()
    areas: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[ScoredEvidence, ...] = ()
    marked_evidence: tuple[ScoredEvidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The record of one line of JSON, scores to four digits."""
        return {
            "id": self.id,
            "split": self.split,
            "sha256": self.sha256,
            "models": list(self.models),
            "entities": [[e.start, e.end, e.label, round(e.score, 4)] for e in self.entities],
            "marks": [[m.start, m.end, m.label, round(m.right, 4), round(m.none, 4)] for m in self.marks],
            "areas": {area: round(score, 4) for area, score in self.areas.items()},
            "evidence": [[e.start, e.end, e.area, round(e.score, 4)] for e in self.evidence],
            "marked_evidence": [[e.start, e.end, e.area, round(e.score, 4)] for e in self.marked_evidence],
        }


def score_articles(
    reader: Reader, articles: Iterable[tuple[str, Article]], model: str
) -> list[ArticleScores]:
    """Scores of articles, given with their split; read are the lines marked as the article by hand."""
    todo = list(articles)
    found = []
    for begin in range(0, len(todo), AT_ONCE):
        chunk = todo[begin : begin + AT_ONCE]
        prepared = [reader.prepare(article.text, article_lines(article)) for _, article in chunk]
        for (split, article), reading in zip(chunk, reader.read(prepared), strict=True):
            found.append(_scores(reader, split, article, reading, model))
    return found


def mean_scores(parts: Sequence[ArticleScores]) -> ArticleScores:
    """The mean of several models' scores of one article; what a model does not find counts as 0 there."""
    first = parts[0]
    if any((part.id, part.sha256) != (first.id, first.sha256) for part in parts):
        raise InputError(f"The scores of {first.id} are of different texts; make them again.")
    entities: defaultdict[tuple[int, int, str], float] = defaultdict(float)
    evidence: defaultdict[tuple[int, int, str], float] = defaultdict(float)
    marks: defaultdict[tuple[int, int, str], list[MarkScore]] = defaultdict(list)
    marked: defaultdict[tuple[int, int, str], list[float]] = defaultdict(list)
    for part in parts:
        for entity in part.entities:
            entities[entity.start, entity.end, entity.label] += entity.score / len(parts)
        for phrase in part.evidence:
            evidence[phrase.start, phrase.end, phrase.area] += phrase.score / len(parts)
        for mark in part.marks:
            marks[mark.start, mark.end, mark.label].append(mark)
        for phrase in part.marked_evidence:
            marked[phrase.start, phrase.end, phrase.area].append(phrase.score)
    return ArticleScores(
        first.id,
        first.split,
        first.sha256,
        tuple(dict.fromkeys(model for part in parts for model in part.models)),
        tuple(sorted(ScoredEntity(*key, score) for key, score in entities.items())),
        tuple(
            sorted(
                MarkScore(*key, _mean([s.right for s in found]), _mean([s.none for s in found]))
                for key, found in marks.items()
            )
        ),
        {area: _mean([part.areas[area] for part in parts]) for area in first.areas},
        tuple(sorted(ScoredEvidence(*key, score) for key, score in evidence.items())),
        tuple(sorted(ScoredEvidence(*key, _mean(found)) for key, found in marked.items())),
    )


def write_scores(path: Path, scores: Iterable[ArticleScores]) -> None:
    """Write scores as JSON lines, whole or not at all."""
    lines = [json.dumps(one.to_dict(), ensure_ascii=False) + "\n" for one in scores]
    write_bytes(path, "".join(lines).encode("utf-8"))


def read_scores(path: Path) -> list[ArticleScores]:
    """What `write_scores` wrote.

    Raises `AnnotationError` with the line that is no such record.
    """
    return [
        _from_line(line, path, number)
        for number, line in enumerate(read_text(path).split("\n"), 1)
        if line.strip()
    ]


def _from_line(line: str, path: Path, number: int) -> ArticleScores:
    try:
        raw = json.loads(line)
        return ArticleScores(
            str(raw["id"]),
            str(raw["split"]),
            str(raw["sha256"]),
            tuple(map(str, raw["models"])),
            tuple(ScoredEntity(int(s), int(e), str(label), float(p)) for s, e, label, p in raw["entities"]),
            tuple(
                MarkScore(int(s), int(e), str(label), float(p), float(n))
                for s, e, label, p, n in raw["marks"]
            ),
            {str(area): float(score) for area, score in raw["areas"].items()},
            tuple(ScoredEvidence(int(s), int(e), str(area), float(p)) for s, e, area, p in raw["evidence"]),
            tuple(
                ScoredEvidence(int(s), int(e), str(area), float(p))
                for s, e, area, p in raw["marked_evidence"]
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AnnotationError(
            "this line is no record of predictions; make the file with scripts/cross_validate.py",
            path,
            number,
        ) from error


def _scores(reader: Reader, split: str, article: Article, reading: Reading, model: str) -> ArticleScores:
    settings, tokens = reader.settings, reading.tokens
    areas = settings.area_labels
    evidence = []
    for index, area in enumerate(areas):
        for phrase in find_evidence(tokens, reading.area_probabilities, index, EVIDENCE_FROM):
            place = characters(tokens, phrase.first, phrase.last)
            score = calibrate(phrase.score, settings.area_calibration)
            evidence.append(ScoredEvidence(place.start, place.end, area, score))
    marked = []
    for mark in article.evidence:
        first, last = covered_tokens(tokens, mark.start, mark.end)
        if first < last and mark.area in areas:
            words = slice(int(tokens.words[first]), int(tokens.words[last - 1]) + 1)
            top = float(reading.area_probabilities[words, 1 + areas.index(mark.area)].max())
            marked.append(
                ScoredEvidence(mark.start, mark.end, mark.area, calibrate(top, settings.area_calibration))
            )
    return ArticleScores(
        article.id,
        split,
        text_hash(article.text),
        (model,),
        tuple(
            ScoredEntity(e.start, e.end, e.label, calibrate(e.score, settings.entity_calibration))
            for e in reading.entities
        ),
        tuple(_mark_scores(reader, article, reading)),
        {
            area: calibrate(score, settings.area_calibration)
            for area, score in area_scores(reading, areas).items()
        },
        tuple(sorted(evidence)),
        tuple(marked),
    )


def _mark_scores(reader: Reader, article: Article, reading: Reading) -> list[MarkScore]:
    labels, tokens = reader.settings.entity_labels, reading.tokens
    by_sentence: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, entity in enumerate(article.entities):
        first, last = covered_tokens(tokens, entity.start, entity.end)
        # no sentence ends within a name that a model can read
        if first < last and entity.label in labels and tokens.sentences[first] == tokens.sentences[last - 1]:
            by_sentence[int(tokens.sentences[first])].append((number, first, last))
    scores = []
    for sentence, marks in by_sentence.items():
        begin, end = np.searchsorted(tokens.sentences, [sentence, sentence + 1]).tolist()
        # the sentence as it is, then with each mark forced on it, then with each mark's place left empty
        variants = np.repeat(
            reading.emissions[None, begin:end].astype(np.float64), 1 + 2 * len(marks), axis=0
        )
        for row, (number, first, last) in enumerate(marks):
            tag = 2 * labels.index(article.entities[number].label) + 1
            here, empty = variants[1 + row], variants[1 + len(marks) + row]
            _only(here, first - begin, first - begin + 1, tag)
            _only(here, first - begin + 1, last - begin, tag + 1)
            here[last - begin : last - begin + 1, tag + 1] = -np.inf
            _only(empty, first - begin, last - begin, 0)
        sums = path_sums(variants, reader.transitions)
        shares = np.exp(np.minimum(sums[1:] - sums[0], 0.0)).tolist()
        for row, (number, _, _) in enumerate(marks):
            entity = article.entities[number]
            right = calibrate(shares[row], reader.settings.entity_calibration)
            scores.append(MarkScore(entity.start, entity.end, entity.label, right, shares[len(marks) + row]))
    return sorted(scores)


def _only(emissions: NDArray[np.float64], first: int, last: int, tag: int) -> None:
    """Forbid all tags but ``tag`` on tokens ``first`` up to ``last``."""
    kept = emissions[first:last, tag].copy()
    emissions[first:last] = -np.inf
    emissions[first:last, tag] = kept


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
