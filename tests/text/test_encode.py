"""From raw text to subwords that know their characters."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.annotations.corpus import load_corpus
from hoptac.article import Article, Span
from hoptac.model.tags import characters, encode_entities, token_runs, unreachable
from hoptac.schema import load_schema
from hoptac.scoring import article_lines
from hoptac.text.bpe import CONTINUED
from hoptac.text.encode import TextEncoder, TokenizedText
from hoptac.text.normalize import normalize
from hoptac.text.segment import get_segmenter
from hoptac.text.tokenizer import PhobertTokenizerFast
from hoptac.text.windows import pack
from tests.text.strategies import raw_texts
from tests.tiny import tiny_vocab

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PhobertTokenizerFast:
    return PhobertTokenizerFast.from_pretrained(tiny_vocab(tmp_path_factory.mktemp("encode") / "vocab"))


@pytest.fixture(scope="module")
def by_spaces(tokenizer: PhobertTokenizerFast) -> TextEncoder:
    return TextEncoder(tokenizer, get_segmenter("none"))


@pytest.fixture(scope="module")
def by_words(tokenizer: PhobertTokenizerFast) -> TextEncoder:
    return TextEncoder(tokenizer, get_segmenter("underthesea"))


def surfaces(tokens: TokenizedText) -> list[str]:
    return [tokens.text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]


def without_marks(text: str) -> str:
    letters = unicodedata.normalize("NFD", normalize(text).text.replace(" ", "_").replace("\n", "_"))
    return "".join(char for char in letters if unicodedata.category(char) != "Mn")


def check(tokens: TokenizedText, tokenizer: PhobertTokenizerFast) -> None:
    """What holds for the tokens of every text."""
    text, starts, ends = tokens.text, tokens.starts, tokens.ends
    assert (starts < ends).all() and (starts >= 0).all() and (ends <= len(text)).all()
    # a letter whose mark is a token of its own shares its characters with it
    assert (np.diff(starts) >= 0).all() and (np.diff(ends) >= 0).all()
    assert set(np.diff(tokens.words, prepend=-1).tolist()) <= {0, 1}
    assert set(np.diff(tokens.sentences, prepend=-1).tolist()) <= {0, 1}
    covered = np.zeros(len(text), bool)
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        covered[a:b] = True
    # what no token covers is nothing to see: spaces, and what normalization drops
    left = "".join(char for char, hit in zip(text, covered, strict=True) if not hit)
    assert normalize(left).text.strip() == ""
    names = np.array(tokenizer.convert_ids_to_tokens(tokens.ids.tolist()), object)
    for name, surface in zip(names, surfaces(tokens), strict=True):
        if name != tokenizer.unk_token:
            # inside a syllable the tone mark may have moved to the next letter
            assert without_marks(name.removesuffix(CONTINUED)) == without_marks(surface)
    for word in range(tokens.words[-1] + 1 if len(tokens) else 0):
        mine = np.flatnonzero(tokens.words == word)
        if tokenizer.unk_token not in names[mine]:
            spelled = "".join(name.removesuffix(CONTINUED) for name in names[mine])
            surface = normalize(text[starts[mine[0]] : ends[mine[-1]]]).text
            assert spelled == surface.replace(" ", "_").replace("\n", "_")
    for number, span in enumerate(tokens.sentence_spans):
        mine = tokens.sentences == number
        assert mine.any() and span.start <= starts[mine].min() and ends[mine].max() <= span.end


@settings(max_examples=120, deadline=None)
@given(raw_texts())
def test_tokens_know_their_characters(by_spaces: TextEncoder, raw: str) -> None:
    check(by_spaces(raw), by_spaces.tokenizer)


@settings(max_examples=60, deadline=None)
@given(raw_texts())
def test_so_do_those_of_segmented_words(by_words: TextEncoder, raw: str) -> None:
    check(by_words(raw), by_words.tokenizer)


@settings(max_examples=60, deadline=None)
@given(st.lists(raw_texts(), min_size=1, max_size=4), st.data())
def test_regions_are_read_as_texts_of_their_own(
    by_spaces: TextEncoder, parts: list[str], data: st.DataObject
) -> None:
    text, regions, at = "", [], 0
    for part in parts:
        skipped = data.draw(st.sampled_from(["", "bỏ đi\n", "\n\n"]))
        at = len(text) + len(skipped)
        text += skipped + part
        regions.append(Span(at, at + len(part)))
    tokens = by_spaces(text, regions)
    alone = [by_spaces(part) for part in parts]
    assert tokens.ids.tolist() == [i for one in alone for i in one.ids.tolist()]
    for name in ("starts", "ends"):
        shifted = [
            offset + region.start
            for one, region in zip(alone, regions, strict=True)
            for offset in getattr(one, name).tolist()
        ]
        assert getattr(tokens, name).tolist() == shifted
    for name in ("words", "sentences"):
        numbers, begin = [], 0
        for one in alone:
            numbers += [begin + n for n in getattr(one, name).tolist()]
            begin = numbers[-1] + 1 if numbers else 0
        assert getattr(tokens, name).tolist() == numbers
    assert len(tokens.sentence_spans) == sum(len(one.sentence_spans) for one in alone)
    assert tokens.text == text


def test_every_form_of_a_text_has_the_same_tokens(by_words: TextEncoder) -> None:
    text = "Thượng tướng Lê Thị Minh thăm Học viện.\nHai bên gìn giữ hòa bình."
    plain = by_words(text)
    for other in (
        unicodedata.normalize("NFD", text),
        text.replace("\n", "\r\n"),
        text.replace("hòa", "hoà"),
        text.replace(" ", "\u00a0"),
        text.replace("Minh", "Mi\u200bnh"),
        text.replace(" ", "  "),
    ):
        tokens = by_words(other)
        assert tokens.ids.tolist() == plain.ids.tolist()
        back = [unicodedata.normalize("NFC", s).replace("hòa", "hoà") for s in surfaces(tokens)]
        shown = [" ".join(s.replace("\u200b", "").split()) for s in back]
        assert shown == [s.replace("hòa", "hoà") for s in surfaces(plain)]


def test_a_word_of_several_syllables_holds_its_spaces(by_words: TextEncoder) -> None:
    text = "Bộ Quốc phòng  Lào."
    tokens = by_words(text)
    first = {int(word): int(tokens.starts[tokens.words == word].min()) for word in tokens.words}
    last = {int(word): int(tokens.ends[tokens.words == word].max()) for word in tokens.words}
    words = [text[first[word] : last[word]] for word in first]
    assert "Quốc phòng" in words and "".join(words).replace(" ", "") == "BộQuốcphòngLào."


@pytest.mark.parametrize("raw", ["", " \n\t ", "\u200b\ufeff", "\r\n\r\n"])
def test_nothing_to_read(by_spaces: TextEncoder, raw: str) -> None:
    tokens = by_spaces(raw)
    assert len(tokens) == 0 and tokens.sentence_spans == () and tokens.ids.dtype == np.int32
    assert len(by_spaces(raw, [])) == 0


def test_special_tokens_in_the_text_are_text(by_spaces: TextEncoder) -> None:
    text = "a <mask> b</s>c <s> <unk>"
    assert "".join(surfaces(by_spaces(text))) == text.replace(" ", "")


def test_a_very_long_line(by_spaces: TextEncoder) -> None:
    text = "Hai bên trao_đổi về hợp_tác " * 4000
    tokens = by_spaces(text)
    check_every = slice(None, None, 997)
    assert len(tokens.sentence_spans) == 1 and tokens.ends[-1] == len(text) - 1
    assert all(
        text[a:b].strip() for a, b in zip(tokens.starts[check_every], tokens.ends[check_every], strict=True)
    )


@pytest.fixture(scope="module")
def corpus() -> list[Article]:
    texts = ROOT / "annotations" / "texts"
    if not texts.is_dir():
        texts = SHARED / "annotation" / "real" / "text"
    if not (ROOT / "annotations" / "splits.json").is_file():
        pytest.skip("no annotated corpus beside this checkout")
    found = load_corpus(ROOT / "annotations", texts)
    return [article for split in ("train", "dev", "test") for article in found.split(split)]


def test_the_corpus_goes_through(corpus: list[Article]) -> None:
    folder = SHARED / "models" / "compact-encoder"
    if not folder.is_dir():
        pytest.skip(f"no vocabulary: {folder} is absent")
    pipeline = TextEncoder(PhobertTokenizerFast.from_pretrained(folder), get_segmenter("underthesea"))
    labels = load_schema().entity_labels
    count, lost = 0, []
    for article in corpus:
        tokens = pipeline(article.text, article_lines(article))
        assert (tokens.starts < tokens.ends).all() and (np.diff(tokens.starts) >= 0).all()
        windows = pack(tokens, 254, 48)
        assert [w.core_start for w in windows] == [0, *(w.core_end for w in windows[:-1])]
        assert windows[-1].core_end == len(tokens) and max(w.end - w.start for w in windows) <= 254
        out_of_reach = set(unreachable(tokens, article.entities))
        runs = token_runs(encode_entities(tokens, article.entities, labels))
        back = {(characters(tokens, first, last), labels[label]) for first, last, label in runs}
        for entity in article.entities:
            if (Span(entity.start, entity.end), entity.label) not in back:
                assert entity in out_of_reach
                lost.append(f"{article.id}: {article.text[entity.start : entity.end]!r} {entity.label}")
        count += len(article.entities)
    assert count
    named = "\n".join(lost)
    assert 1 - len(lost) / count >= 0.995, f"{len(lost)} of {count} entities are out of reach:\n{named}"
