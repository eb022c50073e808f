"""Stages that overlap: order, what they raise, and that they really overlap."""

from __future__ import annotations

import threading

import pytest

from hoptac.stages import overlapped

PATIENCE = 20.0  # seconds, for a machine that does other things


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_every_part_goes_through_both_stages_in_order(count: int) -> None:
    outcomes = overlapped(range(count), lambda part: part * 10, lambda middle: middle + 1)
    assert list(outcomes) == [part * 10 + 1 for part in range(count)]


def test_three_parts_are_worked_on_at_a_time() -> None:
    """Each stage waits for the other two: one after the other they would wait in vain."""
    together = threading.Barrier(3, timeout=PATIENCE)

    def first(part: int) -> int:
        if part == 2:
            together.wait()
        return part

    def second(middle: int) -> int:
        if middle == 1:
            together.wait()
        return middle

    for outcome in overlapped([0, 1, 2], first, second):
        if outcome == 0:
            together.wait()


@pytest.mark.parametrize("stage", ["first", "second"])
def test_an_error_comes_in_its_turn(stage: str) -> None:
    def failing(part: int) -> int:
        if part == 2:
            raise ValueError("part 2")
        return part

    def passing(part: int) -> int:
        return part

    stages = (failing, passing) if stage == "first" else (passing, failing)
    seen = []
    with pytest.raises(ValueError, match="part 2"):
        for outcome in overlapped([0, 1, 2, 3], *stages):
            seen.append(outcome)
    assert seen == [0, 1]


def test_a_list_left_halfway_ends_its_threads() -> None:
    outcomes = overlapped(range(9), lambda part: part, lambda part: part)
    assert next(outcomes) == 0
    before = threading.active_count()
    outcomes.close()
    assert threading.active_count() < before
