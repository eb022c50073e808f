"""A model's weights as NumPy arrays, read without PyTorch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hoptac.engine.ranges import RANGES, SUFFIX, range_name
from hoptac.errors import ModelError
from hoptac.model.decode import Transitions
from hoptac.model.settings import ModelSettings
from hoptac.model.tags import FORBIDDEN, allowed_transitions

WEIGHTS = "model.safetensors"

Array = NDArray[np.float16] | NDArray[np.float32]


class NotReadable(Exception):
    """A valid model that only PyTorch can run here; says why."""


def weight_files(folder: Path) -> list[Path]:
    """The file or files with the weights, by name.

    Raises `ModelError` when one is missing.
    """
    index = folder / f"{WEIGHTS}.index.json"
    if (folder / WEIGHTS).is_file() or not index.is_file():
        names = {WEIGHTS}
    else:
        try:
            names = {
                str(name) for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{index} is not valid ({error}); copy the model folder anew.") from error
    files = [folder / name for name in sorted(names)]
    if absent := [path.name for path in files if not path.is_file()]:
        raise ModelError(f"{folder}: the model folder lacks {', '.join(absent)}; copy it whole.")
    return files


def model_files(folder: Path) -> list[Path]:
    """`weight_files` and, where there is one, the file with the input ranges."""
    return [*weight_files(folder), *(path for path in (folder / RANGES,) if path.is_file())]


def weights_hash(folder: Path) -> str:
    """SHA-256 of the configuration, the weights and the input ranges: one value for each model."""
    digest = sha256((folder / "config.json").read_bytes())
    for path in model_files(folder):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def read_weights(folder: Path, settings: ModelSettings) -> dict[str, Array]:
    """All weights by name, in fp16 where they are stored so and in fp32 otherwise.

    Where the folder has the ranges of `hoptac.engine.ranges`, they are among them.

    Raises `ModelError` when they cannot be read, or are not those that ``config.json`` describes, and
    `NotReadable` for formats that NumPy has not.
    """
    found: dict[str, Array] = {}
    for path in weight_files(folder):
        found |= _tensors(path)
    _check(folder, found, shapes(settings))
    if (folder / RANGES).is_file():
        ranges = _tensors(folder / RANGES)
        _check(folder, ranges, range_shapes(settings))
        found |= ranges
    return found


def has_ranges(weights: Mapping[str, Array]) -> bool:
    """Whether the products' input ranges are known, so that they can be computed in 8 bits."""
    return any(name.endswith(SUFFIX) for name in weights)


def range_shapes(settings: ModelSettings) -> dict[str, tuple[int, ...]]:
    """The name and shape of the range of every input of the encoder's products."""
    return {
        range_name(name.removesuffix(".weight")): shape[1:]
        for name, shape in shapes(settings).items()
        if name.startswith("encoder.encoder.layer.") and len(shape) == 2
    }


def shapes(settings: ModelSettings) -> dict[str, tuple[int, ...]]:
    """The name and shape of every weight of `hoptac.model.modeling.HoptacModel`."""
    encoder, tags, areas = settings.encoder, settings.tag_count, 1 + len(settings.area_labels)
    width, inner = encoder.hidden_size, encoder.intermediate_size
    found: dict[str, tuple[int, ...]] = {
        "encoder.embeddings.word_embeddings.weight": (encoder.vocab_size, width),
        "encoder.embeddings.position_embeddings.weight": (encoder.max_position_embeddings, width),
        "encoder.embeddings.token_type_embeddings.weight": (encoder.type_vocab_size, width),
        "crf.transitions": (tags, tags),
        "crf.first": (tags,),
    }
    linear = {"tag_head": (tags, width), "area_head": (areas, width)}
    norms = ["encoder.embeddings.LayerNorm"]
    for layer in range(encoder.num_hidden_layers):
        prefix = f"encoder.encoder.layer.{layer}"
        for name in ("query", "key", "value"):
            linear[f"{prefix}.attention.self.{name}"] = (width, width)
        linear[f"{prefix}.attention.output.dense"] = (width, width)
        linear[f"{prefix}.intermediate.dense"] = (inner, width)
        linear[f"{prefix}.output.dense"] = (width, inner)
        norms += [f"{prefix}.attention.output.LayerNorm", f"{prefix}.output.LayerNorm"]
    for name, shape in linear.items():
        found |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    for name in norms:
        found |= {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    return found


def read_transitions(folder: Path, settings: ModelSettings) -> Transitions:
    """The CRF's parameters alone, with what BIO forbids at `FORBIDDEN`; raises as `read_weights`."""
    found: dict[str, Array] = {}
    for path in weight_files(folder):
        found |= _tensors(path, "crf.")
    tags = settings.tag_count
    _check(folder, found, {"crf.transitions": (tags, tags), "crf.first": (tags,)})
    allowed = allowed_transitions(tags)
    moves, first = (found[f"crf.{name}"].astype(np.float32) for name in ("transitions", "first"))
    # a text begins as if it followed O
    return Transitions(
        np.where(allowed, moves, np.float32(FORBIDDEN)), np.where(allowed[0], first, np.float32(FORBIDDEN))
    )


def _check(folder: Path, found: Mapping[str, Array], wanted: Mapping[str, tuple[int, ...]]) -> None:
    problems = {
        "missing keys": [name for name in wanted if name not in found],
        "unexpected keys": [name for name in found if name not in wanted],
        "mismatched keys": [n for n, shape in wanted.items() if n in found and found[n].shape != shape],
    }
    for kind, names in problems.items():
        if names:
            raise ModelError(
                f"{folder}: the weights do not match config.json ({kind}, first {min(names)!r}); take files "
                "that belong together."
            )


def _tensors(path: Path, prefix: str = "") -> dict[str, Array]:
    """The tensors of one file whose names begin with ``prefix``."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            names = [name for name in file.keys() if name.startswith(prefix)]  # noqa: SIM118  not a dict
            if other := {file.get_slice(name).get_dtype() for name in names} - {"F16", "F32"}:
                raise NotReadable(f"weights stored as {', '.join(sorted(other))}")
            return {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}); copy the model folder anew.") from error
