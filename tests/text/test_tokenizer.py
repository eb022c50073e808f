from __future__ import annotations

import copy
import json
import lzma
import pickle
import shutil
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    AutoTokenizer,
    PhobertTokenizer,
    RobertaConfig,
    RobertaForTokenClassification,
    pipeline,
)
from transformers import logging as transformers_logging

from hoptac.annotations.inline import read_inline
from hoptac.errors import ModelError
from hoptac.text.tokenizer import PhobertTokenizerFast
from tests.tiny import LETTERS, SENTENCES, tiny_vocab

transformers_logging.set_verbosity_error()

SHARED = Path(__file__).parents[3] / "shared"
VOCABULARIES = {"phobert": SHARED / "phobert", "compact": SHARED / "models" / "compact-encoder"}
ARTICLES = 6500  # of each corpus file: enough for 100,000 distinct words in all
BROKEN = "Quảng_trường"  # spelled with merged forms that the tiny vocabulary lacks

ODD_LINES = [
    "",
    " ",
    "\t \u00a0\u3000\u2028 \x1c\x1d\x1e\x1f\x85",
    "một",
    "  đầu   dòng\tvà\u00a0cuối\u200b dòng  ",
    "Hà_Nội🎉 🇻🇳 👨‍👩‍👧 ok",
    "Ho\u0300a bi\u0300nh ho\u0303an Vie\u0323\u0302t",
    "中文 русский ไทย العربية हिन्दी 於茂 ﷽",
    "_ __ _a a_ @@ x@@ @@x </w> a</w> &lt;s&gt; <unused6>",
    "<s> </s> <pad> <unk> <mask> a<mask>b <s>Việt_Nam</s>",
    "\ufeffTP.HCM ( 12/3/2021 ) 1.234,56 % \"'“”‘’… – — \x00\x07\x7f",
    "11/1/2010 1/1/2010 zza kmx km",
    "xt_triển ất_cả ặc_biệt m_tra " + BROKEN,
    "k" * 4000,
    "quốc_phòng_" * 500,
    "🙂" * 300,
]

characters = st.one_of(st.sampled_from(LETTERS + LETTERS.upper() + "     _"), st.characters(codec="utf-8"))
lines = st.one_of(
    st.text(characters, max_size=60).map(lambda text: text.replace("\n", " ")),
    st.lists(st.sampled_from([*" ".join(SENTENCES).split(), "<mask>", "<s>", " ", "_", "g", "🎉"])).map(
        "".join
    ),
)


Pair = tuple[PhobertTokenizerFast, PhobertTokenizer]


@cache
def real(name: str) -> Pair:
    if not VOCABULARIES[name].is_dir():
        pytest.skip(f"{VOCABULARIES[name]} is absent: parity is tested on PhoBERT's own vocabularies")
    return load(VOCABULARIES[name])


