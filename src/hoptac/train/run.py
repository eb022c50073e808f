"""One training run, from a configuration to a model folder."""

from __future__ import annotations

import difflib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from numpy.typing import NDArray
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.integrations import TensorBoardCallback

from hoptac.annotations.files import write_bytes
from hoptac.article import Article
from hoptac.engine.ranges import measure_ranges, write_ranges
from hoptac.engine.torch_engine import TorchEngine
from hoptac.errors import ConfigError
from hoptac.model.attention import use_products
from hoptac.model.config import HoptacConfig
from hoptac.model.dropout import use_bits_dropout
from hoptac.model.folder import load_encoder, load_model, save_model, text_encoder, transitions
from hoptac.model.modeling import HoptacModel
from hoptac.precision import Precision, resolve_precision
from hoptac.reader import Reader, Reading
from hoptac.scoring import article_lines
from hoptac.text.encode import TextEncoder
from hoptac.train.average import WeightAverage
from hoptac.train.config import TrainConfig
from hoptac.train.data import LengthBatches, TrainWindows, collate
from hoptac.train.fit import DevScores, dev_scores, fit_settings
from hoptac.train.optim import parameter_groups
from hoptac.train.sources import TrainingData, load_data

PROGRESS = "progress.json"  # written last into a checkpoint: one without it is not whole
MODEL, CHECKPOINTS, REPORT = "model", "checkpoints", "training.json"
LEAST_WARMUP = 200  # steps: with 50, two of three runs of 12 layers at 2e-4 collapsed
SCHEDULES = ("linear", "cosine", "constant", "constant_with_warmup")


def train(config: TrainConfig, resume: bool = False) -> dict[str, Any]:
    """Train a model into ``config.output``/model and return what training.json there holds.

    With ``resume`` the run goes on from its last whole checkpoint, and ends as if nothing had interrupted it.

    Raises `ConfigError`, `ModelError` or `AnnotationError` for settings, an encoder or articles that do not
    serve.
    """
    started = time.time()
    output = Path(config.output)
    checkpoint = last_checkpoint(output / CHECKPOINTS)
    if checkpoint and not resume:
        raise ConfigError(
            f"{output} holds an earlier run; give --resume to go on with it, or another output folder."
        )
    transformers.set_seed(config.seed)
    data = load_data(config.data)
    model, tokenizer = load_encoder(config.encoder, _model_config(config, data), config.dropout)
    if not data.area_labels:
        model.area_head.requires_grad_(False)
    pipeline = text_encoder(model.config, tokenizer)
    windows = TrainWindows(
        data.train,
        pipeline,
        data.entity_labels,
        data.area_labels,
        model.config.window_tokens,
        config.augment,
        config.seed,
        data.silver,
        config.data.silver_share,
    )
    progress = _read_progress(checkpoint)
    trainer = HoptacTrainer(config, model, windows, _arguments(config, output, progress.get("precision")))
    keeper = BestModel(trainer, data.dev, pipeline, output, tokenizer)
    trainer.add_callback(keeper)
    if trainer.is_world_process_zero():
        trainer.add_callback(TensorBoardCallback(SummaryWriter(str(output / "tensorboard"))))
    if checkpoint:
        keeper.load(checkpoint, progress)
    for note in (*data.notes, *_launch_notes(trainer.args.world_size)):
        keeper.say(note)
    keeper.say(
        f"{len(data.train)} articles, {len(data.silver)} silver ones, {len(windows)} windows an epoch; "
        f"{len(data.dev)} development articles; "
        f"{keeper.precision} on {trainer.args.device}"
    )
    if not keeper.out_of_patience:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    report = {
        "config": asdict(config),
        "articles": {
            "train": len(data.train),
            "silver": len(data.silver),
            "dev": len(data.dev),
            "notes": data.notes,
        },
        "precision": keeper.precision,
        "device": str(trainer.args.device),
        "processes": trainer.args.world_size,
        "torch": torch.__version__,
        "minutes": round((time.time() - started) / 60, 1),
        "best": keeper.best,
        "history": keeper.history,
    }
    if trainer.is_world_process_zero():
        finish(output, data.train, data.dev, keeper.precision, str(trainer.args.device))
        _write_json(output / REPORT, report)
    trainer.accelerator.wait_for_everyone()
    return report


def finish(
    output: Path,
    train: Sequence[Article],
    dev: Sequence[Article],
    precision: str = "auto",
    device: str = "cpu",
) -> DevScores:
    """Fit thresholds and calibration of the best model on the development articles and save it again.

    Beside it go the input ranges, for int8, over training articles drawn at random. Returned are the
    development figures.
    """
    model, tokenizer = load_model(output / MODEL)
    engine = TorchEngine(model.to(device), precision)
    reader = Reader(model.config, text_encoder(model.config, tokenizer), engine, transitions(model))
    readings = read_articles(reader, dev)
    fit_settings(reader, dev, readings)
    save_model(output / MODEL, model, tokenizer)
    write_ranges(output / MODEL, measure_ranges(engine, _random_windows(reader, train)))
    return dev_scores(reader, dev, readings)


