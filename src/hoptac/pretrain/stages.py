"""What a run makes before it trains: vocabulary, starting encoder and blocks, each once, each whole or not at
all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import torch

from hoptac.annotations.files import write_bytes
from hoptac.errors import ConfigError
from hoptac.pretrain.blocks import COUNTS, write_blocks
from hoptac.pretrain.config import CorpusConfig, PretrainConfig
from hoptac.pretrain.corpus import check_files, is_held_out, read_corpus, read_lines
from hoptac.pretrain.encoder import load_encoder, make_encoder, save_encoder
from hoptac.pretrain.vocabulary import FILES, make_vocabulary
from hoptac.text.tokenizer import PhobertTokenizerFast

SETTINGS, VOCABULARY, START, BLOCKS = "settings.json", "vocabulary", "start", "blocks"
# what may differ when a run goes on: its end, and how often it reports
CHANGEABLE = frozenset(
    (
        "output",
        "steps",
        "minutes",
        "log_every",
        "evaluate_every",
        "evaluate_blocks",
        "save_every",
        "precision",
    )
)


def claim_output(config: PretrainConfig, resume: bool) -> None:
    """Note the settings in the output folder, or check that an earlier run there had the same ones.

    Raises `ConfigError` for an earlier run without ``resume``, or one with other settings.
    """
    path = Path(config.output) / SETTINGS
    wanted = json.loads(json.dumps(asdict(config)))
    if path.is_file():
        if not resume:
            raise ConfigError(
                f"{config.output} holds an earlier run; give --resume to go on with it, or another output "
                "folder."
            )
        earlier = json.loads(path.read_text(encoding="utf-8"))
        different = [key for key in wanted if key not in CHANGEABLE and wanted[key] != earlier.get(key)]
        if different:
            raise ConfigError(
                f"{config.output}: the run there had another {different[0]!r}; only its end may change."
            )
    write_bytes(path, (json.dumps(wanted, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def prepare_run(config: PretrainConfig, say: Callable[[str], None]) -> None:
    """Make what is not there yet.

    Raises `ConfigError`, `InputError` or `ModelError` for settings, files or a source that do not serve.
    """
    check_files(config.corpus.files)
    output = Path(config.output)
    wanted = config.encoder.vocabulary
    vocabulary, start, blocks = output / VOCABULARY, output / START, output / BLOCKS
    if wanted is not None and not all((vocabulary / name).is_file() for name in FILES):
        say(
            "Learning the vocabulary."
            if wanted.folder is None
            else f"Taking the vocabulary of {wanted.folder}."
        )
        make_vocabulary(wanted, _training_lines(config.corpus), vocabulary)
    if not (start / "config.json").is_file():
        say(f"Making the encoder from {config.encoder.source}.")
        tokenizer = PhobertTokenizerFast.from_pretrained(vocabulary) if wanted is not None else None
        model, tokenizer = make_encoder(config.encoder, tokenizer)
        save_encoder(start, model, tokenizer, torch.float32)
    if not (blocks / COUNTS).is_file():
        say("Tokenizing the corpus.")
        tokenizer = load_encoder(start)[1]
        with_far = config.corpus.domain.share < 1
        write_blocks(read_corpus(config.corpus), tokenizer, config.block, with_far, blocks)


def _training_lines(config: CorpusConfig) -> Iterator[str]:
    return (line for line in read_lines(config.files) if not is_held_out(line, config.held_out))
