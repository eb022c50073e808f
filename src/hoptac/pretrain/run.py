"""A pre-training run, from a configuration to an encoder folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, set_seed

from hoptac.annotations.files import write_bytes
from hoptac.errors import ConfigError, ModelError
from hoptac.model.attention import use_products
from hoptac.model.dropout import use_bits_dropout
from hoptac.pretrain.blocks import Blocks, Packed, open_blocks
from hoptac.pretrain.checkpoint import (
    RunState,
    last_checkpoint,
    load_checkpoint,
    read_state,
    save_checkpoint,
)
from hoptac.pretrain.config import PretrainConfig, check_config
from hoptac.pretrain.encoder import load_encoder, save_encoder
from hoptac.pretrain.interrupt import Interrupt
from hoptac.pretrain.loss import MaskedLoss
from hoptac.pretrain.masking import Masker
from hoptac.pretrain.metrics import MetricsLog
from hoptac.pretrain.optim import make_optimizer
from hoptac.pretrain.sampling import BlockSampler
from hoptac.pretrain.stages import BLOCKS, START, claim_output, prepare_run
from hoptac.train.run import common_precision

ENCODER, CHECKPOINTS, REPORT = "encoder", "checkpoints", "pretraining.json"
EVALUATION_SEED = 1
T = TypeVar("T")


def pretrain(
    config: PretrainConfig, resume: bool = False, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Train into ``config.output``/encoder and return what pretraining.json there holds.

    With ``resume`` the run goes on from its last checkpoint; one that ends after ``steps`` then ends as if it
    had not been interrupted. On SIGINT or SIGTERM it saves a checkpoint and the encoder as it is, and ends.

    Raises `ConfigError`, `InputError` or `ModelError` for settings, files or a source that do not serve, and
    `ModelError` for a loss that is not finite.
    """
    check_config(config, "pre-training")
    cpu = not torch.cuda.is_available()
    device = "cpu" if cpu else "cuda"
    output = Path(config.output)
    checkpoint = last_checkpoint(output / CHECKPOINTS)
    state = read_state(checkpoint) if checkpoint else None
    if state is not None and config.precision == "auto" and state.device == device:
        precision = state.precision  # another measurement could fall the other way
    else:
        precision = common_precision(config.precision, cpu)
    accelerator = Accelerator(cpu=cpu, mixed_precision="bf16" if precision == "bf16" else "no")
    if config.batch_size % accelerator.num_processes:
        raise ConfigError(
            f"batch_size: {config.batch_size} does not divide among {accelerator.num_processes} processes."
        )
    if accelerator.is_main_process:
        claim_output(config, resume)
        prepare_run(config, say)
    accelerator.wait_for_everyone()
    set_seed(config.seed)
    run = Pretraining(config, accelerator, state or RunState(0, 0, 0.0, {}, precision, device), say)
    if checkpoint:
        load_checkpoint(checkpoint, accelerator.unwrap_model(run.module), run.optimizer.optimizer)
    return run()


