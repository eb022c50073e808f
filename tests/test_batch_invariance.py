"""What is found in a text depends neither on the batch size nor on what else is read with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hoptac import ConfigError, Result, Tagger, load

PAGE = (Path(__file__).parent / "pages" / "visit.txt").read_text(encoding="utf-8")
SHORT = "Sáng 3/7, Đại tá Lê Văn Tám thăm Bộ Quốc phòng Lào và trao đổi về đào tạo sĩ quan."
TEXTS = [PAGE, SHORT, PAGE[len(PAGE) // 3 :], "Hà Nội", " ".join([SHORT] * 12)]


@pytest.fixture(
    scope="module",
    params=["openvino fp32", "openvino bf16", "openvino int8", "torch fp32", "torch bf16"],
)
def tagger(request: pytest.FixtureRequest) -> Tagger:
    engine, precision = request.param.split()
    if request.param == "torch bf16":
        from hoptac.precision import fastest_precision

        if fastest_precision("cpu") != "bf16":
            pytest.skip("bf16 is emulated on this CPU")
    try:
        return load(engine=engine, precision=precision, device="cpu")
    except ConfigError as error:
        pytest.skip(str(error))


def windows() -> list[NDArray[np.int32]]:
    rng = np.random.default_rng(3)
    return [rng.integers(5, 24000, length).astype(np.int32) for length in (3, 254, 40, 41, 9, 40)]


def decisions(result: Result) -> object:
    return (
        [(e.start, e.end, e.label) for e in result.entities],
        sorted((a.label, tuple((p.start, p.end) for p in a.evidence)) for a in result.areas),
    )


def scores(result: Result) -> list[float]:
    return [e.score for e in result.entities] + [a.score for a in sorted(result.areas, key=lambda a: a.label)]


def test_texts_alone_and_together(tagger: Tagger) -> None:
    """Decisions are the same; scores too but for the fp32 roundings of PyTorch's batches (1e-3)."""
    together = tagger.predict(TEXTS)
    for text, result in zip(TEXTS, together, strict=True):
        alone = tagger.predict(text)
        assert decisions(alone) == decisions(result)
        assert scores(alone) == pytest.approx(scores(result), abs=1e-3)


def test_windows_alone_and_together(tagger: Tagger) -> None:
    engine = tagger.reader.engine
    # the default batches: exact but for PyTorch's fp32, whose sums are ordered by the batch's shape
    tolerance = 1e-4 if "torch" in tagger.engine and "fp32" in tagger.engine else 0.0
    together = engine.run(windows())
    for window, (tags, areas) in zip(windows(), together, strict=True):
        alone_tags, alone_areas = engine.run([window])[0]
        np.testing.assert_allclose(alone_tags, tags, atol=tolerance, rtol=0)
        np.testing.assert_allclose(alone_areas, areas, atol=tolerance, rtol=0)


@pytest.mark.parametrize("size", [1, 4])
def test_any_batch_size(tagger: Tagger, size: int) -> None:
    """A batch size that is asked for changes logits by the rounding of the format at most."""
    engine = tagger.reader.engine
    exact = "openvino" in tagger.engine
    tolerance = 0.0 if exact else 1e-4 if "fp32" in tagger.engine else 0.5
    for one, other in zip(engine.run(windows(), size), engine.run(windows()), strict=True):
        for values, expected in zip(one, other, strict=True):
            np.testing.assert_allclose(values, expected, atol=tolerance, rtol=0)


def test_threads_share_a_tagger(tagger: Tagger) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(tagger.predict, [SHORT] * 6))
    assert all(decisions(result) == decisions(found[0]) for result in found)
