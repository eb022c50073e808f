"""Where models that have not seen an article are sure that its marks are other than they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hoptac.annotations.files import text_hash
from hoptac.article import Article, Entity
from hoptac.errors import InputError
from hoptac.evaluate.errors_by_cause import find_errors
from hoptac.evaluate.prediction import Prediction, ScoredEntity, ScoredEvidence
from hoptac.review.case import Case, judged
from hoptac.review.lines import layer_marks
from hoptac.review.scores import ArticleScores

LEAST = 0.5  # likelihood of what a model proposes


def model_cases(articles: Mapping[str, Article], scores: Sequence[ArticleScores]) -> list[Case]:
    """Cases by article, for the articles that have scores; scores of others are left aside.

    Entities: missed, spurious, of another label, with other edges. Evidence: an area's phrase missed,
    spurious or of another area; the edges a model gives a phrase are too rough to judge by.

    Raises `InputError` where scores are of another text than the article's.
    """
    cases: list[Case] = []
    for one in scores:
        article = articles.get(one.id)
        if article is None:
            continue
        if text_hash(article.text) != one.sha256:
            raise InputError(
                f"The predictions for {one.id} are of another text than its own; make them again."
            )
        cases += _entity_cases(article, one)
        cases += _evidence_cases(article, one)
    return cases


def _entity_cases(article: Article, scores: ArticleScores) -> Iterator[Case]:
    known = {Entity(mark.start, mark.end, mark.label): mark for mark in scores.marks}
    prediction = Prediction(article.id, _flat(scores.entities))
    for error in find_errors([(article, prediction)]):
        if any(mark not in known for mark in error.gold):
            continue  # marked since the predictions were made
        right = [known[mark].right for mark in error.gold]
        said = [entity.score for entity in error.predicted]
        if said:
            other = min(said)
            here = min(right) if right else 1 - other
        else:
            other = min(known[mark].none for mark in error.gold)
            here = min(right)
        if other < LEAST or here >= other:
            continue
        case = Case(
            article.id,
            "entity",
            error.gold,
            tuple(entity.entity for entity in error.predicted),
            ("model",),
            {"score_proposed": round(other, 4), "score_here": round(here, 4)},
        )
        yield judged(case, here, other)


def _flat(entities: Sequence[ScoredEntity]) -> tuple[ScoredEntity, ...]:
    """The surest entities of which no two overlap: several models may differ."""
    kept: list[ScoredEntity] = []
    for entity in sorted(entities, key=lambda entity: (-entity.score, entity)):
        if entity.score >= LEAST and not any(k.start < entity.end and entity.start < k.end for k in kept):
            kept.append(entity)
    return tuple(sorted(kept))


def _evidence_cases(article: Article, scores: ArticleScores) -> Iterator[Case]:
    gold = layer_marks(article, "evidence")
    shares = {Entity(mark.start, mark.end, mark.area): mark.score for mark in scores.marked_evidence}
    kept: list[ScoredEvidence] = []
    for phrase in sorted(scores.evidence, key=lambda phrase: (-phrase.score, phrase)):
        if phrase.score < LEAST or any(k.start < phrase.end and phrase.start < k.end for k in kept):
            continue
        kept.append(phrase)
        touched = [mark for mark in gold if mark.start < phrase.end and phrase.start < mark.end]
        if any(mark.label == phrase.area for mark in touched):
            continue
        if len(touched) > 1 or any(mark not in shares for mark in touched):
            continue
        here = shares[touched[0]] if touched else 1 - phrase.score
        if touched:
            proposed = Entity(touched[0].start, touched[0].end, phrase.area)
        else:
            proposed = Entity(phrase.start, phrase.end, phrase.area)
        yield _evidence_case(article, scores, tuple(touched), (proposed,), here, phrase.score)
    for mark in gold:
        if mark in shares and not any(k.start < mark.end and mark.start < k.end for k in kept):
            yield _evidence_case(article, scores, (mark,), (), shares[mark], 1 - shares[mark])


def _evidence_case(
    article: Article,
    scores: ArticleScores,
    gold: tuple[Entity, ...],
    proposed: tuple[Entity, ...],
    here: float,
    other: float,
) -> Case:
    area = (proposed or gold)[0].label
    case = Case(
        article.id,
        "evidence",
        gold,
        proposed,
        ("model",),
        {
            "score_proposed": round(other, 4),
            "score_here": round(here, 4),
            "score_of_area": round(scores.areas.get(area, 0.0), 4),
        },
    )
    return judged(case, here, other)