def _random_windows(reader: Reader, articles: Sequence[Article]) -> Iterator[NDArray[np.int32]]:
    order = np.random.default_rng(0).permutation(len(articles))
    for article in (articles[i] for i in order):
        item = reader.prepare(article.text, article_lines(article))
        yield from (item.tokens.ids[w.start : w.end] for w in item.windows)


def read_articles(reader: Reader, articles: Sequence[Article]) -> list[Reading]:
    """Readings of the articles' own lines: furniture is left out as marked by hand."""
    return reader.read([reader.prepare(article.text, article_lines(article)) for article in articles])


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint."""
    whole = [path.parent for path in folder.glob(f"checkpoint-*/{PROGRESS}")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def _read_progress(checkpoint: Path | None) -> dict[str, Any]:
    if checkpoint is None:
        return {}
    progress: dict[str, Any] = json.loads((checkpoint / PROGRESS).read_text(encoding="utf-8"))
    return progress


def _launch_notes(processes: int) -> tuple[str, ...]:
    # accelerate sets these for several processes without a GPU, and leaves it to MPI to start them
    if processes == 1 and "MASTER_PORT" in os.environ and "ACCELERATE_USE_CPU" in os.environ:
        return (
            "This is one process only: without a GPU `accelerate launch` starts no more, unless with "
            "--multi_gpu. For N processes on a CPU, run `torchrun --nproc_per_node N scripts/train.py`.",
        )
    return ()


def _model_config(config: TrainConfig, data: TrainingData) -> HoptacConfig:
    return HoptacConfig(
        entity_labels=list(data.entity_labels),
        area_labels=list(data.area_labels),
        segmenter=config.segmenter,
        window_overlap=config.window_overlap,
        head_dropout=config.head_dropout,
        none_weight=config.none_weight,
        area_loss_weight=config.area_loss_weight,
    )


def common_precision(wanted: str, cpu: bool) -> Precision:
    """`resolve_precision` with one answer for all processes: the first one measures.

    Raises `ConfigError` as that does.
    """
    state = PartialState(cpu=cpu)
    device = "cpu" if cpu else "cuda"
    if wanted != "auto" or state.num_processes == 1:
        return resolve_precision(wanted, device)
    answer = [resolve_precision(wanted, device) if state.is_main_process else "fp32"]
    broadcast_object_list(answer)
    return answer[0]


def _arguments(config: TrainConfig, output: Path, precision: Precision | None = None) -> TrainingArguments:
    """The trainer's settings; ``precision`` is that of the run gone on with, ``None`` for a new one."""
    if config.schedule not in SCHEDULES:
        near = difflib.get_close_matches(config.schedule, SCHEDULES, n=1, cutoff=0.0)
        raise ConfigError(f"there is no schedule {config.schedule!r}; did you mean {near[0]!r}?")
    cpu = not torch.cuda.is_available()
    precision = precision or common_precision(config.precision, cpu)
    return TrainingArguments(
        output_dir=str(output / CHECKPOINTS),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=config.gradient_accumulation,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule,
        max_grad_norm=config.max_grad_norm,
        weight_decay=config.weight_decay,
        bf16=precision == "bf16",
        use_cpu=cpu,
        seed=config.seed,
        dataloader_num_workers=config.workers,
        dataloader_pin_memory=not cpu,
        remove_unused_columns=False,
        save_strategy="steps" if config.save_steps else "epoch",
        save_steps=config.save_steps or 500,
        save_total_limit=2,
        logging_steps=20,
        report_to="none",
        ddp_find_unused_parameters=False,
    )


