"""What the CPU at hand is, as far as the operating system tells."""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path

_TOLD = ("amx_int8", "amx_bf16", "avx512_bf16", "avx512_vnni", "avx512f", "avx_vnni", "avx2", "asimd")


@cache
def cpu_flags() -> tuple[str, frozenset[str]]:
    """The CPU's name and its feature flags (none known outside Linux)."""
    name = platform.processor() or platform.machine()
    flags: set[str] = set()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return name, frozenset()
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        elif key.strip() in ("flags", "Features"):
            flags |= set(value.split())
        elif not line.strip() and flags:
            break
    return name, frozenset(flags)


def has_dot_products() -> bool:
    """Whether 8-bit products are summed in 32 bits; older x86 CPUs add pairs of them in 16 bits first.

    Assumed where the operating system does not tell.
    """
    flags = cpu_flags()[1]
    return "avx2" not in flags or bool(flags & {"avx_vnni", "avx512_vnni", "amx_int8"})


def instruction_set() -> str:
    """The extensions that matter for matrix products, or the machine's kind where they are not known."""
    found = [flag for flag in _TOLD if flag in cpu_flags()[1]]
    if "avx512f" in found or "avx2" in found:
        # the narrower extensions are implied by the wider ones
        found = [flag for flag in found if flag != "avx2" or "avx512f" not in found]
    return " ".join(found) or platform.machine() or "unknown"
