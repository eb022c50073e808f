from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

import hoptac.precision as precision
from hoptac.errors import ConfigError
from hoptac.precision import fastest_precision, resolve_precision


@pytest.fixture(autouse=True)
def measured_anew() -> Iterator[None]:
    fastest_precision.cache_clear()
    yield
    fastest_precision.cache_clear()


def timed(monkeypatch: pytest.MonkeyPatch, full: float, half: float) -> list[torch.dtype]:
    """Products of fp32 and bf16 matrices take so many seconds; the formats that were measured."""
    asked: list[torch.dtype] = []

    def seconds(dtype: torch.dtype, device: str, give_up: float | None = None) -> float:
        asked.append(dtype)
        return full if dtype is torch.float32 else half

    monkeypatch.setattr(precision, "_seconds", seconds)
    return asked


@pytest.mark.parametrize(
    ("full", "half", "expected"),
    [
        (1e-3, 0.5, "fp32"),  # emulated: hundreds of times slower
        (1e-3, 3e-4, "bf16"),  # AMX or AVX512-BF16
        (1e-3, 9e-4, "fp32"),  # not worth the casts
    ],
)
def test_the_faster_format(monkeypatch: pytest.MonkeyPatch, full: float, half: float, expected: str) -> None:
    asked = timed(monkeypatch, full, half)
    assert fastest_precision("cpu") == expected
    assert resolve_precision("auto", "cpu") == expected
    assert len(asked) == 2  # measured once


def test_a_format_that_is_asked_for_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = timed(monkeypatch, 1.0, 1.0)
    assert resolve_precision("bf16", "cpu") == "bf16" and resolve_precision("fp32", "cpu") == "fp32"
    assert asked == []


def test_another_word_is_refused() -> None:
    with pytest.raises(ConfigError, match="precision 'half' is none of auto, fp32, bf16"):
        resolve_precision("half", "cpu")


def test_a_gpu_without_bf16(monkeypatch: pytest.MonkeyPatch) -> None:
    timed(monkeypatch, 1.0, 0.1)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    assert fastest_precision("cuda") == "fp32"


def test_an_emulated_format_is_given_up_after_two_products(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, products = [0.0], [0]

    def perf_counter() -> float:
        clock[0] += 0.5  # every product seems to take half a second
        products[0] += 1
        return clock[0]

    monkeypatch.setattr(precision.time, "perf_counter", perf_counter)
    assert precision._seconds(torch.float32, "cpu", give_up=1e-3) == 0.5
    assert products[0] == 4  # the clock is read before and after each


def test_the_measurement_is_real() -> None:
    seconds = precision._seconds(torch.float32, "cpu")
    assert 0 < seconds < 5
    assert fastest_precision("cpu") in ("fp32", "bf16")
