"""Every engine and number format on the machine at hand, side by side."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hoptac.engine.choice import difference, measure, resolve_format, sample_window
from hoptac.engine.opened import supported_settings
from hoptac.engine.torch_engine import TorchEngine
from hoptac.engine.weights import NotReadable, read_weights
from hoptac.errors import ModelError
from hoptac.model.folder import SHIPPED, load_model, local_folder
from hoptac.precision import fastest_precision

SECONDS = 1.0  # for each engine


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One engine and format: its speed on whole windows, and its difference from fp32 as in `Trial`."""

    engine: str
    form: str
    tokens_per_second: float
    difference: float
    remark: str


def measure_engines(model: Path | str | None = None) -> list[EngineRow]:
    """All engines on a window of a short article.

    Raises `ModelError` when the model cannot be loaded, or not by OpenVINO.
    """
    source = local_folder(SHIPPED if model is None else model)
    try:
        settings = supported_settings(source)
        weights = read_weights(source, settings)
    except NotReadable as error:
        raise ModelError(f"{source}: OpenVINO cannot run {error}.") from error
    chosen = resolve_format("auto", source, settings)
    window = sample_window(source, settings)
    rows = [
        EngineRow(
            "openvino",
            trial.form,
            trial.tokens_per_second,
            trial.difference,
            "chosen" if trial.form == chosen else "" if trial.sound else "not sound",
        )
        for trial in measure(settings, weights, window)
    ]
    return [*rows, *_torch_rows(source, window)]


def _torch_rows(source: Path, window: NDArray[np.int32]) -> list[EngineRow]:
    network, _ = load_model(source)
    # bf16 takes minutes where it is emulated
    formats = ("fp32", "bf16") if fastest_precision("cpu") == "bf16" else ("fp32",)
    rows, reference = [], None
    for form in formats:
        engine = TorchEngine(network, form)
        logits = engine.run([window])[0]
        reference = reference or logits
        best, begun = float("inf"), time.perf_counter()
        while time.perf_counter() - begun < SECONDS:
            started = time.perf_counter()
            engine.run([window] * 8)
            best = min(best, time.perf_counter() - started)
        rows.append(EngineRow("torch", form, 8 * len(window) / best, difference(logits, reference), ""))
    return rows
