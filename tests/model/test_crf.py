"""The CRF's loss, its best path and its entities' probabilities, against sums over all paths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.model.crf import TagCRF
from hoptac.model.decode import Transitions, decode, viterbi
from hoptac.model.tags import FORBIDDEN, allowed_transitions, token_runs

TAGS = 5  # O, B-X, I-X, B-Y, I-Y


def random_crf(seed: int, tags: int = TAGS) -> TagCRF:
    torch.manual_seed(seed)
    crf = TagCRF(tags)
    with torch.no_grad():
        crf.transitions.normal_()
        crf.first.normal_()
    return crf


def emissions_of(seed: int, lengths: list[int], tags: int = TAGS) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(0, 2, (length, tags)).astype(np.float32) for length in lengths]


def transitions_of(crf: TagCRF) -> Transitions:
    moves, first = (values.detach().numpy() for values in crf.scores())
    return Transitions(moves, first)


def follows(before: int, tag: int) -> bool:
    """BIO's rule, written once more: I-X only after B-X or I-X."""
    return tag == 0 or tag % 2 == 1 or before in (tag - 1, tag)


def valid_paths(length: int, tags: int = TAGS) -> list[tuple[int, ...]]:
    return [
        path
        for path in itertools.product(range(tags), repeat=length)
        if all(follows(before, tag) for before, tag in zip((0, *path), path, strict=False))
    ]


def score(path: tuple[int, ...], emissions: np.ndarray, crf: TagCRF) -> float:
    moves, first = crf.transitions.detach().numpy(), crf.first.detach().numpy()
    total = float(first[path[0]]) + sum(float(emissions[i, tag]) for i, tag in enumerate(path))
    return total + sum(float(moves[a, b]) for a, b in itertools.pairwise(path))


def log_total(emissions: np.ndarray, crf: TagCRF) -> float:
    scores = [score(path, emissions, crf) for path in valid_paths(len(emissions))]
    return float(np.logaddexp.reduce(scores))


def test_what_bio_allows() -> None:
    allowed = allowed_transitions(TAGS)
    for before, tag in itertools.product(range(TAGS), repeat=2):
        assert bool(allowed[before, tag]) == follows(before, tag)


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_that_of_all_paths(seed: int) -> None:
    crf, lengths = random_crf(seed), [4, 1, 3]
    emissions = emissions_of(seed, lengths)
    rng = np.random.default_rng(seed)
    gold = [valid_paths(n)[rng.integers(len(valid_paths(n)))] for n in lengths]
    expected = sum(
        log_total(e, crf) - score(path, e, crf) for e, path in zip(emissions, gold, strict=True)
    ) / sum(lengths)
    padded = torch.full((3, 6, TAGS), 7.0)  # what stands behind a sequence must not count
    tags = torch.full((3, 6), 3)
    for row, (e, path) in enumerate(zip(emissions, gold, strict=True)):
        padded[row, : len(e)] = torch.from_numpy(e)
        tags[row, : len(e)] = torch.tensor(path)
    loss = crf.loss(padded, tags, torch.tensor(lengths))
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-4)


def test_training_raises_the_gold_path() -> None:
    crf, (emissions,) = random_crf(3), emissions_of(3, [4])
    gold = torch.tensor([[1, 2, 0, 3]])
    optimizer = torch.optim.SGD(crf.parameters(), lr=0.5)
    batch, lengths = torch.from_numpy(emissions)[None], torch.tensor([4])
    losses = []
    for _ in range(30):
        loss = crf.loss(batch, gold, lengths)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]
    assert torch.isfinite(crf.transitions).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_best_path_is_that_of_all_paths(seed: int) -> None:
    crf = random_crf(seed)
    sentences = emissions_of(seed, [1, 4, 2, 5])
    for emissions, found in zip(sentences, viterbi(sentences, transitions_of(crf)), strict=True):
        best = max(valid_paths(len(emissions)), key=lambda path: score(path, emissions, crf))
        assert tuple(found.tolist()) == best


@pytest.mark.parametrize("seed", range(6))
def test_an_entity_has_the_probability_of_its_paths(seed: int) -> None:
    crf = random_crf(seed)
    sentences = emissions_of(seed, [5, 1, 3, 4])
    seen = 0
    for emissions, (path, spans) in zip(sentences, decode(sentences, transitions_of(crf)), strict=True):
        assert [(s.first, s.last, s.label) for s in spans] == token_runs(path)
        total = log_total(emissions, crf)
        for span in spans:
            run = (span.first, span.last, span.label)
            of = [p for p in valid_paths(len(emissions)) if run in token_runs(np.array(p))]
            share = sum(np.exp(score(p, emissions, crf) - total) for p in of)
            assert span.score == pytest.approx(share, abs=1e-4)
            seen += 1
    assert seen


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 30), min_size=1, max_size=80))
def test_no_forbidden_step_is_ever_taken(seed: int, lengths: list[int]) -> None:
    crf = random_crf(seed, 11)
    sentences = [50 * e for e in emissions_of(seed, lengths, 11)]
    for emissions, (path, spans) in zip(sentences, decode(sentences, transitions_of(crf)), strict=True):
        assert len(path) == len(emissions)
        assert all(follows(a, b) for a, b in zip([0, *path.tolist()], path.tolist(), strict=False))
        assert all(0 <= span.score <= 1 for span in spans)


def test_a_sentence_is_decoded_alike_in_any_company() -> None:
    transitions = transitions_of(random_crf(5))
    sentences = emissions_of(5, [3, 0, 9, 1, 17])
    together = decode(sentences, transitions)
    for sentence, (path, spans) in zip(sentences, together, strict=True):
        alone_path, alone_spans = decode([sentence], transitions)[0]
        assert path.tolist() == alone_path.tolist()
        assert [s.score for s in spans] == pytest.approx([s.score for s in alone_spans], abs=1e-5)


def test_scores_forbid_what_bio_forbids() -> None:
    moves, first = random_crf(0).scores()
    assert first[2] == first[4] == moves[0, 2] == moves[1, 4] == moves[3, 2] == FORBIDDEN
    assert moves[1, 2] > FORBIDDEN and moves[2, 2] > FORBIDDEN and moves[2, 3] > FORBIDDEN
