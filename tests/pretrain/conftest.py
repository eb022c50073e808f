"""An invented corpus, a tiny source encoder in BERT's layout, and settings for a run of seconds."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate.state import AcceleratorState

from hoptac.pretrain.config import (
    CorpusConfig,
    DomainConfig,
    EncoderConfig,
    PretrainConfig,
    VocabularyConfig,
)
from tests.tiny import SENTENCES, tiny_encoder

DOMAIN_WORDS = ("quốc_phòng", "hải_quân", "hợp_tác", "sĩ_quan")
OTHER = "Giá rau ở chợ tăng , người bán nói mưa lớn làm ruộng ngập nước và xe chậm ."


@pytest.fixture(autouse=True)
def fresh_accelerate() -> None:
    """accelerate keeps the number format of the first run in a process."""
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.fixture(autouse=True)
def one_thread() -> Any:
    """Sums in another order are other sums: bit-equal losses need one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def invented_articles(count: int, seed: int = 0) -> list[str]:
    """Lines of shuffled invented sentences, every other one about the market."""
    rng = random.Random(seed)
    lines = []
    for number in range(count):
        sentences = [
            rng.sample(OTHER.split(), 19) if number % 2 else rng.choice(SENTENCES).split() for _ in range(4)
        ]
        lines.append(" ".join(word for sentence in sentences for word in [*sentence, str(number)]))
    return lines


@pytest.fixture(scope="session")
def corpus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "articles.txt"
    path.write_text("\n".join(invented_articles(300)) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def bert_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 4 layers with a word-piece ``tokenizer.json``, as a hub would give it."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.trainers import WordPieceTrainer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("bert")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    text = [sentence.replace("_", " ") for sentence in SENTENCES]
    tokenizer.train_from_iterator(
        text, WordPieceTrainer(vocab_size=200, special_tokens=special, show_progress=False)
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def phobert_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("phobert") / "encoder", hidden=16, layers=2, heads=2)


@pytest.fixture
def config(tmp_path: Path, corpus_file: Path, bert_source: Path) -> PretrainConfig:
    return PretrainConfig(
        output=str(tmp_path / "run"),
        encoder=EncoderConfig(
            str(bert_source), "every 2", 32, vocabulary=VocabularyConfig(size=300, min_letter=1)
        ),
        corpus=CorpusConfig((str(corpus_file),), 0.1, DomainConfig(DOMAIN_WORDS, 0.02, share=0.5)),
        steps=10,
        block=32,
        batch_size=4,
        learning_rate=1e-3,
        warmup=3,
        log_every=1,
        evaluate_every=5,
        evaluate_blocks=4,
        save_every=3,
        precision="fp32",
    )


@pytest.fixture
def adapt_config(config: PretrainConfig, phobert_source: Path) -> PretrainConfig:
    return replace(config, encoder=EncoderConfig(str(phobert_source), positions=64))
