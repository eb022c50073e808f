"""Which number format OpenVINO runs a model in fastest on the machine at hand: measured and compared.

What a CPU reports says little: bf16 is emulated, hundreds of times slower, where there is no arithmetic for
it, and 8 bits are worth it only with dot-product instructions. So a few layers of the model itself are timed
in each format, and their results are compared with fp32's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from hoptac import __version__
from hoptac.engine import Floats
from hoptac.engine.build import FORMATS, Format, build_graph
from hoptac.engine.cpu import cpu_flags
from hoptac.engine.openvino_engine import OpenvinoEngine
from hoptac.engine.remembered import model_identity, recall, remember
from hoptac.engine.sample import SAMPLE
from hoptac.engine.weights import Array, read_weights
from hoptac.errors import ConfigError
from hoptac.model.settings import ModelSettings
from hoptac.text.bpe import LineTokenizer
from hoptac.text.encode import TextEncoder
from hoptac.text.segment import get_segmenter

LAYERS = 2  # of the quick test; formats differ by the same ratio in all layers
TOKENS = 192  # of each window, near the mean of articles
WORTH_IT = 1.2  # a less exact format must win by this ratio
TOLERANCE = 0.03  # of the logits' own spread: fp32 is below 1e-5, bf16 near 0.002, int8 near 0.01
SECONDS = 0.2  # of measurement for each format
SLOW = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Trial:
    """One format: its speed, and the root mean square of its logits' differences from fp32's, as a share."""

    form: Format
    tokens_per_second: float
    difference: float

    @property
    def sound(self) -> bool:
        """Whether the results are fp32's but for rounding."""
        return self.difference <= TOLERANCE


def resolve_format(wanted: str, folder: Path, settings: ModelSettings) -> Format:
    """``wanted`` itself, or for ``auto`` the fastest sound format, measured once for each model and machine.

    Raises `ConfigError` for any other word.
    """
    if wanted != "auto":
        if wanted not in FORMATS:
            raise ConfigError(f"precision {wanted!r} is none of auto, {', '.join(FORMATS)}.")
        return wanted
    key = machine_key(model_identity(folder))
    known = recall(key)
    if isinstance(known, dict) and known.get("chosen") in FORMATS:
        chosen: Format = known["chosen"]
        return chosen
    trials = measure(settings, read_weights(folder, settings), sample_window(folder, settings), LAYERS)
    chosen = fastest(trials)
    remember(key, {"chosen": chosen, "trials": [asdict(trial) for trial in trials]})
    return chosen


def fastest(trials: Sequence[Trial]) -> Format:
    """The format to use: a less exact one only where it is sound and at least `WORTH_IT` times as fast."""
    best = trials[0]
    for trial in trials[1:]:
        if trial.sound and trial.tokens_per_second >= WORTH_IT * best.tokens_per_second:
            best = trial
    return best.form


def sample_window(folder: Path, settings: ModelSettings) -> NDArray[np.int32]:
    """The first `TOKENS` subwords of a short article, as the model in ``folder`` reads it."""
    encoder = TextEncoder(LineTokenizer.from_folder(folder), get_segmenter(settings.segmenter))
    return encoder(SAMPLE).ids[: min(TOKENS, settings.window_tokens)].astype(np.int32)


def measure(
    settings: ModelSettings,
    weights: Mapping[str, Array],
    window: NDArray[np.int32],
    layers: int | None = None,
) -> list[Trial]:
    """A trial on ``window`` of each format that this CPU can run this model in, fp32 first.

    ``layers``: on so many of the model's layers, by default on all.
    """
    share = 1 if layers is None else min(1.0, layers / settings.encoder.num_hidden_layers)
    trials: list[Trial] = []
    reference: list[Floats] = []
    for form in FORMATS:
        try:
            graph = build_graph(settings, weights, form, layers)
            engine = OpenvinoEngine(graph, settings.encoder, form)
        except ConfigError:
            continue
        begun = time.perf_counter()
        logits = engine.run([window])[0]
        first = time.perf_counter() - begun
        reference = reference or list(logits)
        # the first run pays for kernels; one that takes so long is emulated, and is not run again
        windows = [window] * engine.threads
        runs = 1 / first if first > SLOW else len(windows) / _seconds(engine, windows)
        speed = share * len(window) * runs
        trials.append(Trial(form, speed, difference(logits, reference)))
    return trials


def _seconds(engine: OpenvinoEngine, windows: Sequence[NDArray[np.int32]]) -> float:
    """The best of the runs that `SECONDS` leave time for."""
    best, started = float("inf"), time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        begun = time.perf_counter()
        engine.run(windows)
        best = min(best, time.perf_counter() - begun)
    return best


def difference(logits: Sequence[Floats], reference: Sequence[Floats]) -> float:
    """Root mean square of the differences, as a share of the reference's spread; the worst of the pairs."""
    return max(
        float(np.sqrt(np.mean((got - right) ** 2)) / max(float(right.std()), 1e-6))
        for got, right in zip(logits, reference, strict=True)
    )


def machine_key(identity: str) -> str:
    """What a measurement holds for: this CPU, these libraries, this model."""
    name, flags = cpu_flags()
    parts = (name, *sorted(flags), ov.__version__, __version__, identity)
    return sha256(" ".join(parts).encode()).hexdigest()[:32]