def load(folder: Path) -> Pair:
    return PhobertTokenizerFast.from_pretrained(folder), PhobertTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_vocab(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def pair(folder: Path) -> Pair:
    return load(folder)


@pytest.fixture
def slow(pair: Pair) -> PhobertTokenizer:
    return pair[1]


@pytest.fixture
def fast(folder: Path) -> PhobertTokenizerFast:
    return PhobertTokenizerFast.from_pretrained(folder)


@cache
def corpus_words() -> list[str]:
    if not (SHARED / "annotation").is_dir() or not (SHARED / "corpus").is_dir():
        pytest.skip(f"{SHARED} is absent: its texts are the words of the parity test")
    words: set[str] = set()
    for path in sorted((SHARED / "annotation/composed/inline").glob("*.md")):
        words.update(read_inline(path.read_bytes().decode("utf-8"), path).text.split())
    for source in ("real", "seeds"):
        for path in sorted((SHARED / "annotation" / source / "text").glob("*.txt")):
            words.update(path.read_text(encoding="utf-8").split())
    for path in sorted((SHARED / "corpus").glob("*.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as articles:
            for article in islice(articles, ARTICLES):
                words.update(article.split())
    return sorted(words)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_distinct_word_has_the_ids_of_the_slow_tokenizer(name: str) -> None:
    fast, slow = real(name)
    words = corpus_words()
    assert len(words) >= 100_000
    batches = [" ".join(words[at : at + 100]) for at in range(0, len(words), 100)]
    mine = fast(batches, add_special_tokens=False)["input_ids"]
    differing = [
        line
        for line, ids in zip(batches, mine, strict=True)
        if slow.encode(line, add_special_tokens=False) != ids
    ]
    assert differing == []


@pytest.mark.parametrize("name", VOCABULARIES)
def test_whole_lines_and_odd_lines_have_the_ids_of_the_slow_tokenizer(name: str) -> None:
    fast, slow = real(name)
    batch = ODD_LINES + SENTENCES
    if (SHARED / "corpus").is_dir():
        with lzma.open(SHARED / "corpus" / "vietnews-0.txt.xz", "rt", encoding="utf-8") as articles:
            batch += [article.strip() for article in islice(articles, 50)]
    for line, ids in zip(batch, fast(batch)["input_ids"], strict=True):
        assert ids == slow.encode(line), line[:80]
        assert fast.decode(ids) == slow.decode(ids)
        assert fast.convert_ids_to_tokens(ids) == slow.convert_ids_to_tokens(ids)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_vocabulary_is_numbered_as_in_the_slow_tokenizer(name: str) -> None:
    fast, slow = real(name)
    assert fast.get_vocab() == slow.get_vocab()
    assert (fast.vocab_size, len(fast)) == (slow.vocab_size, len(slow))
    assert fast.special_tokens_map == slow.special_tokens_map
    assert fast.all_special_ids == slow.all_special_ids
    assert fast.mask_token_id == {"phobert": 64000, "compact": 4}[name]


def test_merged_form_outside_the_vocabulary_is_unknown() -> None:
    fast, _ = real("phobert")
    encoding = fast("xt_triển", add_special_tokens=False, return_offsets_mapping=True)
    assert encoding.tokens() == ["x@@", "<unk>"]
    assert encoding["input_ids"] == [fast.convert_tokens_to_ids("x@@"), 3]
    assert encoding[0].ids == encoding["input_ids"]
    assert encoding["offset_mapping"] == [(0, 1), (1, 8)]


@settings(max_examples=300, deadline=None)
@given(line=lines)
def test_ids_words_and_offsets_of_any_line(pair: Pair, line: str) -> None:
    fast, slow = pair
    encoding = fast(line, add_special_tokens=False, return_offsets_mapping=True)
    ids, offsets = encoding["input_ids"], encoding["offset_mapping"]
    assert ids == slow.encode(line, add_special_tokens=False)
    assert encoding.tokens() == slow.convert_ids_to_tokens(ids)
    assert all(index < len(fast) for index in ids)
    assert "".join(line[start:end] for start, end in offsets) == "".join(line.split())
    assert all(before[1] <= after[0] for before, after in pairwise(offsets))
    for token, (start, end) in zip(encoding.tokens(), offsets, strict=True):
        assert token == "<unk>" or token.removesuffix("@@") == line[start:end].removesuffix("@@")
    direct = fast.encode_line(line)
    assert (direct.ids, direct.offsets, direct.word_ids) == (ids, offsets, encoding.word_ids())


def test_word_ids_count_the_words_of_the_line(fast: PhobertTokenizerFast) -> None:
    line = "Đoàn Bộ_Quốc_phòng thăm"
    encoding = fast(line, return_offsets_mapping=True)
    words = line.split()
    spelled = [""] * len(words)
    for word, (start, end) in zip(encoding.word_ids(), encoding["offset_mapping"], strict=True):
        if word is not None:
            spelled[word] += line[start:end]
    assert spelled == words
    assert (encoding.word_ids()[0], encoding.word_ids()[-1]) == (None, None)


def test_void_merges_never_apply(fast: PhobertTokenizerFast, slow: PhobertTokenizer) -> None:
    last = Path(fast.merges_file).read_text(encoding="utf-8").rsplit("\n", 1)[1]
    assert last == "z z 1"
    assert fast.tokenize("zza km") == slow.tokenize("zza km") == ["z@@", "z@@", "a", "k@@", "m"]


def test_line_break_is_a_space(fast: PhobertTokenizerFast) -> None:
    assert fast("Việt_Nam\nHà_Nội\r\n")["input_ids"] == fast("Việt_Nam Hà_Nội")["input_ids"]


def test_pair_is_laid_out_as_in_the_slow_tokenizer(
    fast: PhobertTokenizerFast, slow: PhobertTokenizer
) -> None:
    pair = ("Hà_Nội ngày 5", "Quảng_Trị")
    encoding = fast(*pair, return_token_type_ids=True, return_special_tokens_mask=True)
    assert encoding["input_ids"] == slow(*pair)["input_ids"]
    assert set(encoding["token_type_ids"]) == {0}
    assert encoding.tokens().count("</s>") == 3
    assert fast.num_special_tokens_to_add(pair=True) == slow.num_special_tokens_to_add(pair=True) == 4
    assert fast.num_special_tokens_to_add() == 2
    assert list(fast(*pair)) == list(slow(*pair)) == ["input_ids", "attention_mask"]


def test_words_given_one_by_one(fast: PhobertTokenizerFast, slow: PhobertTokenizer) -> None:
    words = ["Đại_tướng", "xin", BROKEN]
    encoding = fast(words, is_split_into_words=True)
    assert encoding["input_ids"] == slow(words, is_split_into_words=True)["input_ids"]
    assert [word for word in dict.fromkeys(encoding.word_ids()) if word is not None] == [0, 1, 2]


def test_special_tokens_can_be_split(fast: PhobertTokenizerFast, slow: PhobertTokenizer) -> None:
    line = "<s>ngày</s> <mask>"
    split = fast(line, split_special_tokens=True)["input_ids"]
    assert split == slow(line, split_special_tokens=True)["input_ids"]
    assert len(split) > len(fast(line)["input_ids"])


def test_padding(fast: PhobertTokenizerFast, slow: PhobertTokenizer) -> None:
    batch = [SENTENCES[0], "Hà_Nội"]
    mine, theirs = (
        fast(batch, padding=True, return_tensors="pt"),
        slow(batch, padding=True, return_tensors="pt"),
    )
    assert mine["input_ids"].tolist() == theirs["input_ids"].tolist()
    assert mine["attention_mask"].tolist() == theirs["attention_mask"].tolist()
    assert mine["input_ids"][1, -1] == fast.pad_token_id == 1


def test_truncation_with_stride_covers_the_line(fast: PhobertTokenizerFast) -> None:
    line = f"{SENTENCES[0]} {BROKEN} {SENTENCES[1]}"
    whole = fast(line, add_special_tokens=False)["input_ids"]
    windows = fast(
        line,
        truncation=True,
        max_length=10,
        stride=3,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    assert len(windows["input_ids"]) > 2
    assert set(windows["overflow_to_sample_mapping"]) == {0}
    joined: list[int] = []
    for ids in windows["input_ids"]:
        assert len(ids) <= 10 and (ids[0], ids[-1]) == (0, 2)
        body = ids[1:-1]
        joined += body[3:] if joined else body
    assert joined == whole
    last = windows["offset_mapping"][-1][-2]
    assert last[1] == len(line)
    assert fast(line, truncation=True, max_length=10)["input_ids"] == windows["input_ids"][0]
    assert fast.encode_line(line).ids == whole  # the limits of the call before do not stay


def test_decode_gives_the_words_back(fast: PhobertTokenizerFast, slow: PhobertTokenizer) -> None:
    for sentence in SENTENCES:
        ids = fast(sentence)["input_ids"]
        assert fast.decode(ids, skip_special_tokens=True) == sentence
        assert fast.decode(ids) == slow.decode(ids) == f"<s> {sentence} </s>"
    assert fast.batch_decode([[0, 2], [3]]) == slow.batch_decode([[0, 2], [3]])
    assert fast.decode(ids[1], clean_up_tokenization_spaces=True) == slow.decode(ids[1])
    assert fast.convert_ids_to_tokens(10**6) == "<unk>"
    assert fast.convert_tokens_to_ids(["ngày", "không_có_từ_này"]) == [slow.convert_tokens_to_ids("ngày"), 3]


def test_added_tokens(folder: Path, fast: PhobertTokenizerFast) -> None:
    slow = PhobertTokenizer.from_pretrained(folder)
    for tokenizer in (fast, slow):
        assert tokenizer.add_tokens(["[E1]", "Hà_Nội", "[E2]"]) == 2
        assert tokenizer.add_tokens(["[E1]"]) == 0
        tokenizer.add_special_tokens({"extra_special_tokens": ["[X]"]})
    line = f"Hà_Nội[E1]{BROKEN}[X] [E2]"
    assert fast(line)["input_ids"] == slow(line)["input_ids"]
    assert fast.get_vocab() == slow.get_vocab()
    assert len(fast) == len(slow) == fast.vocab_size + 4
    assert fast.all_special_ids == slow.all_special_ids
    with pytest.raises(ModelError, match="'n' cannot be added"):
        fast.add_tokens(["n"])
    assert fast(line)["input_ids"] == slow(line)["input_ids"]


def test_other_special_tokens(folder: Path) -> None:
    chosen = {"cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    fast = PhobertTokenizerFast.from_pretrained(folder, **chosen)
    tokens = fast("Hà_Nội [MASK]", "Lào").tokens()
    assert tokens == ["[CLS]", "Hà_Nội", "[MASK]", "[SEP]", "[SEP]", "Lào", "[SEP]"]
    assert len(fast) == fast.vocab_size + 3


def test_saved_folder_loads_as_both_tokenizers(fast: PhobertTokenizerFast, tmp_path: Path) -> None:
    fast.add_tokens(["[E1]"])
    fast.model_max_length = 256
    fast(SENTENCES, truncation=True, max_length=5)
    fast.save_pretrained(tmp_path)
    for name in ("vocab.txt", "bpe.codes"):
        assert (tmp_path / name).read_bytes() == Path(fast.vocab_file).with_name(name).read_bytes()
    assert json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))["model"]["type"] == "BPE"
    lines = [*SENTENCES, f"[E1] {BROKEN} <mask>"]
    expected = fast(lines)["input_ids"]
    for kind in (PhobertTokenizerFast, PhobertTokenizer, AutoTokenizer):
        again = kind.from_pretrained(tmp_path)
        assert again(lines)["input_ids"] == expected
        assert again.get_vocab() == fast.get_vocab()
        assert again.model_max_length == 256
    again = PhobertTokenizerFast.from_pretrained(tmp_path)
    again.save_pretrained(tmp_path)  # over itself
    again.save_pretrained(tmp_path / "second")
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "bpe.codes"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_folder_saved_by_the_slow_tokenizer(folder: Path, fast: PhobertTokenizerFast, tmp_path: Path) -> None:
    slow = PhobertTokenizer.from_pretrained(folder)
    slow.add_tokens(["[E1]"])
    slow.save_pretrained(tmp_path)
    again = PhobertTokenizerFast.from_pretrained(tmp_path)
    assert again("[E1] Lào")["input_ids"] == slow("[E1] Lào")["input_ids"]
    assert again.get_vocab() == slow.get_vocab()


def test_tokenizer_json_of_others_is_not_the_vocabulary(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    other = {"added_tokens": [], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(other), encoding="utf-8")
    fast, slow = PhobertTokenizerFast.from_pretrained(tmp_path), PhobertTokenizer.from_pretrained(folder)
    assert fast(SENTENCES)["input_ids"] == slow(SENTENCES)["input_ids"]


def test_hub_id_from_the_cache(folder: Path, slow: PhobertTokenizer, tmp_path: Path) -> None:
    repository = tmp_path / "models--vinai--phobert-base"
    shutil.copytree(folder, repository / "snapshots" / ("0" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0" * 40, encoding="utf-8")
    fast = PhobertTokenizerFast.from_pretrained(
        "vinai/phobert-base", cache_dir=tmp_path, local_files_only=True
    )
    assert fast(SENTENCES)["input_ids"] == slow(SENTENCES)["input_ids"]


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_copies_and_pickles(fast: PhobertTokenizerFast, twin) -> None:
    fast.add_tokens(["[E1]"])
    lines = [*SENTENCES, f"[E1] {BROKEN}"]
    other = twin(fast)
    batch = fast(lines)
    assert other(lines)["input_ids"] == batch["input_ids"]
    assert twin(batch).tokens(len(lines) - 1) == batch.tokens(len(lines) - 1)


@pytest.mark.filterwarnings("ignore:Tokenizer does not support real words")
@pytest.mark.parametrize("strategy", ["none", "simple", "first"])
def test_token_classification_pipeline(fast: PhobertTokenizerFast, strategy: str) -> None:
    line = SENTENCES[0].replace("tiếp", "xintiếp")
    entities = classifier(fast, aggregation_strategy=strategy)(line)
    subwords = fast.encode_line(line)
    spans = [line[start:end] for start, end in subwords.offsets]
    found = [line[entity["start"] : entity["end"]] for entity in entities]
    assert len(spans) > len(line.split())
    assert found == (line.split() if strategy == "first" else spans)
    if strategy == "first":
        assert [entity["word"] for entity in entities] == line.split()


@pytest.mark.filterwarnings("ignore:Tokenizer does not support real words")
def test_token_classification_pipeline_over_windows(fast: PhobertTokenizerFast) -> None:
    fast.model_max_length = 20
    text = " ".join(SENTENCES)
    entities = classifier(fast, aggregation_strategy="first", stride=6)(text)
    assert [text[entity["start"] : entity["end"]] for entity in entities] == text.split()


def classifier(tokenizer: PhobertTokenizerFast, **options):
    """A pipeline whose tiny model gives every subword the label B-PERSON."""
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=258,
        id2label={0: "O", 1: "B-PERSON", 2: "I-PERSON"},
    )
    model = RobertaForTokenClassification(config).eval()
    model.classifier.weight.data.zero_()
    model.classifier.bias.data[1] = 5.0
    return pipeline("token-classification", model=model, tokenizer=tokenizer, device="cpu", **options)


def test_missing_files_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no vocab\.txt there"):
        PhobertTokenizerFast.from_pretrained(tmp_path)
    shutil.copy(folder / "vocab.txt", tmp_path)
    with pytest.raises(ModelError, match=r"no bpe\.codes there"):
        PhobertTokenizerFast.from_pretrained(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ng@@ 5\nkh\xc3\xb4ng\n", r"vocab\.txt:2: expected 'token count', found 'không'"),
        (b"a 5\nb 4\na 3\n", r"vocab\.txt:3: the token 'a' was there before"),
        (b"<s> 5\n", r"vocab\.txt:1: the token '<s>' was there before"),
        (b"a 5\n\xff\xfe 4\n", r"vocab\.txt: not UTF-8"),
    ],
)
def test_bad_vocabulary_is_refused(folder: Path, tmp_path: Path, content: bytes, message: str) -> None:
    shutil.copy(folder / "bpe.codes", tmp_path)
    (tmp_path / "vocab.txt").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        PhobertTokenizerFast.from_pretrained(tmp_path)


def test_added_tokens_of_another_vocabulary_are_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    config = {"added_tokens_decoder": {"99999": {"content": "<mask>", "special": True}}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match="'<mask>' should have the id 99999"):
        PhobertTokenizerFast.from_pretrained(tmp_path)


def test_saving_without_the_source_files_is_refused(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(folder, source)
    fast = PhobertTokenizerFast.from_pretrained(source)
    (source / "vocab.txt").unlink()
    with pytest.raises(ModelError, match="gone since the tokenizer was loaded"):
        fast.save_pretrained(tmp_path / "saved")
