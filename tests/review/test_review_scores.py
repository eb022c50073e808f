"""Folds, what models say of marks, and the cases that follow."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hoptac.annotations.files import text_hash
from hoptac.annotations.inline import read_inline
from hoptac.article import Article
from hoptac.errors import AnnotationError, ConfigError, InputError
from hoptac.evaluate.prediction import ScoredEntity, ScoredEvidence
from hoptac.model.confidence import path_sums
from hoptac.model.decode import Transitions
from hoptac.review.by_model import model_cases
from hoptac.review.folds import groups, split_folds
from hoptac.review.scores import (
    ArticleScores,
    MarkScore,
    mean_scores,
    read_scores,
    score_articles,
    write_scores,
)
from hoptac.review.trained_on import trained_on
from tests.review.corpus import sound
from tests.tiny import tiny_encoder

EVENT = "Hai bên nhất trí mở thêm lớp học tiếng Việt cho sĩ quan trẻ ở thành phố cảng vào mùa thu tới ."


def plain(name: str, text: str) -> Article:
    return Article(name, text)


def varied(name: str) -> Article:
    return plain(name, " ".join(f"{name}từ{i}" for i in range(60)))


def test_articles_of_one_event_stay_together() -> None:
    other = [varied(f"x-{i}") for i in range(7)]
    pair = [plain("y-1", EVENT + " Mở đầu ."), plain("x-99", "Tin khác . " + EVENT)]
    assert [tuple(one.id for one in part) for part in groups([*other, *pair]) if len(part) > 1] == [
        ("x-99", "y-1")
    ]
    folds = split_folds([*other, *pair], 3)
    assert [fold for fold in folds if "y-1" in fold] == [fold for fold in folds if "x-99" in fold]


def test_folds_hold_every_article_once_whatever_the_order() -> None:
    articles = [varied(f"a-{i}") for i in range(10)] + [varied(f"b-{i}") for i in range(8)]
    folds = split_folds(articles, 3)
    assert sorted(itertools.chain(*folds)) == sorted(one.id for one in articles)
    assert folds == split_folds(articles[::-1], 3)
    for source in "ab":
        sizes = [sum(name.startswith(source) for name in fold) for fold in folds]
        assert max(sizes) - min(sizes) <= 1


def test_too_few_articles_for_the_folds() -> None:
    with pytest.raises(ConfigError, match="5 folds cannot be made of 2 groups"):
        split_folds([varied("a"), varied("b")], 5)


def test_path_sums_are_those_of_all_paths() -> None:
    rng = np.random.default_rng(3)
    transitions = Transitions(
        rng.normal(size=(3, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    )
    emissions = rng.normal(size=(2, 4, 3))
    emissions[1, 2, [0, 2]] = -np.inf  # one tag is forced
    for row in range(2):
        total = 0.0
        for path in itertools.product(range(3), repeat=4):
            score = transitions.first[path[0]] + sum(emissions[row, i, tag] for i, tag in enumerate(path))
            total += np.exp(score + sum(transitions.moves[a, b] for a, b in itertools.pairwise(path)))
        assert path_sums(emissions, transitions)[row] == pytest.approx(np.log(total), abs=1e-5)


def test_marks_have_the_probability_that_decoding_gives_them(tmp_path: Path) -> None:
    """An untrained model finds something; where that is marked, both ways to its probability must agree."""
    import torch

    from hoptac.engine.torch_engine import TorchEngine
    from hoptac.model.config import HoptacConfig
    from hoptac.model.folder import load_encoder, text_encoder, transitions
    from hoptac.reader import Reader
    from hoptac.scoring import article_lines

    torch.manual_seed(5)
    config = HoptacConfig(entity_labels=["PERSON", "DATE"], area_labels=["training"], segmenter="none")
    model, tokenizer = load_encoder(str(tiny_encoder(tmp_path, positions=130)), config)
    model.tag_head.weight.data.normal_(0, 1.5)
    reader = Reader(config, text_encoder(config, tokenizer), TorchEngine(model, "fp32"), transitions(model))
    article = read_inline(sound(4))
    reading = reader.read([reader.prepare(article.text, article_lines(article))])[0]
    found = [entity for entity in reading.entities if 0.01 < entity.score < 0.99]
    assert len(found) >= 3
    marked = replace(article, entities=tuple(sorted(entity.entity for entity in found)))
    (scores,) = score_articles(reader, [("train", marked)], "m")
    assert len(scores.marks) == len(found)
    for mark, entity in zip(scores.marks, sorted(found), strict=True):
        assert mark.right == pytest.approx(entity.score, abs=1e-4)
        assert 0 <= mark.none <= 1 - entity.score + 1e-4
    assert set(scores.areas) == {"training"} and len(scores.marked_evidence) == 1


def some_scores(article: Article, **changes: object) -> ArticleScores:
    marks = tuple(MarkScore(m.start, m.end, m.label, 0.9, 0.02) for m in article.entities)
    said = tuple(ScoredEntity(m.start, m.end, m.label, 0.9) for m in article.entities)
    phrases = tuple(ScoredEvidence(m.start, m.end, m.area, 0.8) for m in article.evidence)
    plain = ArticleScores(
        article.id, "train", text_hash(article.text), ("m",), said, marks, {"training": 0.8}, phrases, phrases
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_scores_survive_the_file(tmp_path: Path) -> None:
    scores = [some_scores(read_inline(sound(number))) for number in range(3)]
    write_scores(tmp_path / "s.jsonl", scores)
    assert read_scores(tmp_path / "s.jsonl") == scores
    (tmp_path / "bad.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"bad\.jsonl:1"):
        read_scores(tmp_path / "bad.jsonl")


def test_the_mean_counts_what_a_model_does_not_find_as_nothing() -> None:
    article = read_inline(sound(1))
    one = some_scores(article)
    other = some_scores(article, entities=(), models=("n",), areas={"training": 0.2})
    mean = mean_scores([one, other])
    assert mean.models == ("m", "n") and mean.areas["training"] == pytest.approx(0.5)
    assert {entity.score for entity in mean.entities} == {0.45}
    with pytest.raises(InputError, match="different texts"):
        mean_scores([one, replace(other, sha256="0" * 64)])


def test_no_case_where_the_models_agree() -> None:
    article = read_inline(sound(1))
    assert model_cases({article.id: article}, [some_scores(article)]) == []


def test_cases_of_each_kind() -> None:
    article = read_inline(sound(1))
    scores = some_scores(article)
    date, body, unit, person, navy = scores.marks
    (phrase,) = scores.evidence
    new = ScoredEntity(article.text.index("Tin"), article.text.index("Tin") + 3, "DOCUMENT", 0.97)
    said = {entity.start: entity for entity in scores.entities}
    del said[date.start]  # spurious
    said[new.start] = new  # missed
    said[unit.start] = replace(said[unit.start], label="DOCUMENT", score=0.98)
    said[navy.start] = replace(said[navy.start], end=navy.end - 3, score=0.96)
    doubted = {date.start: (0.02, 0.97), unit.start: (0.01, 0.0), navy.start: (0.03, 0.0)}
    marks = tuple(
        replace(mark, right=doubted[mark.start][0], none=doubted[mark.start][1])
        if mark.start in doubted
        else mark
        for mark in scores.marks
    )
    area = (ScoredEvidence(phrase.start, phrase.end, "logistics", 0.95),)
    low = (replace(phrase, score=0.03),)
    changed = replace(scores, entities=tuple(said.values()), marks=marks, evidence=area, marked_evidence=low)
    cases = model_cases({article.id: article}, [changed])
    kinds = {(case.layer, case.kind, case.start) for case in cases}
    assert kinds == {
        ("entity", "spurious", date.start),
        ("entity", "missed", new.start),
        ("entity", "label", unit.start),
        ("entity", "boundary", navy.start),
        ("evidence", "label", phrase.start),
    }
    assert all(0 < case.confidence < 1 and case.basis == ("model",) for case in cases)
    assert body.start not in {case.start for case in cases} and person.start not in {
        case.start for case in cases
    }


def test_marks_made_after_the_predictions_are_not_judged() -> None:
    article = read_inline(sound(1))
    scores = some_scores(article, marks=(), entities=(), evidence=(), marked_evidence=())
    assert model_cases({article.id: article}, [scores]) == []


def test_predictions_for_another_text() -> None:
    article = read_inline(sound(1))
    with pytest.raises(InputError, match="another text"):
        model_cases({article.id: article}, [some_scores(article, sha256="0" * 64)])


def test_what_a_model_was_trained_on(annotations: Path, tmp_path: Path) -> None:
    train = json.loads((annotations / "splits.json").read_text(encoding="utf-8"))["train"]
    assert trained_on("shipped", annotations) == frozenset(train)
    model = tmp_path / "run" / "model"
    model.mkdir(parents=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "splits.json").write_text('{"train": ["case-01", "case-02"], "dev": []}', encoding="utf-8")
    record = tmp_path / "run" / "training.json"
    record.write_text(json.dumps({"config": {"data": {"annotations": str(other)}}}), encoding="utf-8")
    assert trained_on(str(model), annotations) == {"case-01", "case-02"}
    record.write_text("{}", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"training\.json"):
        trained_on(str(model), annotations)
