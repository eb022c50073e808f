"""The encoder that pre-training starts from: RoBERTa in PhoBERT's format, with a source's weights."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import torch

from hoptac.errors import ConfigError, ModelError
from hoptac.pretrain.config import EncoderConfig
from hoptac.pretrain.folders import whole_folder
from hoptac.pretrain.source import (
    POSITIONS,
    TYPES,
    WORDS,
    Source,
    averaged_embeddings,
    parse_layers,
    quiet,
    read_source,
)
from hoptac.pretrain.vocabulary import FILES, surface
from hoptac.text.tokenizer import PhobertTokenizerFast

UNUSED_POSITIONS = 2  # RoBERTa's rows 0 and 1: positions count from the id of <pad> on
SPECIAL = {  # PhoBERT's special tokens and what sources call theirs
    "<s>": ("<s>", "[CLS]"),
    "<pad>": ("<pad>", "[PAD]"),
    "</s>": ("</s>", "[SEP]"),
    "<unk>": ("<unk>", "[UNK]"),
    "<mask>": ("<mask>", "[MASK]"),
}


def make_encoder(
    config: EncoderConfig, vocabulary: PhobertTokenizerFast | None
) -> tuple[Any, PhobertTokenizerFast]:
    """A ``RobertaForMaskedLM`` of the source's layers and positions, and its tokenizer.

    With a new ``vocabulary`` the word embeddings are averages of the source's; without one the source must be
    in PhoBERT's format and keeps its own. A head that the source lacks starts as the identity.

    Raises `ConfigError` for layers or positions that the source does not have, `ModelError` when it does not
    serve.
    """
    source = read_source(config.source)
    if vocabulary is None:
        tokenizer = _own_tokenizer(source)
        embeddings = source.state[WORDS]
    else:
        tokenizer = vocabulary
        embeddings = _new_embeddings(source, tokenizer)
    layers = parse_layers(config.layers, source.config.num_hidden_layers)
    model = _empty_model(source, config, len(layers), len(embeddings))
    state = {f"roberta.{name}": value for name, value in _encoder_state(source, config, layers).items()}
    state[f"roberta.{WORDS}"] = embeddings
    state |= source.head or _identity_head(source.config.hidden_size)
    keeps_bias = vocabulary is None and source.head
    state["lm_head.bias"] = source.bias if keeps_bias else torch.zeros(len(embeddings))
    _load(model, state, config.source)
    return model, tokenizer


def load_encoder(folder: Path) -> tuple[Any, PhobertTokenizerFast]:
    """What `save_encoder` wrote, with fp32 weights."""
    from transformers import RobertaForMaskedLM

    with quiet():
        model = RobertaForMaskedLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    return model, PhobertTokenizerFast.from_pretrained(folder)


def save_encoder(folder: Path, model: Any, tokenizer: PhobertTokenizerFast, dtype: torch.dtype) -> None:
    """Write ``config.json``, ``model.safetensors``, ``vocab.txt`` and ``bpe.codes``, all or nothing.

    Raises `ModelError` for weights that are not finite in ``dtype``.
    """
    saved = copy.deepcopy(model).to(device="cpu", dtype=dtype)
    if wrong := [name for name, value in saved.named_parameters() if not torch.isfinite(value).all()]:
        raise ModelError(
            f"the weights {wrong[0]!r} are not finite in {dtype}; train with a smaller learning rate."
        )
    with whole_folder(folder) as aside, quiet():
        saved.save_pretrained(aside)
        for name, path in zip(FILES, (tokenizer.vocab_file, tokenizer.merges_file), strict=True):
            shutil.copyfile(path, aside / name)


def _own_tokenizer(source: Source) -> PhobertTokenizerFast:
    try:
        tokenizer: PhobertTokenizerFast = PhobertTokenizerFast.from_pretrained(source.name)
    except (OSError, ModelError) as error:
        raise ModelError(
            f"{source.name}: not in PhoBERT's format ({error}); set encoder.vocabulary to give it a new "
            "vocabulary."
        ) from error
    if len(PhobertTokenizerFast(tokenizer.vocab_file, tokenizer.merges_file)) != len(tokenizer):
        raise ModelError(f"{source.name}: has tokens added to vocab.txt; pre-training would lose them.")
    if len(tokenizer) > len(source.state[WORDS]):
        raise ModelError(f"{source.name}: vocab.txt holds {len(tokenizer)} units, the weights fewer.")
    return tokenizer


def _new_embeddings(source: Source, tokenizer: PhobertTokenizerFast) -> torch.Tensor:
    tokens = list(tokenizer.convert_ids_to_tokens(range(len(tokenizer))))
    others = [token for token in tokens if token not in SPECIAL]
    made = averaged_embeddings(source, [surface(token) for token in others], SPECIAL)
    order = {token: row for row, token in enumerate([*SPECIAL, *others])}
    return made[[order[token] for token in tokens]]


def _empty_model(source: Source, config: EncoderConfig, layers: int, units: int) -> Any:
    from transformers import RobertaConfig, RobertaForMaskedLM

    theirs = source.config
    dropouts = {
        name: getattr(theirs, name) if config.dropout is None else config.dropout
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob")
    }
    return RobertaForMaskedLM(
        RobertaConfig(
            vocab_size=units,
            hidden_size=theirs.hidden_size,
            num_hidden_layers=layers,
            num_attention_heads=theirs.num_attention_heads,
            intermediate_size=theirs.intermediate_size,
            hidden_act=theirs.hidden_act,
            layer_norm_eps=theirs.layer_norm_eps,
            max_position_embeddings=config.positions + UNUSED_POSITIONS,
            type_vocab_size=1,
            bos_token_id=0,
            pad_token_id=1,
            eos_token_id=2,
            tokenizer_class="PhobertTokenizer",
            **dropouts,
        )
    )


def _encoder_state(source: Source, config: EncoderConfig, layers: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Weights of the kept layers, counted anew, and of the positions and the one token type that PhoBERT
    has."""
    state = {name: value for name, value in source.state.items() if name.startswith("embeddings.")}
    for index, layer in enumerate(layers):
        place = f"encoder.layer.{layer}."
        for name, value in source.state.items():
            if name.startswith(place):
                state[f"encoder.layer.{index}.{name.removeprefix(place)}"] = value
    positions = source.state[POSITIONS][source.first_position :]
    if len(positions) < config.positions:
        raise ConfigError(
            f"encoder.positions: {config.positions}, but {source.name} has only {len(positions)}."
        )
    kept = torch.zeros(config.positions + UNUSED_POSITIONS, positions.shape[1])
    kept[UNUSED_POSITIONS:] = positions[: config.positions]
    state[POSITIONS] = kept
    state[TYPES] = source.state[TYPES][:1]
    return state


def _identity_head(width: int) -> dict[str, torch.Tensor]:
    return {
        "lm_head.dense.weight": torch.eye(width),
        "lm_head.dense.bias": torch.zeros(width),
        "lm_head.layer_norm.weight": torch.ones(width),
        "lm_head.layer_norm.bias": torch.zeros(width),
    }


def _load(model: Any, state: dict[str, torch.Tensor], source: str) -> None:
    tied = {"lm_head.decoder.weight", "lm_head.decoder.bias"}
    expected = set(model.state_dict()) - tied
    if different := expected ^ set(state):
        raise ModelError(
            f"{source}: the weight {min(different)!r} is on one side only; the source's layout differs."
        )
    model.load_state_dict(state, strict=False)
    model.tie_weights()
