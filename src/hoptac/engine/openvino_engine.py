"""The OpenVINO engine: CPUs, in fp32, bf16 or int8, without PyTorch."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from hoptac.engine import Floats
from hoptac.engine.build import Format
from hoptac.engine.cpu import cpu_flags, instruction_set
from hoptac.engine.graph import AREAS, TAGS
from hoptac.errors import ConfigError
from hoptac.model.settings import EncoderSettings

# flags of CPUs that compute in bf16 and do not only emulate it
BF16_FLAGS = frozenset(("avx512_bf16", "amx_bf16", "bf16"))


class OpenvinoEngine:
    """Runs a graph of `hoptac.engine.graph`, one window at a time on each core; safe in several threads.

    No window is padded and none shares a product with another, so that its logits depend on nothing but
    itself: ``batch_size`` changes nothing.
    """

    texts_at_once = 8

    def __init__(
        self, graph: ov.Model, encoder: EncoderSettings, form: Format, threads: int | None = None
    ) -> None:
        self.threads = threads or usable_threads()
        self.form = form
        self._ends = np.array([encoder.bos_token_id, encoder.eos_token_id], np.int32)
        self._compiled = openvino_core().compile_model(graph, "CPU", _options(form, self.threads))
        # two more requests than run at a time: a core does not wait for Python to bring the next window
        self._queue = ov.AsyncInferQueue(self._compiled, self.threads + 2)
        self._queue.set_callback(_keep)
        self._lock = threading.Lock()
        if form == "bf16" and self._compiled.get_property("INFERENCE_PRECISION_HINT") != ov.Type.bf16:
            raise ConfigError("This CPU has no bf16 arithmetic; choose fp32 or int8.")

    def describe(self) -> str:
        """Library, device, instruction set and number format."""
        return f"openvino {ov.__version__.split('-')[0]} on cpu ({instruction_set()}) in {self.form}"

    def run(
        self, windows: Sequence[NDArray[np.int32]], batch_size: int | None = None
    ) -> list[tuple[Floats, Floats]]:
        """See `hoptac.engine.Engine.run`."""
        results: list[tuple[Floats, Floats]] = [(np.zeros(0), np.zeros(0))] * len(windows)  # type: ignore[list-item]
        begin, end = self._ends[:1], self._ends[1:]
        with self._lock:
            # the longest first, so that no core is left with one at the end
            for index in sorted(range(len(windows)), key=lambda i: -len(windows[i])):
                ids = np.concatenate([begin, windows[index].astype(np.int32), end])[None]
                self._queue.start_async({0: ids}, (results, index))
            self._queue.wait_all()
        return results


@cache
def openvino_core() -> ov.Core:
    """The one core of the process, never given back.

    OpenVINO's CPU plugin sets a signal stack for the thread that starts it and frees that memory with the
    core: the next signal, such as Ctrl-C, would end the process.
    """
    return ov.Core()


def _keep(request: Any, place: tuple[list[tuple[Floats, Floats]], int]) -> None:
    """Copy the logits of a window, its special tokens left out, before the request is used again."""
    results, index = place
    tags, areas = (request.get_tensor(name).data[0, 1:-1].copy() for name in (TAGS, AREAS))
    results[index] = (tags, areas)


def _options(form: Format, threads: int) -> dict[str, Any]:
    # what stays unquantized beside int8 runs in bf16 only where the CPU has it
    bf16 = form == "bf16" or (form == "int8" and bool(BF16_FLAGS & cpu_flags()[1]))
    return {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
        "ENABLE_CPU_PINNING": False,  # several processes would be pinned to the same cores
        "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
    }


def usable_threads() -> int:
    """The cores this process may use: ``OMP_NUM_THREADS`` where it is set, as PyTorch takes it."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(wanted))) if wanted.isdigit() else cores
