"""A model as a folder: encoder configuration, weights, vocabulary; everything `predict` needs."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hoptac.errors import ModelError
from hoptac.model.decode import Transitions
from hoptac.text.encode import TextEncoder
from hoptac.text.segment import get_segmenter

if TYPE_CHECKING:
    import torch

    from hoptac.model.config import HoptacConfig
    from hoptac.model.modeling import HoptacModel
    from hoptac.text.tokenizer import PhobertTokenizerFast

NEEDED = ("config.json", "vocab.txt", "bpe.codes")
WEIGHTS = "model.safetensors"
_WEIGHTS_ONLY: dict[str, Any] = {
    "dtype": "float32",
    "use_safetensors": True,  # never a pickle
    "output_loading_info": True,
    "ignore_mismatched_sizes": True,  # they are reported, and refused here
}
_CONVERT = (
    f"there is no {WEIGHTS}, and pickled weights (pytorch_model.bin) are not read. If you trust them, "
    "convert them once with transformers, AutoModel.from_pretrained(SOURCE).save_pretrained(FOLDER), and "
    "copy vocab.txt and bpe.codes into FOLDER."
)
SHIPPED = Path(__file__).parents[1] / "weights" / "compact"  # the model that comes with the package


def load_model(folder: Path | str, **kwargs: Any) -> tuple[HoptacModel, PhobertTokenizerFast]:
    """Load what `save_model` wrote, from a folder or by hub id, in fp32.

    Raises `ModelError` when a file is missing or does not match the configuration.
    """
    from hoptac.model.config import HoptacConfig
    from hoptac.model.modeling import HoptacModel
    from hoptac.text.tokenizer import PhobertTokenizerFast

    _check_folder(folder)
    with _reading(folder):
        config = HoptacConfig.from_pretrained(folder, **kwargs)
        if config.model_type != HoptacConfig.model_type or not config.entity_labels:
            raise ModelError(
                f"{folder}: config.json describes no hoptac model; train one with `hoptac train`, "
                "or name a folder that it wrote."
            )
        tokenizer = PhobertTokenizerFast.from_pretrained(folder, **kwargs)
        model, info = HoptacModel.from_pretrained(folder, config=config, **_WEIGHTS_ONLY, **kwargs)
    _check_weights(folder, info, ("mismatched_keys", "missing_keys", "unexpected_keys"))
    _check_vocabulary(folder, tokenizer, config)
    return model, tokenizer


def local_folder(source: Path | str) -> Path:
    """The model folder ``source`` names: itself, or the copy of a hub id's files, fetched where need be.

    Raises `ModelError` when there is none, or it lacks a file.
    """
    _check_folder(source)
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        folder = Path(
            snapshot_download(str(source), allow_patterns=["*.json", "*.txt", "*.codes", "*.safetensors"])
        )
    except (OSError, ValueError, HFValidationError) as error:
        raise ModelError(_reason(source, error)) from error
    _check_folder(folder)
    return folder


def load_encoder(
    source: str, config: HoptacConfig, dropout: float | None = None
) -> tuple[HoptacModel, PhobertTokenizerFast]:
    """A new model whose encoder has the weights of a PhoBERT-format checkpoint (hub id or folder).

    ``source`` may also be the folder of a hoptac model, or ``shipped`` for the one in the package: then its
    heads are taken as well where they have the same labels. ``config.encoder`` is replaced by the
    checkpoint's, with ``dropout`` of the hidden states if given.

    Raises `ModelError` when the checkpoint cannot be had, is no RoBERTa encoder, or is only there as a
    pickle.
    """
    from transformers import RobertaConfig, RobertaModel

    from hoptac.model.modeling import HoptacModel
    from hoptac.text.tokenizer import PhobertTokenizerFast

    if source == "shipped":
        if not SHIPPED.is_dir():
            raise ModelError("This installation ships no model; name an encoder's folder or hub id.")
        source = str(SHIPPED)
    if is_hoptac_model(source):
        trained, tokenizer = load_model(source)
        config.encoder = trained.config.encoder
        if dropout is not None:
            config.encoder.hidden_dropout_prob = dropout
        model = HoptacModel(config)
        model.encoder.load_state_dict(trained.encoder.state_dict())
        if config.entity_labels == trained.config.entity_labels:
            model.tag_head.load_state_dict(trained.tag_head.state_dict())
            model.crf.load_state_dict(trained.crf.state_dict())
        if config.area_labels == trained.config.area_labels:
            model.area_head.load_state_dict(trained.area_head.state_dict())
        return model, tokenizer
    _check_folder(source)
    with _reading(source):
        changes = {} if dropout is None else {"hidden_dropout_prob": dropout}
        config.encoder = RobertaConfig.from_pretrained(source, **changes)
        tokenizer = PhobertTokenizerFast.from_pretrained(source)
        encoder, info = RobertaModel.from_pretrained(
            source, config=config.encoder, add_pooling_layer=False, **_WEIGHTS_ONLY
        )
    _check_weights(source, info, ("mismatched_keys", "missing_keys"))  # a language model's head is left out
    _check_vocabulary(source, tokenizer, config)
    model = HoptacModel(config)
    model.encoder.load_state_dict(encoder.state_dict())
    return model, tokenizer


def is_hoptac_model(source: str) -> bool:
    """Whether ``source`` is the folder of a whole tagger, not of an encoder."""
    try:
        config = json.loads((Path(source) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and config.get("model_type") == "hoptac"


def save_model(
    folder: Path | str, model: HoptacModel, tokenizer: PhobertTokenizerFast, dtype: torch.dtype | None = None
) -> None:
    """Write a model folder, aside first, so that there is never half of one; ``dtype`` is the weights'."""
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        state = {name: value.to(dtype) if dtype else value for name, value in model.state_dict().items()}
        model.save_pretrained(aside, state_dict=state)
        tokenizer.save_pretrained(aside)
        for weights in aside.glob("*.safetensors"):
            weights.chmod(0o644)
        aside.chmod(0o755)  # temporary folders and safetensors files are their owner's only
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.replace(old / "model")
            aside.replace(folder)
            shutil.rmtree(old)
        else:
            aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def text_encoder(config: HoptacConfig, tokenizer: PhobertTokenizerFast) -> TextEncoder:
    """The text pipeline that the model was trained with."""
    return TextEncoder(tokenizer, get_segmenter(config.segmenter))


