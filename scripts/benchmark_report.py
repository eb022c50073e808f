"""The tables of `benchmark.py`."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

Json = dict[str, Any]
USUAL = "usual"
TEXT_STAGES = ("page filter", "normalization", "sentences", "segmentation", "tokenization", "offsets")


def show(report: Json) -> None:
    """Print all that was measured."""
    console = Console(width=None if Console().is_terminal else 140)
    machine, clock = report["machine"], report["clock"]
    busy = " (BUSY: figures are doubtful)" if machine["busy"] else ""
    console.print(
        f"{machine['cpu']}, {machine['instructions']}; {report['threads']} of {machine['cores']} cores; "
        f"load average before the run {machine['load']:.1f}{busy}"
    )
    console.print(", ".join(f"{name} {version}" for name, version in machine["libraries"].items()))
    console.print(
        "Matrix peak, large products: "
        + ", ".join(
            f"{name} {peak:,.0f} G{'FL' if name != 'int8' else ''}OP/s"
            for name, peak in report["peaks"].items()
        )
    )
    console.print(f"{report['articles']} articles, {report['words']:,} words; all times are {clock}.")
    if report["missing"]:
        console.print(report["missing"])
    for table in (_throughput(report), _encoder(report), _stages(report), _check(report)):
        console.print(table)
    console.print(_proof(report))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def spread(values: Sequence[float], form: str) -> str:
    """The median, and the lowest and highest value in brackets."""
    low, high = format(min(values), form), format(max(values), form)
    return f"{format(statistics.median(values), form)} ({low}-{high})"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def ratios(report: Json, name: str) -> list[float]:
    """How many times as fast as the usual pipeline, round by round."""
    rounds = report["rounds"]
    return [usual / ours for usual, ours in zip(rounds[USUAL], rounds[name], strict=True)]


def _throughput(report: Json) -> Table:
    table = _table(
        "Speed",
        "pipeline",
        "articles/s",
        "words/s",
        "tokens/s",
        "times the usual",
        "400 words: p50, p95 ms",
        "peak MB",
    )
    for name, seconds in report["rounds"].items():
        middle = statistics.median(seconds)
        latency = report["latency"][name]
        table.add_row(
            name,
            spread([report["articles"] / s for s in seconds], ".2f"),
            f"{report['words'] / middle:,.0f}",
            f"{report['tokens'] / middle:,.0f}",
            "" if name == USUAL else spread(ratios(report, name), ".2f"),
            f"{1000 * percentile(latency, 0.5):.0f}, {1000 * percentile(latency, 0.95):.0f}",
            f"{report['memory'][name]:,.0f}",
        )
    cold = ", ".join(f"{name} {spread(seconds, '.2f')} s" for name, seconds in report["cold_start"].items())
    names = "\n".join(f"{name}: {what}" for name, what in report["names"].items())
    table.caption = f"{names}\nA whole process with one article: {cold}"
    table.caption_justify = "left"
    return table


def _encoder(report: Json) -> Table:
    table = _table(
        "Encoder", "engine", "tokens/s", "G(FL)OP/s", "of the peak of its format", "with padding", "padding"
    )
    for engine, figures in report["encoder"].items():
        seconds = statistics.median(figures["seconds"])
        speed, padded = figures["gflop"] / seconds, figures["padded_gflop"] / seconds
        peak = report["peaks"].get(figures["format"])
        table.add_row(
            engine,
            f"{figures['tokens'] / seconds:,.0f}",
            f"{speed:,.0f}",
            f"{speed / peak:.0%}" if peak else "no such product here",
            f"{padded / peak:.0%}" if peak else "",
            f"{figures['padded_gflop'] / figures['gflop'] - 1:.1%}",
        )
    return table


def _stages(report: Json) -> Table:
    stages: dict[str, float] = report["stages"]["seconds"]
    total = sum(stages.values())
    table = _table(f"Stages with {report['stages']['engine']}", "stage", "share", "words/s")
    for stage, seconds in stages.items():
        speed = f"{report['words'] / seconds:,.0f}" if seconds else ""
        table.add_row(stage, f"{seconds / total:.1%}", speed)
    whole = statistics.median(report["rounds"][report["stages"]["engine"]])
    text = sum(stages[stage] for stage in TEXT_STAGES)
    table.caption = (
        f"one after the other {total:.2f} s, in one call {whole:.2f} s; the text stages, on one core, "
        f"together {report['words'] / text:,.0f} words/s"
    )
    table.caption_justify = "left"
    return table


def _check(report: Json) -> Table:
    check = report["check"]
    table = _table(
        f"What they find in {check['articles']} development articles, against hoptac in PyTorch fp32",
        "pipeline",
        "F1 of spans",
        "articles with equal spans",
        "with equal areas",
        "entities F1 (marks)",
        "areas F1 (marks)",
    )
    for name, row in ((USUAL, check["usual"]), *check["engines"].items()):
        table.add_row(
            name,
            f"{row['f1']:.4f}",
            f"{row['texts']} of {row['of']}",
            f"{row['areas']} of {row['of']}",
            f"{100 * row['entities_f1']:.2f}",
            f"{100 * row['areas_f1']:.2f}",
        )
    return table


def _proof(report: Json) -> str:
    proof = report["check"]["proof"]
    sameness = proof["sameness"]
    return (
        f"The usual pipeline on hoptac's words and windows: F1 {sameness['f1']:.4f} over "
        f"{sameness['spans']:,} spans; {sameness['texts']} of {sameness['of']} articles have equal spans, "
        f"{sameness['areas']} equal areas; {proof['unplaced']} words were not found in the text again."
    )
