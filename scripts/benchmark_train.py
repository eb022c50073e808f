"""Training speed: `hoptac train` against a loop in the style of transformers' run_ner.py, in one run.

python scripts/benchmark_train.py --blocks 6 --steps 4

All learn from the same articles, in turn, a block of optimizer steps each. hoptac's steps are those of the
real run of a configuration (number format, batches of like length, fused optimizer, weight average, both
heads). The other loop computes in fp32, pads every row to the encoder's limit and trains
`RobertaForTokenClassification` with AdamW: once with hoptac's windows for rows, once with a sentence a row,
as `run_ner.py` reads a CoNLL file. Tokens are real subwords: padding counts for none. With `--shape` the
encoder is a random one of that shape, else the shipped one.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch
    from benchmark_machine import Clock
    from numpy.typing import NDArray

    from hoptac.model.modeling import HoptacModel
    from hoptac.train.config import TrainConfig
    from hoptac.train.data import TrainWindows
    from hoptac.train.run import HoptacTrainer

    Rows = TrainWindows | list[dict[str, NDArray[Any]]]

CONFIG = Path(__file__).parents[1] / "configs" / "compact.yaml"
SHAPES = {"compact": (12, 384, 12, 1536), "base": (12, 768, 12, 3072)}  # layers, width, heads, inner width
WARM_UP = 2  # steps that load kernels and are not counted
BACKWARD = 3  # a training step computes three times what a forward pass does


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=CONFIG, help="training configuration")
    parser.add_argument("--shape", choices=SHAPES, help="a random encoder of this shape")
    parser.add_argument(
        "--batch-size", type=int, help="windows a step, for both; by default the configuration's"
    )
    parser.add_argument("--blocks", type=int, default=5, help="blocks of each")
    parser.add_argument("--steps", type=int, default=4, help="optimizer steps in a block")
    parser.add_argument("--threads", type=int, help="cores to use; all by default")
    parser.add_argument("--cpu-time", action="store_true", help="CPU seconds: for a machine that others use")
    parser.add_argument("--json", type=Path, help="write all figures here as well")
    options = parser.parse_args(arguments)
    if options.threads:
        os.environ["OMP_NUM_THREADS"] = str(options.threads)  # before torch is loaded
    report = run(options)
    show(report)
    if options.json:
        from hoptac.annotations.files import write_bytes

        write_bytes(options.json, (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode())


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All figures: real subwords and seconds of every block of both loops."""
    import torch
    from benchmark_machine import matrix_peaks, this_machine

    from hoptac.train.config import load_config

    machine = this_machine()
    if machine.busy:
        print(f"warning: the load average is {machine.load:.1f}; figures will be too low.", file=sys.stderr)
    clock: Clock = time.process_time if options.cpu_time else time.perf_counter
    device = "cuda" if torch.cuda.is_available() else "cpu"
    peaks = matrix_peaks(clock, device=device)
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(
            options.config, encoder="shipped", output=folder, batch_size=options.batch_size, epochs=100
        )
        return {
            "machine": dataclasses.asdict(machine),
            "threads": torch.get_num_threads(),
            "clock": "CPU seconds" if options.cpu_time else "seconds",
            "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
            "peaks": peaks,
            "shape": options.shape or "shipped",
            "batch_size": config.batch_size,
            **compare(config, SHAPES.get(options.shape), options.blocks, options.steps, synchronized(clock)),
        }


def synchronized(clock: Clock) -> Clock:
    """``clock``, read when a GPU has done what it was given."""
    import torch

    def read() -> float:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return clock()

    return read


def compare(
    config: TrainConfig, shape: tuple[int, int, int, int] | None, blocks: int, steps: int, clock: Clock
) -> dict[str, Any]:
    """Train with both loops, in turn, for ``blocks`` blocks of ``steps`` steps each."""
    from benchmark_stages import window_flops

    trainer, windows = our_trainer(config, shape, (blocks * steps + WARM_UP) * config.batch_size)
    rows: dict[str, Rows] = {"windows": windows, "sentences": sentence_rows(windows)}
    device = str(trainer.args.device)
    theirs = {name: their_steps(trainer.model, rows[name], config, device) for name in rows}
    turns = Turns(trainer, theirs, blocks, steps, clock)
    trainer.add_callback(turns.callback())
    trainer.train()
    lengths = [length + 2 for length in windows.lengths]
    flops = sum(window_flops(trainer.model.config, length) for length in lengths) / sum(lengths)
    return {
        "format": "bf16" if trainer.args.bf16 else "fp32",
        "articles": len(windows.articles),
        "windows": len(windows),
        "gflop_a_token": BACKWARD * flops / 1e9,
        "ours": turns.ours,
        "theirs": turns.theirs,
    }


