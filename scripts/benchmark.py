"""hoptac against the pipeline a user writes today, on the same weights, side by side in one run.

python scripts/benchmark.py --articles 60 --repeats 5 --json runs/benchmark.json

The usual pipeline (`benchmark_baseline.py`) and hoptac with each of its engines read the same articles in
turn, round after round; the tables give medians and, in brackets, the lowest and the highest round. Then:
single articles of about 400 words, the time of a whole `hoptac predict` process, peak memory (each in a
process of its own), the share of every stage, the share of the machine's matrix peak that the encoder
reaches, and whether all of them say the same.

The articles are the annotated ones whose text is at hand, without the furniture around them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark_machine import Clock
    from benchmark_report import Json

    from hoptac.article import Article
    from hoptac.tagger import Tagger

USUAL = "usual"
WORDS = 400  # of a single article, for latencies
SINGLE = 10  # articles nearest to that length
COLD_RUNS = 5


Read = Callable[[Sequence[str]], object]  # reads texts with a loaded pipeline


def load_pipeline(name: str, folder: Path) -> tuple[Read, str]:
    """The pipeline called ``name`` (`USUAL`, or one of hoptac's engines) and what it is, in one line."""
    if name != USUAL:
        tagger = open_tagger(folder, name)
        return lambda texts: tagger.predict(list(texts)), tagger.engine
    import torch
    from benchmark_baseline import UsualPipeline

    pipeline = UsualPipeline(folder)
    described = f"underthesea, PhobertTokenizer, transformers on torch {torch.__version__} in fp32"
    return lambda texts: [pipeline(text) for text in texts], described


def open_tagger(folder: Path, engine: str) -> Tagger:
    """hoptac with an engine by this script's name for it: library and number format, as ``openvino-int8``."""
    from hoptac.tagger import load

    library, _, precision = engine.partition("-")
    return load(folder, engine=library, precision=precision or "auto")


def engine_name(tagger: Tagger) -> str:
    """This script's name for the engine of ``tagger``."""
    words = tagger.engine.split()
    return f"{words[0]}-{words[-1]}"


def offered(folder: Path) -> list[str]:
    """The engines that run on this machine; first the one that `hoptac.load` chooses."""
    from hoptac.errors import HoptacError
    from hoptac.precision import fastest_precision
    from hoptac.tagger import load

    names = {engine_name(load(folder)): None}
    for engine in ("openvino-fp32", "openvino-bf16", "openvino-int8", "torch-fp32", "torch-bf16"):
        if engine == "torch-bf16" and fastest_precision("cpu") == "fp32":
            continue  # emulated
        try:
            names[engine_name(open_tagger(folder, engine))] = None
        except HoptacError:
            continue
    return list(names)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    # before the libraries are loaded, which count the cores then
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if options.child:
        return _child(options.child, options.model, json.loads(options.texts.read_text(encoding="utf-8")))
    from benchmark_report import show

    report = run(options)
    show(report)
    if options.json:
        from hoptac.annotations.files import write_bytes

        write_bytes(options.json, (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    from hoptac.model.folder import SHIPPED

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--model", type=Path, default=SHIPPED, help="model folder; the shipped one by default"
    )
    parser.add_argument("--engines", nargs="+", help="engines to measure; all that run here by default")
    parser.add_argument("--articles", type=int, default=40, help="articles read in a round")
    parser.add_argument("--repeats", type=int, default=5, help="rounds")
    parser.add_argument("--threads", type=int, default=_cores(), help="cores to use")
    parser.add_argument("--dev", type=int, default=1000, help="development articles for the comparison of F1")
    parser.add_argument("--cpu-time", action="store_true", help="CPU seconds: for a machine that others use")
    parser.add_argument("--json", type=Path, help="write all figures here as well")
    parser.add_argument("--child", help=argparse.SUPPRESS)  # a process whose memory is measured
    parser.add_argument("--texts", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(options: argparse.Namespace) -> Json:
    """All measurements, as `benchmark_report.show` prints them."""
    from benchmark_check import bare
    from benchmark_machine import matrix_peaks, this_machine

    from hoptac.annotations.corpus import load_corpus

    machine = this_machine()  # before this process makes a load of its own
    if machine.busy:
        print(f"warning: the load average is {machine.load:.1f}; figures will be too low.", file=sys.stderr)
    clock: Clock = time.process_time if options.cpu_time else time.perf_counter
    corpus = load_corpus()
    everything = [a for split in ("test", "dev", "train") for a in corpus.split(split)]
    articles = [bare(article) for article in spread(everything, options.articles)]
    texts = [article.text for article in articles]
    engines = options.engines or offered(options.model)
    report: Json = {
        "machine": {**asdict(machine), "busy": machine.busy},
        "threads": options.threads,
        "clock": "CPU seconds" if options.cpu_time else "seconds",
        "peaks": matrix_peaks(clock),
        "articles": len(texts),
        "words": sum(len(text.split()) for text in texts),
    }
    readers: dict[str, Read] = {}
    report["names"] = {}
    for name in (USUAL, *engines):
        readers[name], report["names"][name] = load_pipeline(name, options.model)
    report["rounds"] = rounds(readers, texts, options.repeats, clock)
    single = sorted(everything, key=lambda a: abs(len(bare(a).text.split()) - WORDS))[:SINGLE]
    report["latency"] = latencies(readers, [bare(article).text for article in single], options.repeats, clock)
    report["memory"] = memory(readers, options.model, texts, options.threads)
    report["cold_start"] = cold_starts(options.model, bare(single[0]).text, options.threads, options.cpu_time)
    report |= inside(engines, options, texts, clock)
    dev = [bare(article) for article in corpus.split("dev")[: options.dev]]
    report["check"] = check(engines, options.model, dev)
    report["missing"] = corpus.describe_missing()
    return report


def spread(articles: Sequence[Article], count: int) -> list[Article]:
    """``count`` articles, evenly drawn from the whole list."""
    if count >= len(articles):
        return list(articles)
    return [articles[index * len(articles) // count] for index in range(count)]


def rounds(
    readers: dict[str, Read], texts: Sequence[str], repeats: int, clock: Clock
) -> dict[str, list[float]]:
    """Seconds that each reads all texts in, in turn round after round, the order turned round each time."""
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for read in readers.values():
        read(texts[:2])  # what is loaded on the first call
    for turn in range(repeats):
        for name in list(readers)[:: 1 if turn % 2 == 0 else -1]:
            start = clock()
            readers[name](texts)
            seconds[name].append(clock() - start)
    return seconds


def latencies(
    readers: dict[str, Read], texts: Sequence[str], repeats: int, clock: Clock
) -> dict[str, list[float]]:
    """Seconds of each call with one article, the pipelines in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(max(2, repeats)):
        for text in texts:
            for name, read in readers.items():
                start = clock()
                read([text])
                seconds[name].append(clock() - start)
    return seconds


def memory(names: Iterable[str], model: Path, texts: Sequence[str], threads: int) -> dict[str, float]:
    """Peak memory in MB of a process that loads each pipeline and reads the texts."""
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(list(texts)), encoding="utf-8")
        for name in names:
            command = child_command(name, model, path, threads)
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            peaks[name] = float(done.stdout.split()[-1])
    return peaks


def child_command(name: str, model: Path, texts: Path, threads: int) -> list[str]:
    """This script as a process that reads ``texts`` (JSON) with one pipeline and prints its peak memory."""
    return [
        *(sys.executable, __file__, "--child", name, "--texts", str(texts)),
        *("--model", str(model), "--threads", str(threads)),
    ]


def _child(name: str, model: Path, texts: Sequence[str]) -> None:
    read, _ = load_pipeline(name, model)
    read(texts)
    print(_peak_memory())


def _peak_memory() -> float:
    """Peak resident memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage counts what the parent had when it forked
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # macOS counts bytes


def cold_starts(model: Path, text: str, threads: int, cpu_time: bool) -> dict[str, list[float]]:
    """Seconds of whole processes that read one article, each after one run that is not counted."""
    import resource

    def clock() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime if cpu_time else time.perf_counter()

    with tempfile.TemporaryDirectory() as folder:
        path, texts = Path(folder) / "article.txt", Path(folder) / "texts.json"
        path.write_text(text, encoding="utf-8")
        texts.write_text(json.dumps([text]), encoding="utf-8")
        program = "from hoptac.cli import main; main()"
        commands = {
            USUAL: child_command(USUAL, model, texts, threads),
            "hoptac predict": [sys.executable, "-c", program, "predict", str(path), "--model", str(model)],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(COLD_RUNS + 1):
            for name, command in commands.items():
                start = clock()
                subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
                if turn:
                    seconds[name].append(clock() - start)
    return seconds


def inside(engines: Sequence[str], options: argparse.Namespace, texts: Sequence[str], clock: Clock) -> Json:
    """Seconds of each stage with the first engine, and what each engine's encoder does in how many."""
    from benchmark_stages import padded_lengths, prepared_texts, stage_seconds, window_flops, windows_of

    taggers = {engine: open_tagger(options.model, engine) for engine in engines}
    first = taggers[engines[0]]
    runs = [stage_seconds(first, texts, clock) for _ in range(options.repeats)]
    stages = {stage: statistics.median(run[stage] for run in runs) for stage in runs[0]}
    prepared = prepared_texts(first, texts)
    windows = windows_of(prepared)
    settings = first.reader.settings
    seconds: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(options.repeats):
        for engine, tagger in taggers.items():
            start = clock()
            tagger.reader.engine.run(windows)
            seconds[engine].append(clock() - start)
    lengths = {engine: padded_lengths(tagger.reader.engine, windows) for engine, tagger in taggers.items()}
    encoder = {
        engine: {
            "seconds": seconds[engine],
            "tokens": sum(len(window) + 2 for window in windows),
            "gflop": sum(window_flops(settings, len(window) + 2) for window in windows) / 1e9,
            "padded_gflop": sum(window_flops(settings, length) for length in lengths[engine]) / 1e9,
            "format": taggers[engine].engine.rpartition(" in ")[2],
        }
        for engine in engines
    }
    return {
        "tokens": sum(len(item.tokens) for item in prepared),
        "stages": {"engine": engines[0], "seconds": stages},
        "encoder": encoder,
    }


def check(engines: Sequence[str], model: Path, dev: Sequence[Article]) -> Json:
    """What each pipeline finds in the development articles, against fp32 PyTorch and against the marks."""
    from benchmark_baseline import UsualPipeline
    from benchmark_check import f1, full_precision, prove, read_all, same, spans_of

    texts = [article.text for article in dev]
    gold, gold_areas = [article.entities for article in dev], [article.areas for article in dev]
    reader = full_precision(model)
    readings = read_all(reader, texts)
    spans = [spans_of(reading) for reading in readings]
    areas = [reader.predict("", reading).areas for reading in readings]
    usual = UsualPipeline(model)
    found = [usual(text) for text in texts]
    report: Json = {
        "articles": len(dev),
        "proof": asdict(prove(usual, reader, texts, readings)),
        "usual": {
            **asdict(same([item.entities for item in found], spans, [item.areas for item in found], areas)),
            "unplaced": sum(item.unplaced for item in found),
            "entities_f1": f1([item.entities for item in found], gold),
            "areas_f1": f1([item.areas for item in found], gold_areas),
        },
        "engines": {},
    }
    for engine in engines:
        tagger = open_tagger(model, engine)
        outcome = read_all(tagger.reader, texts)
        predictions = [tagger.reader.predict("", reading) for reading in outcome]
        their_spans, their_areas = [spans_of(reading) for reading in outcome], [p.areas for p in predictions]
        report["engines"][engine] = {
            **asdict(same(their_spans, spans, their_areas, areas)),
            "entities_f1": f1([[e.entity for e in p.entities] for p in predictions], gold),
            "areas_f1": f1(their_areas, gold_areas),
        }
    return report


if __name__ == "__main__":
    main()