class Pretraining:
    """The training loop with its state."""

    def __init__(
        self, config: PretrainConfig, accelerator: Accelerator, state: RunState, say: Callable[[str], None]
    ) -> None:
        self.config, self.accelerator, self.state, self.say = config, accelerator, state, say
        self.output = Path(config.output)
        self.model, self.tokenizer = load_encoder(self.output / START)
        if state.precision == "bf16" and state.device == "cpu":
            use_products(self.model)
            use_bits_dropout(self.model)
        self.blocks: Blocks = open_blocks(self.output / BLOCKS)
        self.sampler = BlockSampler(self.blocks, config.corpus.domain.share, config.seed)
        self.sampler.drawn |= state.drawn
        self.masker = Masker(self.tokenizer, config.mask_rate, config.whole_word)
        loss = MaskedLoss(self.model)
        optimizer = make_optimizer(
            loss, config.optimizer, config.learning_rate, config.weight_decay, state.precision == "bf16"
        )
        self.module, self.optimizer = accelerator.prepare(loss, optimizer)
        self.before = state.seconds
        self.started = time.monotonic()

    def __call__(self) -> dict[str, Any]:
        """Train to the end of the budget, write the encoder and the report."""
        with Interrupt() as interrupt:
            return self._run(interrupt)

    def _run(self, interrupt: Interrupt) -> dict[str, Any]:
        log = MetricsLog(self.output, self.state.step) if self.accelerator.is_main_process else None
        first = self.evaluate(log) if self.state.step == 0 else {}
        self.started = time.monotonic()
        stopped = self._train(log, interrupt)
        if self.state.step % self.config.save_every:
            self._save()
        final = self.evaluate(log)
        report = self._report(first, final, stopped)
        if log is not None:
            log.close()
            save_encoder(self.output / ENCODER, self.model, self.tokenizer, torch.float16)
            write_bytes(
                self.output / REPORT,
                (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode("utf-8"),
            )
            state, loss = "Interrupted (--resume goes on)" if stopped else "Finished", final["held_out"]
            self.say(f"{state}: held-out loss {loss:.3f}; the encoder is in {self.output / ENCODER}.")
        self.accelerator.wait_for_everyone()
        return report

    def _train(self, log: MetricsLog | None, interrupt: Interrupt) -> bool:
        """Whether an interrupt, not the budget, ended it."""
        config, state = self.config, self.state
        since, tokens, losses = time.monotonic(), 0, []
        while True:
            # the main process's clock and signals count for all
            progress, stopped = self._shared((self._progress(), interrupt.seen))
            if progress >= 1 or stopped:
                return stopped
            losses.append(self.step(progress))
            tokens += config.batch_size * config.block
            if state.step % config.log_every == 0:
                mean = self._mean(losses)
                speed = tokens / (time.monotonic() - since)
                if log is not None:
                    rate = self.optimizer.param_groups[0]["lr"]
                    log.add(
                        state.step,
                        loss=mean,
                        learning_rate=rate,
                        tokens=state.tokens,
                        tokens_per_second=speed,
                    )
                    self.say(
                        f"step {state.step} ({100 * progress:.1f}%), {state.tokens / 1e6:.2f}M tokens: loss "
                        f"{mean:.3f}, "
                        f"rate {rate:.2e}, {speed:.0f} tokens/s"
                    )
                since, tokens, losses = time.monotonic(), 0, []
            if state.step % config.evaluate_every == 0:
                self.evaluate(log)
            if state.step % config.save_every == 0:
                self._save()

    def step(self, progress: float) -> float:
        """One optimizer step; the mean loss of this process's masked subwords."""
        config, state, accelerator = self.config, self.state, self.accelerator
        self._set_rate(progress)
        # everything random of a step follows from its number, so that nothing random needs a checkpoint
        torch.manual_seed(config.seed * 1_000_003 + state.step)
        packed = self.sampler.batch(config.batch_size, progress)
        batch = self.masker(packed, np.random.default_rng([config.seed, state.step]))
        mine = slice(accelerator.process_index, None, accelerator.num_processes)
        inputs, labels = batch.inputs[mine], batch.labels[mine]
        size = config.micro_batch or len(inputs)
        self.module.train()
        total, asked = 0.0, 0
        for start in range(0, len(inputs), size):
            part = slice(start, start + size)
            waits = start + size < len(inputs)
            with accelerator.no_sync(self.module) if waits else nullcontext():
                loss = self.module(inputs[part].to(accelerator.device), labels[part].to(accelerator.device))
                # gradients are averaged over processes, and the loss is one mean over the whole batch
                accelerator.backward(loss * (accelerator.num_processes / max(batch.subwords, 1)))
            total += loss.item()
            asked += int((labels[part] >= 0).sum())
        accelerator.clip_grad_norm_(self.module.parameters(), config.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        mean = total / max(asked, 1)
        if not np.isfinite(mean):
            raise ModelError(
                f"step {state.step}: the loss is {mean}; resume with a smaller learning_rate in a new run."
            )
        state.step += 1
        state.tokens += packed.size
        return mean

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def evaluate(self, log: MetricsLog | None) -> dict[str, float]:
        """Held-out loss in nats, under masks that are the same each time: a masked subword, and a masked
        word.

        The second compares vocabularies of different sizes. ``held_out`` are the articles near the domain
        (all, without one), ``held_out_far`` the others.
        """
        values: dict[str, float] = {}
        if self.accelerator.is_main_process:
            self.model.eval()
            for name, blocks in (
                ("held_out", self.blocks.held_out_near),
                ("held_out_far", self.blocks.held_out_far),
            ):
                if len(blocks):
                    values |= self._held_out(name, blocks[: self.config.evaluate_blocks])
            if log is not None:
                log.add(self.state.step, **values)
            self.say(", ".join(f"{name} {value:.3f}" for name, value in values.items()))
        return self._shared(values)

    def _held_out(self, name: str, blocks: Packed) -> dict[str, float]:
        loss = MaskedLoss(self.model)
        size = self.config.micro_batch or self.config.batch_size
        total, subwords, words = 0.0, 0, 0
        for start in range(0, len(blocks), size):
            # a mask for each block of its own number, whatever the batch
            rows = range(start, min(start + size, len(blocks)))
            parts = [
                self.masker(blocks[i : i + 1], np.random.default_rng([EVALUATION_SEED, i])) for i in rows
            ]
            inputs = torch.cat([part.inputs for part in parts]).to(self.accelerator.device)
            labels = torch.cat([part.labels for part in parts]).to(self.accelerator.device)
            with self.accelerator.autocast():
                total += loss(inputs, labels).item()
            subwords += sum(part.subwords for part in parts)
            words += sum(part.words for part in parts)
        return {name: total / subwords, f"{name}_per_word": total / words}

    def _progress(self) -> float:
        """How much of the budget is used: of the steps or of the minutes, whichever is nearer to its end."""
        config, state = self.config, self.state
        state.seconds = self.before + time.monotonic() - self.started
        by_steps = state.step / config.steps if config.steps else 0.0
        by_minutes = state.seconds / (60 * config.minutes) if config.minutes else 0.0
        return max(by_steps, by_minutes)

    def _set_rate(self, progress: float) -> None:
        warm = min(1.0, (self.state.step + 1) / max(1, self.config.warmup))
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * warm * (1 - progress)

    def _shared(self, value: T) -> T:
        """The main process's ``value``, in all."""
        if self.accelerator.num_processes == 1:
            return value
        values = [value]
        broadcast_object_list(values)
        return values[0]

    def _mean(self, losses: list[float]) -> float:
        values = torch.tensor(losses, device=self.accelerator.device).mean()
        return float(self.accelerator.gather(values).mean())

    def _save(self) -> None:
        if self.accelerator.is_main_process:
            self._progress()
            self.state.drawn = dict(self.sampler.drawn)
            module = self.accelerator.unwrap_model(self.module)
            save_checkpoint(self.output / CHECKPOINTS, self.state, module, self.optimizer.optimizer)
        self.accelerator.wait_for_everyone()

    def _report(self, first: dict[str, float], final: dict[str, float], stopped: bool) -> dict[str, Any]:
        return {
            "config": asdict(self.config),
            "corpus": self.blocks.counts,
            "parameters": sum(parameter.numel() for parameter in self.model.parameters()),
            "steps": self.state.step,
            "tokens": self.state.tokens,
            "minutes": round(self.state.seconds / 60, 1),
            "interrupted": stopped,
            "at_start": first,
            "at_end": final,
            "precision": self.state.precision,
            "device": str(self.accelerator.device),
            "processes": self.accelerator.num_processes,
            "torch": torch.__version__,
        }