def transitions(model: HoptacModel) -> Transitions:
    """The CRF's parameters for `hoptac.model.decode`."""
    moves, first = (values.detach().float().cpu().numpy().astype(np.float32) for values in model.crf.scores())
    return Transitions(moves, first)


def _check_folder(folder: Path | str) -> None:
    path = Path(folder)
    if not path.is_dir():
        if path.is_absolute() or str(folder).startswith((".", "~")) or str(folder).count("/") != 1:
            raise ModelError(f"{folder}: there is no such model folder.")
        return
    absent = [name for name in NEEDED if not (path / name).is_file()]
    if not (path / WEIGHTS).is_file() and not (path / f"{WEIGHTS}.index.json").is_file():
        absent.append(WEIGHTS)
    if WEIGHTS in absent and (path / "pytorch_model.bin").is_file():
        raise ModelError(f"{folder}: {_CONVERT}")
    if absent:
        raise ModelError(f"{folder}: the model folder lacks {', '.join(absent)}; copy it whole.")


@contextmanager
def _reading(source: Path | str) -> Iterator[None]:
    """What transformers raises inside, as `ModelError`; its reports and progress bars left out."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    except (
        OSError,
        ValueError,
        RuntimeError,
        KeyError,
        TypeError,
        AttributeError,
        SafetensorError,
        StrictDataclassError,
    ) as error:
        raise ModelError(_reason(source, error)) from error
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _check_weights(source: Path | str, info: Mapping[str, Any], kinds: Sequence[str]) -> None:
    """``info`` is what transformers found when it compared the weights with the configuration."""
    for kind in kinds:
        names = sorted(key if isinstance(key, str) else key[0] for key in info[kind])
        if names:
            raise ModelError(
                f"{source}: the weights do not match config.json ({kind.replace('_', ' ')}, first "
                f"{names[0]!r}); take files that belong together."
            )


def _check_vocabulary(source: Path | str, tokenizer: PhobertTokenizerFast, config: HoptacConfig) -> None:
    size = config.encoder.vocab_size
    if len(tokenizer) > size:
        raise ModelError(
            f"{source}: vocab.txt holds {len(tokenizer)} units, config.json only {size}; "
            "the two are not of one model."
        )


def _reason(source: Path | str, error: Exception) -> str:
    """One sentence on why ``source`` did not load."""
    said = " ".join(str(error).split()).rstrip(".")
    first = said.split(". ")[0] or type(error).__name__
    if f"named {WEIGHTS}" in said:
        return f"{source}: {_CONVERT}"
    if not Path(source).is_dir():
        return (
            f"{source}: neither a folder here nor to be had from the hub ({first}). Without a network, give "
            "the path of a downloaded folder with config.json, vocab.txt, bpe.codes and model.safetensors."
        )
    return f"{source}: the model cannot be loaded ({first})."
