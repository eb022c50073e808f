"""Reading a source encoder: the parts that BERT and RoBERTa share, under RoBERTa's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from hoptac.errors import ConfigError, ModelError
from hoptac.model.folder import SHIPPED, is_hoptac_model, load_model, local_folder

ROBERTA_LIKE = ("roberta", "xlm-roberta", "camembert")
WORDS, POSITIONS, TYPES = (
    f"embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type")
)
HEADS = {  # where the two layouts keep the language model's head, under RoBERTa's names
    "lm_head.dense": "cls.predictions.transform.dense",
    "lm_head.layer_norm": "cls.predictions.transform.LayerNorm",
}


@dataclass(frozen=True)
class Source:
    """A source encoder.

    ``state`` holds the weights of its embeddings and layers under RoBERTa's names, ``head`` those of its
    language model's head under ``lm_head.dense`` and ``lm_head.layer_norm``, empty where the checkpoint has
    none, and ``bias`` that head's bias of shape ``(vocabulary,)``. ``first_position`` is the row of the
    position embeddings that stands for a text's first token.
    """

    name: str
    config: Any
    state: dict[str, torch.Tensor]
    head: dict[str, torch.Tensor]
    bias: torch.Tensor
    first_position: int


@contextmanager
def quiet() -> Iterator[None]:
    """Leaves out transformers' progress bars and its reports on weights: a missing head is no fault."""
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def read_source(name: str) -> Source:
    """Load a hub id or folder in BERT's or RoBERTa's layout, in fp32.

    A hoptac model's folder gives its encoder, ``shipped`` that of the model in the package.

    Raises `ModelError` when it cannot be had, has another layout, or lacks weights.
    """
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForMaskedLM

    if name == "shipped" or is_hoptac_model(name):
        return _read_tagger(name)
    try:
        config = AutoConfig.from_pretrained(name)
        if config.model_type != "bert" and config.model_type not in ROBERTA_LIKE:
            raise ModelError(
                f"{name}: its layout is {config.model_type}; a source must be a BERT or a RoBERTa."
            )
        with quiet():
            model, info = AutoModelForMaskedLM.from_pretrained(
                name, dtype=torch.float32, use_safetensors=True, output_loading_info=True
            )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"{name}: the source cannot be loaded ({reason}); give a hub id or a model folder."
        ) from error
    missing = set(info["missing_keys"])
    prefix = f"{model.base_model_prefix}."
    if absent := sorted(key for key in missing if key.startswith(prefix)):
        raise ModelError(f"{name}: the source lacks weights, first {absent[0]!r}; copy it anew.")
    state, whole = {}, model.state_dict()
    for key, value in whole.items():
        if key.startswith(prefix):
            state[key.removeprefix(prefix)] = value
    head: dict[str, torch.Tensor] = {}
    for ours, theirs in HEADS.items():
        place = theirs if config.model_type == "bert" else ours
        if f"{place}.weight" not in missing:
            head |= {f"{ours}.{kind}": whole[f"{place}.{kind}"] for kind in ("weight", "bias")}
    first = 0 if config.model_type == "bert" else config.pad_token_id + 1
    bias = whole["cls.predictions.bias" if config.model_type == "bert" else "lm_head.bias"]
    return Source(name, config, state, head if len(head) == 4 else {}, bias, first)


def _read_tagger(name: str) -> Source:
    folder = local_folder(SHIPPED if name == "shipped" else name)
    model, _ = load_model(folder)
    config = model.config.encoder
    state = {key: value.float() for key, value in model.encoder.state_dict().items()}
    return Source(str(folder), config, state, {}, torch.zeros(len(state[WORDS])), config.pad_token_id + 1)


def parse_layers(wanted: str, count: int) -> tuple[int, ...]:
    """The numbers of the layers to keep, in order: of ``all``, ``every 2`` (0, 2, …) or numbers from 0.

    Raises `ConfigError` for anything else, or for a layer that the source's ``count`` does not reach.
    """
    parts = wanted.replace(",", " ").split()
    if parts == ["all"]:
        return tuple(range(count))
    if len(parts) == 2 and parts[0] == "every" and parts[1].isdecimal() and int(parts[1]):
        return tuple(range(0, count, int(parts[1])))
    if not parts or not all(part.isdecimal() for part in parts):
        raise ConfigError(
            f"encoder.layers: {wanted!r} is neither `all`, `every 2`, nor numbers such as `0 2 5`."
        )
    layers = tuple(int(part) for part in parts)
    if list(layers) != sorted(set(layers)) or layers[-1] >= count:
        raise ConfigError(
            f"encoder.layers: {wanted!r} must rise, and end below {count}, the source's number of layers."
        )
    return layers


def averaged_embeddings(
    source: Source, surfaces: list[str], special: Mapping[str, tuple[str, ...]]
) -> torch.Tensor:
    """Word embeddings of shape ``(len(special) + len(surfaces), width)`` made of the source's.

    First one for each of ``special``, the source's token of any of the names given for it; then for each
    surface the mean over the source's subwords of it. What the source has no subword for gets the mean over
    its vocabulary (Gee et al. 2022, "Fast Vocabulary Transfer for Language Model Compression").

    Raises `ModelError` when the source has neither a ``tokenizer.json`` nor PhoBERT's two files, or ones that
    its embeddings are too few for.
    """
    embeddings = source.state[WORDS]
    common = embeddings.mean(0)
    names, pieces = _source_subwords(source.name, surfaces)
    rows = []
    for candidates in special.values():
        known = [names[name] for name in candidates if name in names]
        rows.append(embeddings[known[0]] if known else common)
    for ids in pieces:
        if ids and max(ids) >= len(embeddings):
            raise ModelError(
                f"{source.name}: its tokenizer has more subwords than the weights; take those of one model."
            )
        rows.append(embeddings[ids].mean(0) if ids else common)
    return torch.stack(rows)


def _source_subwords(name: str, surfaces: list[str]) -> tuple[dict[str, int], list[list[int]]]:
    """The source's vocabulary, and the ids of its subwords of each surface."""
    from transformers.utils import cached_file

    from hoptac.text.tokenizer import PhobertTokenizerFast

    if cached_file(name, "bpe.codes", _raise_exceptions_for_missing_entries=False):
        words = [surface.replace(" ", "_") for surface in surfaces]  # as its articles were segmented
        phobert = PhobertTokenizerFast.from_pretrained(name)
        return phobert.get_vocab(), phobert(words, add_special_tokens=False)["input_ids"]
    tokenizer = _source_tokenizer(name)
    pieces = tokenizer.encode_batch(surfaces, add_special_tokens=False)
    return tokenizer.get_vocab(), [encoding.ids for encoding in pieces]


def _source_tokenizer(name: str) -> Any:
    from tokenizers import Tokenizer
    from transformers.utils import cached_file

    try:
        tokenizer = Tokenizer.from_file(cached_file(name, "tokenizer.json"))
    except Exception as error:  # the Rust library raises nothing narrower
        raise ModelError(
            f"{name}: a source for a new vocabulary needs a tokenizer.json, or PhoBERT's two files ({error})."
        ) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
