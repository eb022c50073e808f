"""A model opened for reading: the engine that fits the machine, and what reads texts around it."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoptac.engine import Engine
from hoptac.errors import ConfigError, ModelError
from hoptac.model.decode import Transitions
from hoptac.text.encode import TextEncoder

if TYPE_CHECKING:
    from hoptac.model.settings import ModelSettings

ENGINES = ("auto", "openvino", "torch")
ACTIVATIONS = ("gelu",)  # what the graph of `hoptac.engine.graph` computes


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """The arguments of `hoptac.reader.Reader`."""

    settings: Any
    encoder: TextEncoder
    engine: Engine
    transitions: Transitions


def open_model(
    source: Path | str, device: str | None = None, engine: str = "auto", precision: str = "auto"
) -> OpenedModel:
    """Open a model folder or hub id with the named engine, or with ``auto`` the one that fits the machine.

    That is PyTorch on a GPU, OpenVINO on a CPU where it is installed, else PyTorch.

    Raises `ModelError` when the model cannot be loaded, `ConfigError` for settings that do not go together.
    """
    if engine not in ENGINES:
        raise ConfigError(f"engine {engine!r} is none of {', '.join(ENGINES)}.")
    if engine == "openvino" and device not in (None, "cpu"):
        raise ConfigError(f"The engine 'openvino' runs on the CPU, not on {device!r}; leave the device out.")
    if engine == "torch" or device not in (None, "cpu"):
        return _with_torch(source, device, precision)
    if engine == "openvino" and find_spec("openvino") is None:
        raise ConfigError("The engine 'openvino' lacks its package: run  pip install 'hoptac[fast]'")
    if engine == "auto" and (find_spec("openvino") is None or (device is None and has_nvidia_gpu())):
        return _with_torch(source, device, precision)
    from hoptac.engine.weights import NotReadable

    try:
        return _with_openvino(source, precision)
    except NotReadable as error:
        if engine == "openvino":
            raise ModelError(f"{source}: the engine 'openvino' cannot run {error}; use 'torch'.") from error
        return _with_torch(source, device, precision)


def _with_openvino(source: Path | str, precision: str) -> OpenedModel:
    from hoptac.engine.build import build_graph
    from hoptac.engine.choice import resolve_format
    from hoptac.engine.export import open_export
    from hoptac.engine.openvino_engine import OpenvinoEngine
    from hoptac.engine.weights import read_transitions, read_weights
    from hoptac.model.folder import local_folder
    from hoptac.text.bpe import LineTokenizer
    from hoptac.text.segment import get_segmenter

    folder = local_folder(source)
    settings = supported_settings(folder)
    tokenizer = LineTokenizer.from_folder(folder)
    if len(tokenizer) > settings.encoder.vocab_size:
        raise ModelError(
            f"{source}: vocab.txt holds {len(tokenizer)} units, config.json only "
            f"{settings.encoder.vocab_size}; the two are not of one model."
        )
    form = resolve_format(precision, folder, settings)
    graph = open_export(folder, form)
    if graph is None:
        graph = build_graph(settings, read_weights(folder, settings), form)
    return OpenedModel(
        settings,
        TextEncoder(tokenizer, get_segmenter(settings.segmenter)),
        OpenvinoEngine(graph, settings.encoder, form),
        read_transitions(folder, settings),
    )


def supported_settings(folder: Path) -> ModelSettings:
    """The model's settings; raises `NotReadable` where its encoder is not of the kind that the graph is."""
    from hoptac.engine.weights import NotReadable
    from hoptac.model.settings import read_settings

    settings = read_settings(folder)
    if settings.encoder.hidden_act not in ACTIVATIONS:
        raise NotReadable(f"an encoder with the activation {settings.encoder.hidden_act!r}")
    return settings


def _with_torch(source: Path | str, device: str | None, precision: str) -> OpenedModel:
    import torch

    from hoptac.engine.torch_engine import TorchEngine
    from hoptac.model.folder import load_model, text_encoder, transitions

    network, tokenizer = load_model(source)
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        network.to(chosen)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(f"The device {chosen!r} cannot be used ({str(error).splitlines()[0]}).") from error
    config = network.config
    return OpenedModel(
        config, text_encoder(config, tokenizer), TorchEngine(network, precision), transitions(network)
    )


def has_nvidia_gpu() -> bool:
    """Whether NVIDIA's driver reports a GPU: asked without importing PyTorch, which takes seconds."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        count = ctypes.c_int()
        return not driver.cuInit(0) and not driver.cuDeviceGetCount(ctypes.byref(count)) and count.value > 0
    except (OSError, AttributeError):
        return False
