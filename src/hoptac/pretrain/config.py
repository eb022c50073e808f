"""The settings of a pre-training run, read from YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hoptac.errors import ConfigError
from hoptac.train.config import read_settings

OPTIMIZERS = ("adamw", "muon")


@dataclass(frozen=True)
class DomainConfig:
    """Which articles are near the domain, and when the run reads them.

    An article's score is its number of domain ``words`` over its number of words plus 50. Near are those
    above ``min_score``, the best-scoring first as long as they hold no more than ``max_words`` words
    together. The last ``share`` of the run reads near articles only: 1 the whole run, 0.3 general news before
    them.
    """

    words: tuple[str, ...] = ()
    min_score: float = 0.03
    max_words: int | None = None
    share: float = 1.0


@dataclass(frozen=True)
class CorpusConfig:
    """``files``: plain text or ``.xz``, one word-segmented article a line; ``held_out``: the share never
    trained on."""

    files: tuple[str, ...]
    held_out: float = 0.005
    domain: DomainConfig = field(default_factory=DomainConfig)


@dataclass(frozen=True)
class VocabularyConfig:
    """A vocabulary to make: ``size`` ids in all, from letters seen ``min_letter`` times or more.

    With ``folder`` its ``vocab.txt`` and ``bpe.codes`` are taken instead of learning new ones.
    """

    size: int = 24000
    min_letter: int = 100
    folder: str | None = None


@dataclass(frozen=True)
class EncoderConfig:
    """Where the encoder starts.

    ``source`` is a hub id or a folder: with ``vocabulary`` a BERT or RoBERTa with a ``tokenizer.json`` or in
    PhoBERT's format, without it one in PhoBERT's format. A hoptac model's folder gives its encoder,
    ``shipped`` that of the model in the package. ``layers``: ``all``, ``every 2``, or the numbers of those
    kept, from 0.
    """

    source: str
    layers: str = "all"
    positions: int = 256
    dropout: float | None = None
    vocabulary: VocabularyConfig | None = None


@dataclass(frozen=True)
class PretrainConfig:
    """One run. It ends after ``steps`` or ``minutes``, whichever comes first, and the learning rate, after
    ``warmup`` steps, falls linearly to 0 at that end.

    A step reads ``batch_size`` blocks of ``block`` subwords, ``micro_batch`` at a time where memory is short.
    ``optimizer``: ``adamw``, or ``muon`` for the layers' matrices with AdamW for the rest.
    ``evaluate_every``, ``save_every`` and ``log_every`` count steps.
    """

    output: str
    encoder: EncoderConfig
    corpus: CorpusConfig
    steps: int | None = None
    minutes: float | None = None
    block: int = 256
    batch_size: int = 16
    micro_batch: int | None = None
    mask_rate: float = 0.2
    whole_word: bool = True
    optimizer: str = "adamw"
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warmup: int = 60
    max_grad_norm: float = 1.0
    log_every: int = 25
    evaluate_every: int = 150
    evaluate_blocks: int = 128
    save_every: int = 150
    precision: str = "auto"
    seed: int = 0


def load_pretrain_config(path: Path | str, **overrides: Any) -> PretrainConfig:
    """Read a YAML file; ``overrides`` that are not ``None`` win over its outermost keys.

    Raises `ConfigError` for a file that cannot be read, an unknown key, or a value of the wrong type or
    range.
    """
    config = read_settings(PretrainConfig, path, overrides)
    check_config(config, str(path))
    return config


def check_config(config: PretrainConfig, where: str) -> None:
    """Raise `ConfigError` for a value that no run can have."""
    corpus, encoder = config.corpus, config.encoder
    problems = {
        "steps or minutes must say when the run ends": config.steps is None and config.minutes is None,
        "steps must be at least 1": config.steps is not None and config.steps < 1,
        "minutes must be above 0": config.minutes is not None and config.minutes <= 0,
        f"optimizer must be one of {', '.join(OPTIMIZERS)}": config.optimizer not in OPTIMIZERS,
        "corpus.files names no file": not corpus.files,
        "corpus.held_out must lie between 0 and 1, without them": not 0 < corpus.held_out < 1,
        "corpus.domain.share must lie between 0 and 1": not 0 <= corpus.domain.share <= 1,
        "mask_rate must lie between 0 and 1, without them": not 0 < config.mask_rate < 1,
        "block must be at least 8": config.block < 8,
        f"block must not be above encoder.positions ({encoder.positions})": config.block > encoder.positions,
        "batch_size, micro_batch, log_every, evaluate_every, evaluate_blocks and save_every must be at "
        "least 1": min(
            config.batch_size,
            config.micro_batch or 1,
            config.log_every,
            config.evaluate_every,
            config.evaluate_blocks,
            config.save_every,
        )
        < 1,
        "encoder.dropout must lie between 0 and 1": encoder.dropout is not None
        and not 0 <= encoder.dropout < 1,
    }
    for problem, applies in problems.items():
        if applies:
            raise ConfigError(f"{where}: {problem}.")
