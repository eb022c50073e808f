"""Where models that have not seen an article are sure that its marks are other than they are.

A model is seldom right against a mark on words that it cannot have learned: what it gives to a mark counts as
more the less often the words are marked like that elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from hoptac.annotations.files import text_hash
from hoptac.article import Article, Entity
from hoptac.errors import InputError
from hoptac.evaluate.errors_by_cause import find_errors
from hoptac.evaluate.prediction import Prediction, ScoredEntity, ScoredEvidence
from hoptac.review.case import LAYERS, Case, Layer, Marks, judged
from hoptac.review.lines import layer_marks
from hoptac.review.scores import ArticleScores
from hoptac.text.normalize import normalize

LEAST = 0.5  # likelihood of what a model proposes
_DOUBT = 0.5  # likelihood of a mark whose words are marked nowhere else, whatever a model says
_GUESS = 0.03  # the same where nothing is marked, and what is proposed is marked nowhere else
_LEAST_DOUBT = 0.005
_AGREES = 0.3  # how often models read an error as it is marked, for once that they do so with what is right


def model_cases(articles: Mapping[str, Article], scores: Sequence[ArticleScores]) -> list[Case]:
    """Cases by article, for the articles that have scores; scores of others are left aside.

    Entities: missed, spurious, of another label, with other edges. Evidence: an area's phrase missed,
    spurious or of another area; the edges a model gives a phrase are too rough to judge by.

    Raises `InputError` where scores are of another text than the article's.
    """
    familiar = Familiar(articles.values())
    cases: list[Case] = []
    for one in scores:
        article = articles.get(one.id)
        if article is None:
            continue
        if text_hash(article.text) != one.sha256:
            raise InputError(
                f"The predictions for {one.id} are of another text than its own; make them again."
            )
        cases += _entity_cases(article, one, familiar)
        cases += _evidence_cases(article, one, familiar)
    return cases


def weighed(cases: Iterable[Case], scores: Sequence[ArticleScores]) -> list[Case]:
    """Cases, surest first again, with less confidence where models read what is marked."""
    by_id = {one.id: one for one in scores}
    weighed = []
    for case in cases:
        one = by_id.get(case.article_id)
        if one is not None and "model" not in case.basis and _reads(one, case):
            odds = _AGREES * case.confidence / (1 - case.confidence)
            case = replace(case, confidence=odds / (1 + odds))
        weighed.append(case)
    return sorted(weighed, key=lambda case: -case.confidence)


def _reads(scores: ArticleScores, case: Case) -> bool:
    """Whether the models find what is marked at the place of a case; of phrases only the area counts."""
    if case.layer == "entity":
        found = [entity.entity for entity in _flat(scores.entities)]
        return {m for m in found if m.start < case.end and case.start < m.end} == set(case.gold)
    areas = {
        phrase.area
        for phrase in scores.evidence
        if phrase.score >= LEAST and phrase.start < case.end and case.start < phrase.end
    }
    return areas == {mark.label for mark in case.gold}


class Familiar:
    """How often words are marked with a label in a corpus."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self.counts = Counter(
            self._key(article, layer, mark)
            for article in articles
            for layer in LAYERS
            for mark in layer_marks(article, layer)
        )

    def _key(self, article: Article, layer: Layer, mark: Entity) -> tuple[str, str]:
        words = " ".join(normalize(article.text[mark.start : mark.end]).text.split())
        return mark.label, words if layer == "entity" else words.casefold()

    def doubt(self, article: Article, layer: Layer, gold: Marks, proposed: Marks) -> float:
        """The likelihood that marks keep against any model: high where their words are rare."""
        counts = [self.counts[self._key(article, layer, mark)] for mark in gold or proposed]
        # a mark that is there is one of its own count
        share = _DOUBT / min(counts) if gold else _GUESS / (1 + min(counts))
        return share + _LEAST_DOUBT


def _entity_cases(article: Article, scores: ArticleScores, familiar: Familiar) -> Iterator[Case]:
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
        proposed = tuple(entity.entity for entity in error.predicted)
        case = Case(
            article.id,
            "entity",
            error.gold,
            proposed,
            ("model",),
            {"score_proposed": round(other, 4), "score_here": round(here, 4)},
        )
        yield judged(case, here + familiar.doubt(article, "entity", error.gold, proposed), other)


def _flat(entities: Sequence[ScoredEntity]) -> tuple[ScoredEntity, ...]:
    """The surest entities of which no two overlap: several models may differ."""
    kept: list[ScoredEntity] = []
    for entity in sorted(entities, key=lambda entity: (-entity.score, entity)):
        if entity.score >= LEAST and not any(k.start < entity.end and entity.start < k.end for k in kept):
            kept.append(entity)
    return tuple(sorted(kept))


def _evidence_cases(article: Article, scores: ArticleScores, familiar: Familiar) -> Iterator[Case]:
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
        doubt = familiar.doubt(article, "evidence", tuple(touched), (proposed,))
        yield _evidence_case(article, scores, tuple(touched), (proposed,), (here, phrase.score), doubt)
    for mark in gold:
        if mark in shares and not any(k.start < mark.end and mark.start < k.end for k in kept):
            doubt = familiar.doubt(article, "evidence", (mark,), ())
            yield _evidence_case(article, scores, (mark,), (), (shares[mark], 1 - shares[mark]), doubt)


def _evidence_case(
    article: Article,
    scores: ArticleScores,
    gold: Marks,
    proposed: Marks,
    likely: tuple[float, float],
    doubt: float,
) -> Case:
    here, other = likely
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
    return judged(case, here + doubt, other)