def our_trainer(
    config: TrainConfig, shape: tuple[int, int, int, int] | None, wanted: int
) -> tuple[HoptacTrainer, TrainWindows]:
    """The trainer of `hoptac train` on so many articles as give ``wanted`` windows, or all."""
    import transformers
    from transformers import PrinterCallback

    from hoptac.model.folder import load_encoder, text_encoder
    from hoptac.model.modeling import HoptacModel
    from hoptac.train.data import TrainWindows
    from hoptac.train.run import HoptacTrainer, _arguments, _model_config
    from hoptac.train.sources import load_data

    transformers.set_seed(config.seed)
    data = load_data(config.data)
    model, tokenizer = load_encoder(config.encoder, _model_config(config, data), config.dropout)
    if shape:
        changes = ("num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size")
        for name, value in zip(changes, shape, strict=True):
            setattr(model.config.encoder, name, value)
        model = HoptacModel(model.config)
    count = min(len(data.train), max(8, wanted // 2))  # an article has about two windows
    windows = TrainWindows(
        data.train[:: max(1, len(data.train) // count)][:count],
        text_encoder(model.config, tokenizer),
        data.entity_labels,
        data.area_labels,
        model.config.window_tokens,
        config.augment,
        config.seed,
    )
    arguments = _arguments(config, Path(config.output))
    arguments.disable_tqdm = True
    arguments.save_strategy = "no"
    arguments.logging_strategy = "no"
    trainer = HoptacTrainer(config, model, windows, arguments)
    trainer.remove_callback(PrinterCallback)
    return trainer, windows


def sentence_rows(windows: TrainWindows) -> list[dict[str, NDArray[Any]]]:
    """The articles of ``windows`` with a sentence a row, what does not fit cut off, as `run_ner.py` does."""
    from hoptac.model.tags import encode_entities
    from hoptac.scoring import article_lines

    rows: list[dict[str, NDArray[Any]]] = []
    for article in windows.articles:
        tokens = windows.encoder(article.text, article_lines(article))
        tags = encode_entities(tokens, article.entities, windows.labels)
        edges = [0, *(np.flatnonzero(np.diff(tokens.sentences)) + 1).tolist(), len(tokens)]
        for begin, end in itertools.pairwise(edges):
            part = slice(begin, min(end, begin + windows.limit))
            rows.append({"ids": tokens.ids[part], "tags": tags[part], "areas": np.zeros_like(tags[part])})
    return rows


def their_steps(ours: HoptacModel, rows: Rows, config: TrainConfig, device: str) -> Iterator[int]:
    """Optimizer steps of the usual loop, without end; each gives the real subwords that it learned from."""
    import torch
    from transformers import RobertaConfig, RobertaForTokenClassification

    shape = {name: value for name, value in ours.config.encoder.to_dict().items() if "label" not in name}
    settings = RobertaConfig(**shape, num_labels=ours.config.tag_count)
    model = RobertaForTokenClassification(settings)
    model.roberta.load_state_dict(ours.encoder.state_dict())
    model.to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, fused=True)
    batches = padded_batches(rows, config.batch_size, ours.config)
    while True:
        batch = {name: value.to(device) for name, value in next(batches).items()}
        model(**batch).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad()
        yield int(batch["attention_mask"].sum())


def padded_batches(rows: Rows, size: int, settings: Any) -> Iterator[dict[str, torch.Tensor]]:
    """Batches in random order, every row padded to the encoder's limit, without end."""
    import random

    import torch

    from hoptac.model.modeling import IGNORE
    from hoptac.train.data import collate

    encoder = settings.encoder
    together = collate(encoder.pad_token_id, encoder.bos_token_id, encoder.eos_token_id)
    rng = random.Random(0)
    fill = {"input_ids": encoder.pad_token_id, "attention_mask": 0, "labels": IGNORE}
    while True:
        order = rng.sample(range(len(rows)), len(rows))
        for begin in range(0, len(order) - size + 1, size):
            batch = together([rows[index] for index in order[begin : begin + size]])
            batch["labels"] = batch.pop("tags")
            batch.pop("areas")
            wide = settings.window_tokens + 2 - batch["input_ids"].shape[1]
            yield {
                name: torch.nn.functional.pad(values, (0, wide), value=fill[name])
                for name, values in batch.items()
            }


class Turns:
    """Lets the trainer's own loop and the others take turns: the trainer calls it after each of its steps.

    ``ours`` and each list of ``theirs`` collect ``[real subwords, seconds]`` of each block.
    """

    def __init__(
        self,
        trainer: HoptacTrainer,
        others: Mapping[str, Iterator[int]],
        blocks: int,
        steps: int,
        clock: Clock,
    ) -> None:
        self.trainer, self.others, self.clock = trainer, others, clock
        self.blocks, self.steps = blocks, steps
        self.ours: list[tuple[int, float]] = []
        self.theirs: dict[str, list[tuple[int, float]]] = {name: [] for name in others}
        self.done = self.tokens = 0
        self.begun = 0.0
        forward = trainer.model.forward

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.tokens += int(kwargs["attention_mask"].sum())
            return forward(*args, **kwargs)

        trainer.model.forward = counted

    def callback(self) -> Any:
        """What the trainer takes."""
        from transformers import TrainerCallback

        turns = self

        class AfterStep(TrainerCallback):  # type: ignore[misc]
            def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
                turns.after_step(control)

        return AfterStep()

    def after_step(self, control: Any) -> None:
        if self.trainer.average is not None:
            self.trainer.average.update(self.trainer.model)  # as the callback of `hoptac train` does
        self.done += 1
        if self.done < WARM_UP:
            return
        if self.done == WARM_UP:
            self._their_blocks(WARM_UP, count=False)
        elif (self.done - WARM_UP) % self.steps == 0:
            self.ours.append((self.tokens, self.clock() - self.begun))
            self._their_blocks(self.steps)
            control.should_training_stop = len(self.ours) == self.blocks
        else:
            return
        self.tokens, self.begun = 0, self.clock()

    def _their_blocks(self, steps: int, count: bool = True) -> None:
        for name, other in self.others.items():
            begun = self.clock()
            tokens = sum(itertools.islice(other, steps))
            if count:
                self.theirs[name].append((tokens, self.clock() - begun))


def show(report: dict[str, Any]) -> None:
    """Print tokens a second of all, the ratios block by block, and the share of the matrix peak."""
    machine = report["machine"]

    def speeds(blocks: Sequence[tuple[int, float]]) -> list[float]:
        return [tokens / seconds for tokens, seconds in blocks]

    def spread(values: Sequence[float], form: str) -> str:
        return f"{statistics.median(values):{form}} ({min(values):{form}}-{max(values):{form}})"

    ours = speeds(report["ours"])
    peak = report["peaks"].get(report["format"])
    print(
        f"{machine['cpu']}, {machine['instructions']}; device {report['device']}, {report['threads']} threads"
    )
    print(f"load average before the run {machine['load']:.1f}; all times are {report['clock']}")
    print(
        "matrix peak: "
        + ", ".join(f"{name} {value:,.0f} G(FL)OP/s" for name, value in report["peaks"].items())
    )
    print(
        f"{report['articles']} articles, {report['windows']} windows, batches of {report['batch_size']}, "
        f"encoder: {report['shape']}; {len(ours)} blocks"
    )
    print(f"hoptac train ({report['format']}): {spread(ours, ',.0f')} tokens/s")
    for name, blocks in report["theirs"].items():
        theirs = speeds(blocks)
        ratio = spread([a / b for a, b in zip(ours, theirs, strict=True)], ".2f")
        print(f"run_ner.py's way (fp32, padded {name}): {spread(theirs, ',.0f')} tokens/s; ratio: {ratio}")
    flops = statistics.median(ours) * report["gflop_a_token"]
    share = f", {flops / peak:.0%} of the peak in {report['format']}" if peak else ""
    print(f"model operations without padding: {flops:,.0f} GFLOP/s{share}")


if __name__ == "__main__":
    main()
