"""Learning a vocabulary in PhoBERT's two files."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hoptac.errors import ConfigError, ModelError
from hoptac.pretrain.config import VocabularyConfig
from hoptac.pretrain.vocabulary import check_parity, learn_vocabulary, make_vocabulary, surface
from hoptac.text.bpe import read_merges
from hoptac.text.tokenizer import PhobertTokenizerFast
from tests.pretrain.conftest import invented_articles

LINES = invented_articles(60)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vocabulary") / "v"
    make_vocabulary(VocabularyConfig(size=400, min_letter=1), LINES, folder)
    return folder


def test_size_and_ids_are_phoberts(learned: Path) -> None:
    from transformers import PhobertTokenizer

    fast = PhobertTokenizerFast.from_pretrained(learned)
    slow = PhobertTokenizer.from_pretrained(learned)
    assert len(fast) == len(slow) == 400
    assert fast.convert_tokens_to_ids(["<s>", "<pad>", "</s>", "<unk>", "<mask>"]) == [0, 1, 2, 3, 399]
    text = " ".join([*LINES[:20], "Chưa_từng thấy Zürich 東京 a@b.vn"])
    assert fast(text)["input_ids"] == slow(text)["input_ids"]


def test_frequent_words_are_whole_and_counts_fall(learned: Path) -> None:
    fast = PhobertTokenizerFast.from_pretrained(learned)
    assert fast.tokenize("hợp_tác quốc_phòng") == ["hợp_tác", "quốc_phòng"]
    rows = [line.rsplit(" ", 1) for line in (learned / "vocab.txt").read_text(encoding="utf-8").splitlines()]
    counts = [int(count) for _, count in rows]
    assert counts == sorted(counts, reverse=True)
    # the counts are those of the text as the vocabulary cuts it
    seen = Counter(token for line in LINES for token in fast.tokenize(line))
    assert {token: int(count) for token, count in rows if int(count)} == dict(seen)


def test_every_seen_letter_can_stand_anywhere(learned: Path) -> None:
    fast = PhobertTokenizerFast.from_pretrained(learned)
    letters = sorted({letter for line in LINES for letter in line} - {" "})
    assert fast.unk_token_id not in fast.encode_line(" ".join(f"{a}{a} {a}" for a in letters)).ids


def test_the_same_text_gives_the_same_files(learned: Path, tmp_path: Path) -> None:
    # in another process, where hash tables have another order, and from words in another order
    code = (
        "import sys; from pathlib import Path; from hoptac.pretrain.vocabulary import make_vocabulary\n"
        "from hoptac.pretrain.config import VocabularyConfig; from tests.pretrain.test_vocabulary import "
        "LINES\n"
        "make_vocabulary(VocabularyConfig(size=400, min_letter=1), LINES[::-1], Path(sys.argv[1]))"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, tmp_path / "v"], cwd=root, check=True)
    for name in ("vocab.txt", "bpe.codes"):
        assert (tmp_path / "v" / name).read_bytes() == (learned / name).read_bytes()


def test_words_that_would_spoil_the_files_are_not_learned(tmp_path: Path) -> None:
    words = Counter({"ab": 50, "a@@": 40, "<s>": 40, "b</w>": 40, "<mask>": 40, "aé": 1, "abab": 9})
    learn_vocabulary(words, VocabularyConfig(size=10, min_letter=5), tmp_path / "v")
    check_parity(tmp_path / "v", list(words))
    assert read_merges(tmp_path / "v" / "bpe.codes")[0] == ("a", "b</w>")


@pytest.mark.parametrize(("size", "message"), [(20, "too small"), (5000, "gives only")])
def test_a_size_that_cannot_be_is_refused(tmp_path: Path, size: int, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_vocabulary(VocabularyConfig(size=size, min_letter=1), LINES, tmp_path / "v")
    assert not (tmp_path / "v").exists()


def test_an_existing_vocabulary_is_copied(learned: Path, tmp_path: Path) -> None:
    make_vocabulary(VocabularyConfig(folder=str(learned)), [], tmp_path / "v")
    assert (tmp_path / "v" / "bpe.codes").read_bytes() == (learned / "bpe.codes").read_bytes()
    with pytest.raises(ModelError):
        make_vocabulary(VocabularyConfig(folder=str(tmp_path)), [], tmp_path / "w")


def test_surface_forms() -> None:
    assert surface("gìn_giữ@@") == "gìn giữ"
    assert surface("_t") == "t"
    assert surface("@@@") == "@"