def warmup_steps(share: float, steps: int) -> int:
    """``share`` of all ``steps``, but no fewer than `LEAST_WARMUP`, or than a quarter of a short run."""
    return max(round(share * steps), min(LEAST_WARMUP, steps // 4))


class HoptacTrainer(Trainer):  # type: ignore[misc]
    """The Hugging Face trainer with this project's batches, parameter groups and weight average."""

    def __init__(
        self, config: TrainConfig, model: HoptacModel, windows: TrainWindows, arguments: TrainingArguments
    ) -> None:
        encoder = model.config.encoder
        self.config = config
        if arguments.bf16 and arguments.use_cpu:
            use_products(model)
            use_bits_dropout(model)
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=windows,
            data_collator=collate(encoder.pad_token_id, encoder.bos_token_id, encoder.eos_token_id),
        )
        # after the trainer has put the model on its device
        self.average = WeightAverage(model, config.average) if config.average else None

    def get_train_dataloader(self) -> DataLoader[Any]:
        loader = DataLoader(
            self.train_dataset,
            batch_sampler=LengthBatches(self.train_dataset, self.config.batch_size, self.config.seed),
            collate_fn=self.data_collator,
            num_workers=self.args.dataloader_num_workers,
            pin_memory=self.args.dataloader_pin_memory,
        )
        return self.accelerator.prepare(loader)  # type: ignore[no-any-return]

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        self.args.warmup_steps = warmup_steps(self.config.warmup, num_training_steps)
        return super().create_scheduler(num_training_steps, optimizer)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            self.optimizer: torch.optim.Optimizer = torch.optim.AdamW(
                parameter_groups(self.model, self.config), betas=(0.9, 0.999), eps=1e-8, fused=True
            )
        return self.optimizer


class BestModel(TrainerCallback):  # type: ignore[misc]
    """After each epoch: score the development articles, keep the best model, stop early if asked to."""

    def __init__(
        self,
        trainer: HoptacTrainer,
        dev: Sequence[Article],
        pipeline: TextEncoder,
        output: Path,
        tokenizer: Any,
    ) -> None:
        self.trainer, self.dev, self.pipeline, self.output, self.tokenizer = (
            trainer,
            dev,
            pipeline,
            output,
            tokenizer,
        )
        self.precision = "bf16" if trainer.args.bf16 else "fp32"
        self.best: dict[str, Any] | None = None
        self.history: list[dict[str, Any]] = []
        self.prepared: list[Any] | None = None

    @property
    def out_of_patience(self) -> bool:
        """Whether the development scores have not risen for so many epochs that the run is over."""
        patience = self.trainer.config.early_stopping
        if patience is None or self.best is None:
            return False
        return bool(self.history[-1]["epoch"] - self.best["epoch"] >= patience)

    def say(self, text: str) -> None:
        """Print a line, from one process only, above the progress bar."""
        if self.trainer.is_world_process_zero():
            from tqdm.auto import tqdm

            tqdm.write(text)

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if self.trainer.average is not None:
            self.trainer.average.update(self.trainer.model)
        if state.epoch is not None and state.epoch == int(state.epoch):
            # the checkpoint of an epoch's last step waits for the development scores
            control.should_save = False

    def on_epoch_begin(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        # a sampler wrapped for several processes, or to skip batches, is not told of the epoch by the trainer
        self.trainer.train_dataset.set_epoch(round(state.epoch or 0, 6).__floor__())

    def on_epoch_end(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        epoch = round(state.epoch or 0)
        config = self.trainer.config
        control.should_save = True
        if epoch >= config.evaluate_from or epoch >= config.epochs:
            if self.trainer.is_world_process_zero():
                self._score(epoch)
            self.trainer.accelerator.wait_for_everyone()
            shared = [self.best, self.history]
            if args.world_size > 1:
                broadcast_object_list(shared)
            self.best, self.history = shared  # type: ignore[assignment]
        if self.out_of_patience:
            self.say(f"No better development score for {config.early_stopping} epochs: stopped.")
            control.should_training_stop = True

    def _score(self, epoch: int) -> None:
        model: HoptacModel = self.trainer.model
        average = self.trainer.average
        if average is None:
            scores = self._keep(model, epoch)
        else:
            with average.applied(model):
                scores = self._keep(model, epoch)
        areas = (
            ""
            if scores.areas_micro is None
            else f", areas {scores.areas_micro:.4f} (macro {scores.areas_macro:.4f})"
        )
        self.say(f"epoch {epoch}: development entities {scores.entities:.4f}{areas}")
        if not scores.entities and any(article.entities for article in self.dev):
            self.say("The model finds no name at all. If that stays so, lower learning_rate or raise warmup.")

    def _keep(self, model: HoptacModel, epoch: int) -> DevScores:
        reader = Reader(model.config, self.pipeline, TorchEngine(model, self.precision), transitions(model))
        if self.prepared is None:
            self.prepared = [reader.prepare(article.text, article_lines(article)) for article in self.dev]
        scores = dev_scores(reader, self.dev, reader.read(self.prepared))
        model.train()
        row = {"epoch": epoch, **asdict(scores), "overall": scores.overall}
        self.history.append(row)
        self.trainer.log(
            {f"dev_{key}": value for key, value in row.items() if key != "epoch" and value is not None}
        )
        if self.best is None or scores.overall > self.best["overall"]:
            self.best = row
            save_model(self.output / MODEL, model, self.tokenizer)
        return scores

    def on_save(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self.trainer.accelerator.wait_for_everyone()  # every process has its part of the checkpoint
        if not self.trainer.is_world_process_zero():
            return
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        if self.trainer.average is not None:
            self.trainer.average.save(folder)
        progress = {"precision": self.precision, "best": self.best, "history": self.history}
        _write_json(folder / PROGRESS, progress)

    def load(self, checkpoint: Path, progress: Mapping[str, Any]) -> None:
        """Take up what `on_save` left in a checkpoint."""
        self.best, self.history = progress["best"], progress["history"]
        if self.trainer.average is not None:
            self.trainer.average.load(checkpoint)


def _write_json(path: Path, value: Any) -> None:
    write_bytes(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
