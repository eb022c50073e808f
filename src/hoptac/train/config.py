"""The settings of a training run, read from YAML; a misspelt key is refused with the nearest valid one."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from hoptac.errors import ConfigError


@dataclass(frozen=True)
class DataConfig:
    """Where articles come from.

    Either the annotated corpus (``annotations``, ``texts``; both default to the project's own folders), or
    word and tag files (``conll_train``, ``conll_dev``), or articles in the inline markup (``articles``:
    folders of ``.md`` files that join the training split).

    ``silver``: a file of articles that a teacher marked (scripts/self_train.py). Each epoch reads a random
    part of them beside the others: ``silver_share`` times as many.
    """

    annotations: str | None = None
    texts: str | None = None
    corpus: bool = True
    articles: tuple[str, ...] = ()
    silver: str | None = None
    silver_share: float = 1.0
    conll_train: str | None = None
    conll_dev: str | None = None
    max_articles: int | None = None


@dataclass(frozen=True)
class AugmentConfig:
    """How often the training articles are changed, anew in each epoch; 0 turns a change off.

    ``replace``: the share of names swapped for others of their type; ``upper``: that of articles with
    their title in capitals; ``lower``: that of entities written small; ``drop``: that of subwords masked.
    """

    replace: float = 0.0
    upper: float = 0.0
    lower: float = 0.0
    drop: float = 0.0


@dataclass(frozen=True)
class TrainConfig:
    """One training run; rates are AdamW's, times are epochs unless the name says otherwise.

    ``warmup`` is a share of the run's steps, and no fewer than 200 steps where the run is long enough.

    ``batch_size`` counts windows of one process: a step learns from ``batch_size * gradient_accumulation``
    windows, times the number of processes under ``accelerate launch``.
    """

    encoder: str
    output: str
    data: DataConfig = field(default_factory=DataConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    segmenter: str = "underthesea"
    window_overlap: int = 48
    epochs: int = 8
    batch_size: int = 8
    gradient_accumulation: int = 1
    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    crf_learning_rate: float = 1e-2
    layer_decay: float = 1.0
    weight_decay: float = 0.01
    warmup: float = 0.1
    schedule: str = "linear"
    max_grad_norm: float = 1.0
    dropout: float | None = None
    head_dropout: float = 0.1
    none_weight: float = 0.5
    area_loss_weight: float = 1.0
    average: float = 0.0
    early_stopping: int | None = None
    evaluate_from: int = 1
    save_steps: int | None = None
    precision: str = "auto"
    workers: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "gradient_accumulation", "save_steps", "early_stopping"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} must be at least 1, not {value}.")


T = TypeVar("T")


def load_config(path: Path | str, **overrides: Any) -> TrainConfig:
    """The settings of a training run, from a YAML file; see `read_settings`."""
    return read_settings(TrainConfig, path, overrides)


def read_settings(kind: type[T], path: Path | str, overrides: Mapping[str, Any]) -> T:
    """Read a YAML file into a dataclass; ``overrides`` that are not ``None`` win over its outermost keys.

    Raises `ConfigError` for a file that cannot be read, an unknown key, or a value of the wrong type.
    """
    path = Path(path)
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the configuration cannot be read ({error}).") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: this is not valid YAML ({' '.join(str(error).split())}).") from error
    if not isinstance(values, Mapping):
        raise ConfigError(f"{path}: expected settings as `key: value` lines, found none.")
    merged = {**values, **{key: value for key, value in overrides.items() if value is not None}}
    return parse_config(kind, merged, str(path))


def parse_config(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """Make a (nested) settings dataclass of plain values; errors name the key as ``outer.inner``."""
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind)
    result: dict[str, Any] = {}
    for key, value in values.items():
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1, cutoff=0.0)
            raise ConfigError(f"{where}: unknown key {key!r}; did you mean {near[0]!r}?")
        result[key] = _value(hints[key], value, f"{where}: {key}")
    missing = [
        name
        for name, f in fields.items()
        if name not in result
        and f.default is dataclasses.MISSING
        and f.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise ConfigError(f"{where}: the key {missing[0]!r} is missing.")
    return kind(**result)


def _value(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, types.UnionType):
        options = typing.get_args(hint)
        if value is None and type(None) in options:
            return None
        return _value(next(o for o in options if o is not type(None)), value, where)
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where} must hold settings of its own, not {value!r}.")
        return parse_config(hint, value, where)  # type: ignore[arg-type]
    if typing.get_origin(hint) is tuple:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
            raise ConfigError(f"{where} must be a list of words, not {value!r}.")
        return tuple(items)
    if hint is float and isinstance(value, str):
        try:
            return float(value)  # YAML 1.1 reads 2e-4 as a word
        except ValueError:
            pass
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise ConfigError(f"{where} must be of type {hint.__name__}, not {value!r}.")
