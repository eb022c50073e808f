"""Encoders made from sources."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hoptac.errors import ConfigError, ModelError
from hoptac.model.folder import load_model
from hoptac.pretrain.config import EncoderConfig, VocabularyConfig
from hoptac.pretrain.encoder import make_encoder, save_encoder
from hoptac.pretrain.source import WORDS, parse_layers, read_source
from hoptac.pretrain.vocabulary import make_vocabulary
from hoptac.text.tokenizer import PhobertTokenizerFast
from tests.pretrain.conftest import invented_articles
from tests.tiny import tiny_encoder


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> PhobertTokenizerFast:
    folder = tmp_path_factory.mktemp("vocabulary") / "v"
    return make_vocabulary(VocabularyConfig(size=300, min_letter=1), invented_articles(40), folder)


@pytest.mark.parametrize(
    ("wanted", "kept"), [("all", (0, 1, 2, 3)), ("every 2", (0, 2)), ("0, 3", (0, 3)), ("2", (2,))]
)
def test_layers_are_named(wanted: str, kept: tuple[int, ...]) -> None:
    assert parse_layers(wanted, 4) == kept


@pytest.mark.parametrize("wanted", ["", "some", "0 4", "2 1", "1 1", "every 0", "-1"])
def test_wrong_layers_are_refused(wanted: str) -> None:
    with pytest.raises(ConfigError, match="layers"):
        parse_layers(wanted, 4)


def test_a_bert_with_new_embeddings(bert_source: Path, vocabulary: PhobertTokenizerFast) -> None:
    from tokenizers import Tokenizer
    from transformers import BertModel

    config = EncoderConfig(str(bert_source), "every 2", 32, dropout=0.0)
    model, tokenizer = make_encoder(config, vocabulary)
    source = BertModel.from_pretrained(bert_source, add_pooling_layer=False)
    pieces = Tokenizer.from_file(str(bert_source / "tokenizer.json"))
    rows = model.roberta.embeddings.word_embeddings.weight
    theirs = source.embeddings.word_embeddings.weight
    ids = pieces.encode("hợp tác", add_special_tokens=False).ids
    assert len(ids) > 1
    assert torch.allclose(rows[tokenizer.convert_tokens_to_ids("hợp_tác")], theirs[ids].mean(0))
    assert torch.equal(rows[0], theirs[pieces.token_to_id("[CLS]")])
    assert torch.equal(rows[tokenizer.mask_token_id], theirs[pieces.token_to_id("[MASK]")])
    # without the word embeddings, the two are one function of the same vectors
    model.roberta.embeddings.word_embeddings.weight.data[10:30] = theirs[10:30]
    source.encoder.layer = torch.nn.ModuleList([source.encoder.layer[i] for i in (0, 2)])
    text = torch.arange(10, 30)[None]
    with torch.no_grad():
        ours = model.eval().roberta(text).last_hidden_state
        expected = source.eval()(text).last_hidden_state
    assert torch.allclose(ours, expected, atol=1e-5)
    assert torch.equal(model.lm_head.dense.weight, torch.eye(16))
    assert model.lm_head.decoder.weight is model.roberta.embeddings.word_embeddings.weight


def test_a_phobert_keeps_all_it_has(phobert_source: Path, tmp_path: Path) -> None:
    from transformers import PhobertTokenizer, RobertaForMaskedLM

    model, tokenizer = make_encoder(EncoderConfig(str(phobert_source), positions=64), None)
    save_encoder(tmp_path / "copy", model, tokenizer, torch.float16)
    before = RobertaForMaskedLM.from_pretrained(phobert_source).eval()
    after = RobertaForMaskedLM.from_pretrained(tmp_path / "copy").eval()
    assert after.dtype == torch.float16
    text = torch.arange(40)[None]
    with torch.no_grad():
        assert torch.allclose(before(text).logits, after.float()(text).logits, atol=0.01)
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == [
        "bpe.codes", "config.json", "model.safetensors", "vocab.txt",
    ]  # fmt: skip
    line = "Đại_tướng thăm Hà_Lan"
    folders = (phobert_source, tmp_path / "copy")
    slow = [PhobertTokenizer.from_pretrained(folder)(line)["input_ids"] for folder in folders]
    assert slow[0] == slow[1] == tokenizer(line)["input_ids"]


def test_a_roberta_source_keeps_positions_and_head(
    phobert_source: Path, vocabulary: PhobertTokenizerFast
) -> None:
    from transformers import RobertaForMaskedLM

    before = RobertaForMaskedLM.from_pretrained(phobert_source)
    model, _ = make_encoder(EncoderConfig(str(phobert_source), positions=20), vocabulary)
    table = model.roberta.embeddings.position_embeddings.weight
    assert torch.equal(table[2:22], before.roberta.embeddings.position_embeddings.weight[2:22])
    assert torch.equal(model.lm_head.dense.weight, before.lm_head.dense.weight)
    assert len(model.lm_head.bias) == 300


@pytest.mark.parametrize("new", [False, True])
def test_a_hoptac_model_gives_its_encoder(
    tiny_model: Path, vocabulary: PhobertTokenizerFast, new: bool
) -> None:
    trained, theirs = load_model(tiny_model)
    model, tokenizer = make_encoder(EncoderConfig(str(tiny_model), positions=20), vocabulary if new else None)
    ours, right = model.roberta.encoder.state_dict(), trained.encoder.encoder.state_dict()
    assert all(torch.equal(ours[name], value) for name, value in right.items())
    rows, before = (m.embeddings.word_embeddings.weight for m in (model.roberta, trained.encoder))
    if not new:
        assert tokenizer.get_vocab() == theirs.get_vocab() and torch.equal(rows, before)
        return
    ids = theirs(["hợp_tác"], add_special_tokens=False)["input_ids"][0]
    assert torch.allclose(rows[tokenizer.convert_tokens_to_ids("hợp_tác")], before[ids].mean(0))


def test_the_shipped_model_is_a_source() -> None:
    assert read_source("shipped").state[WORDS].shape == (24000, 384)


def test_sources_that_do_not_serve(
    bert_source: Path, vocabulary: PhobertTokenizerFast, tmp_path: Path, phobert_source: Path
) -> None:
    with pytest.raises(ModelError, match=r"encoder\.vocabulary"):
        make_encoder(EncoderConfig(str(bert_source)), None)
    bare = tmp_path / "bare"
    shutil.copytree(phobert_source, bare, ignore=shutil.ignore_patterns("bpe.codes"))
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        make_encoder(EncoderConfig(str(bare), positions=20), vocabulary)
    with pytest.raises(ConfigError, match="positions"):
        make_encoder(EncoderConfig(str(bert_source), positions=256), vocabulary)
    with pytest.raises(ModelError, match="cannot be loaded"):
        make_encoder(EncoderConfig(str(tmp_path)), vocabulary)


def test_weights_that_fp16_cannot_hold_are_not_written(phobert_source: Path, tmp_path: Path) -> None:
    config = replace(EncoderConfig(str(phobert_source)), positions=64)
    model, tokenizer = make_encoder(config, None)
    model.lm_head.bias.data[3] = 1e6
    with pytest.raises(ModelError, match="not finite"):
        save_encoder(tmp_path / "out", model, tokenizer, torch.float16)
    assert not (tmp_path / "out").exists()


def test_a_phobert_with_a_new_vocabulary(tmp_path: Path, vocabulary: PhobertTokenizerFast) -> None:
    source = tiny_encoder(tmp_path / "source")
    theirs = PhobertTokenizerFast.from_pretrained(source)
    rows = make_encoder(EncoderConfig(str(source), positions=32), None)[0].get_input_embeddings().weight
    model, tokenizer = make_encoder(EncoderConfig(str(source), positions=32), vocabulary)
    made = model.get_input_embeddings().weight
    ids = theirs("hợp_tác", add_special_tokens=False)["input_ids"]
    assert torch.allclose(made[tokenizer.convert_tokens_to_ids("hợp_tác")], rows[ids].mean(0), atol=1e-6)
    assert torch.equal(made[tokenizer.mask_token_id], rows[theirs.mask_token_id])
