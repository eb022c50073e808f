"""What the machine at hand is, and how fast it multiplies matrices: the yardstick of `benchmark.py`."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]

SIZE = 2048  # rows and columns of the large products
PROBE = 256  # of the small ones, which tell of a format that is emulated
EMULATED = 20  # so many times slower than fp32 is no format to multiply in
BUSY = 0.3  # load average a core from which figures are doubtful


@dataclass(frozen=True)
class Machine:
    """The processor, its matrix instructions, the cores this process may use, and the load before the run."""

    cpu: str
    instructions: str
    cores: int
    load: float
    python: str
    libraries: dict[str, str]

    @property
    def busy(self) -> bool:
        """Whether other programs take enough of the machine to spoil the figures."""
        return self.load > BUSY * (os.cpu_count() or 1)


def this_machine() -> Machine:
    """The machine as the operating system describes it now."""
    from importlib.metadata import PackageNotFoundError, version

    from hoptac.engine.cpu import cpu_flags, instruction_set

    libraries = {}
    for name in ("torch", "transformers", "tokenizers", "underthesea", "numpy", "openvino", "onnxruntime"):
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    return Machine(
        cpu=cpu_flags()[0],
        instructions=instruction_set(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
        python=platform.python_version(),
        libraries=libraries,
    )


def matrix_peaks(
    clock: Clock = time.perf_counter, size: int = SIZE, repeats: int = 5, device: str = "cpu"
) -> dict[str, float]:
    """GFLOP/s (for int8: 10^9 operations a second) of PyTorch's best product of two large square matrices.

    Formats that the machine only emulates are left out.
    """
    import torch

    def products(n: int) -> dict[str, Callable[[], object]]:
        whole = torch.randint(-127, 127, (n, n), dtype=torch.int8, device=device)
        full, half = whole.float(), whole.bfloat16()
        return {
            "fp32": lambda: full @ full,
            "bf16": lambda: half @ half,
            "int8": lambda: torch._int_mm(whole, whole.t()),
        }

    def done() -> float:
        if device != "cpu":
            torch.cuda.synchronize()
        return clock()

    probes = {name: _seconds(work, done, 3) for name, work in products(PROBE).items()}
    return {
        name: 2 * size**3 / _seconds(work, done, repeats) / 1e9
        for name, work in products(size).items()
        if probes[name] < EMULATED * probes["fp32"]
    }


def _seconds(work: Callable[[], object], clock: Clock, repeats: int) -> float:
    work()  # the first product pays for loading kernels
    best = float("inf")
    for _ in range(repeats):
        start = clock()
        work()
        best = min(best, clock() - start)
    return max(best, 1e-9)
