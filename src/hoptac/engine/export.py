"""A model in OpenVINO's own format, compared with the original before it is kept."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from hoptac import __version__
from hoptac.engine.build import Format, build_graph
from hoptac.engine.choice import TOLERANCE, difference, resolve_format
from hoptac.engine.opened import supported_settings
from hoptac.engine.openvino_engine import OpenvinoEngine, openvino_core
from hoptac.engine.remembered import cache_folder
from hoptac.engine.sample import SAMPLE
from hoptac.engine.weights import (
    NotReadable,
    read_transitions,
    read_weights,
    weight_files,
    weights_hash,
)
from hoptac.errors import ConfigError, ModelError
from hoptac.model.decode import decode
from hoptac.model.folder import SHIPPED, local_folder
from hoptac.text.encode import TextEncoder
from hoptac.text.segment import get_segmenter
from hoptac.text.windows import pack

FOLDER = "openvino"  # beside the model's files
GRAPH, CARD = "model.xml", "export.json"
FP32_TOLERANCE = 1e-3  # of the logits' spread, as `hoptac.engine.choice.TOLERANCE`


@dataclass(frozen=True, slots=True)
class ExportCard:
    """What ``export.json`` says of the graph beside it.

    ``weights`` is the SHA-256 of the configuration and weights it was made from. On an article of ``tokens``
    subwords, ``difference`` is the largest of a logit from PyTorch's in fp32, and ``tags_differing`` counts
    the BIO tags that are decoded otherwise.
    """

    form: Format
    weights: str
    difference: float
    tags_differing: int
    tokens: int
    openvino: str = ov.__version__
    hoptac: str = __version__


def export_model(
    model: Path | str | None = None, output: Path | None = None, precision: str = "auto"
) -> tuple[Path, ExportCard]:
    """Write a model's graph into ``output``, by default where `load` finds it; its folder and card.

    That is ``openvino/`` beside the model's files, or the user's cache for the shipped model. The folder is
    written whole or not at all. The graph is compared with PyTorch on a short article first.

    Raises `ModelError` when the model cannot be exported or the graph's logits are not the model's,
    `ConfigError` for an unknown precision or an output that cannot be written.
    """
    source = local_folder(SHIPPED if model is None else model)
    try:
        settings = supported_settings(source)
        weights = read_weights(source, settings)
    except NotReadable as error:
        raise ModelError(f"{source}: OpenVINO cannot run {error}.") from error
    form = resolve_format(precision, source, settings)
    graph = build_graph(settings, weights, form)
    target = output or default_place(source)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written ({error.strerror}); choose a folder with -o."
        ) from error
    try:
        ov.save_model(graph, aside / GRAPH, compress_to_fp16=False)
        engine = OpenvinoEngine(openvino_core().read_model(aside / GRAPH), settings.encoder, form)
        card = _compared(source, engine, form)
        (aside / CARD).write_text(json.dumps(asdict(card), indent=1) + "\n", encoding="utf-8")
        del engine  # it may hold the file open
        aside.chmod(0o755)
        _replace(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target, card


def default_place(source: Path) -> Path:
    """Where `load` looks for the export of the model in ``source``."""
    if source.resolve() != SHIPPED.resolve():
        return source / FOLDER
    digest = sha256((source / "config.json").read_bytes())
    for path in weight_files(source):
        digest.update(f"{path.name} {path.stat().st_size}".encode())
    return cache_folder() / f"{source.name}-{digest.hexdigest()[:12]}" / FOLDER


def open_export(source: Path, form: Format) -> ov.Model | None:
    """The exported graph of a model, or None where there is none to be used for ``form``.

    One that was made from other weights, or cannot be read, is passed over with a warning.
    """
    folder = default_place(source)
    if not folder.is_dir():
        return None
    try:
        card: Any = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card["weights"] != weights_hash(source):
            warnings.warn(
                f"{folder} was exported from other weights and is not used; run hoptac export again.",
                stacklevel=2,
            )
            return None
        if (card["form"] == "int8") != (form == "int8"):
            return None
        return openvino_core().read_model(folder / GRAPH)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = (str(error).splitlines() or [""])[0]
        warnings.warn(
            f"{folder} cannot be read and is not used ({reason}); run hoptac export again.", stacklevel=2
        )
        return None


def _compared(source: Path, engine: OpenvinoEngine, form: Format) -> ExportCard:
    """The card of an engine whose logits are PyTorch's; raises `ModelError` when they are not."""
    from hoptac.engine.torch_engine import TorchEngine
    from hoptac.model.folder import load_model

    network, tokenizer = load_model(source)
    settings = network.config
    tokens = TextEncoder(tokenizer, get_segmenter(settings.segmenter))(SAMPLE)
    windows = [tokens.ids[w.start : w.end] for w in pack(tokens, settings.window_tokens)]
    right, got = TorchEngine(network, "fp32").run(windows), engine.run(windows)
    pairs = list(zip((x for both in got for x in both), (x for both in right for x in both), strict=True))
    share = max(difference([logits], [reference]) for logits, reference in pairs)
    largest = max(float(np.abs(logits - reference).max()) for logits, reference in pairs)
    if not share <= (FP32_TOLERANCE if form == "fp32" else TOLERANCE):
        raise ModelError(
            f"{source}: in {form} the exported graph's logits are not the model's (off by {share:.1%} of "
            "their spread); try another --precision."
        )
    moves = read_transitions(source, supported_settings(source))
    paths = [decode([tags for tags, _ in logits], moves) for logits in (got, right)]
    differing = sum(int((a[0] != b[0]).sum()) for a, b in zip(*paths, strict=True))
    return ExportCard(form, weights_hash(source), round(largest, 6), differing, sum(map(len, windows)))


def _replace(aside: Path, target: Path) -> None:
    """Put a folder in the place of ``target``, which may hold an earlier export but nothing else."""
    if target.exists():
        if not (target / CARD).is_file() and any(target.iterdir()):
            raise ConfigError(f"{target} holds other files; choose a new folder with -o.")
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
        target.replace(old / "export")
        aside.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        aside.replace(target)
