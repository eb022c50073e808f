from __future__ import annotations

import itertools
import os
import sys
import threading
import types
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoptac.errors import ConfigError, ModelError
from hoptac.text import segment, vncorenlp
from hoptac.text.crf import WordCrf
from hoptac.text.joins import split_join
from hoptac.text.normalize import normalize
from hoptac.text.segment import get_segmenter
from hoptac.text.sentences import sentence_spans
from hoptac.text.vncorenlp import VncorenlpSegmenter, align_words
from tests.text.strategies import FOREIGN, WORDS, raw_texts

SHARED = Path(__file__).parents[3] / "shared"


def words(name: str, text: str) -> list[str]:
    return [text[start:end] for start, end in get_segmenter(name)(text)]


def assert_covers(text: str, spans: list[tuple[int, int]]) -> None:
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        at = end
    assert not text[at:].strip()


def test_unknown_segmenters_are_named() -> None:
    with pytest.raises(ConfigError, match=r"'spacy'.*underthesea, vncorenlp, none"):
        get_segmenter("spacy")


def test_a_segmenter_is_built_once_and_knows_its_name() -> None:
    for name in ("underthesea", "none"):
        assert get_segmenter(name) is get_segmenter(name)
        assert get_segmenter(name).name == name


def test_none_takes_words_as_they_stand() -> None:
    assert words("none", "Bộ_trưởng thăm\nViệt_Nam .") == ["Bộ_trưởng", "thăm", "Việt_Nam", "."]


def test_underthesea_joins_syllables() -> None:
    found = words("underthesea", "Bộ trưởng Nguyễn Văn Tám thăm Việt Nam ngày 24/10/2024.")
    assert found == ["Bộ trưởng", "Nguyễn Văn Tám", "thăm", "Việt Nam", "ngày", "24/10/2024", "."]


def test_underthesea_knows_the_tone_style_of_normalized_text() -> None:
    text = normalize("Hai nước gìn giữ hòa bình, thủy quân lục chiến khỏe mạnh").text
    assert {"hoà bình", "khoẻ mạnh"} <= set(words("underthesea", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Theo LHQ.Đồng chí đến", ["LHQ", ".", "Đồng chí"]),
        ("Ảnh: H.M.", ["H.M", "."]),
        ("ngày 3-7 đến", ["3-7"]),
        ("tháng 12/2024", ["12/2024"]),
    ],
)
def test_full_stops_and_dates_are_words_of_their_own(text: str, expected: list[str]) -> None:
    found = words("underthesea", text)
    assert [word for word in found if word in expected] == expected


def test_marks_stay_with_their_base() -> None:
    assert {"❤️", "b\u0303"} <= set(words("underthesea", "tim ❤️ và b\u0303 đó"))


def test_words_do_not_go_over_a_line_break() -> None:
    text = "gặp Bộ\ntrưởng Quốc\nphòng"
    assert_covers(text, get_segmenter("underthesea")(text))


@given(raw_texts())
def test_underthesea_covers_any_text(raw: str) -> None:
    text = normalize(raw).text
    assert_covers(text, get_segmenter("underthesea")(text))


@given(raw_texts())
def test_decomposed_text_has_the_same_words(raw: str) -> None:
    decomposed = normalize(unicodedata.normalize("NFD", raw)).text
    assert words("underthesea", decomposed) == words("underthesea", normalize(raw).text)


@pytest.fixture(scope="module")
def underthesea_crf() -> tuple[WordCrf, Callable[[list[str]], list[bool]]]:
    """Our reading of the CRF, and underthesea's own."""
    word_tokenize = pytest.importorskip("underthesea.pipeline.word_tokenize")
    from underthesea.models.fast_crf_sequence_tagger import FastCRFSequenceTagger

    folder = Path(word_tokenize.__file__).parent / "models" / "ws_crf_vlsp2013_20230727"
    theirs = FastCRFSequenceTagger()
    theirs.load(str(folder))
    return segment._Underthesea().crf, lambda tokens: [
        tag == "I-W" for tag in theirs.predict([[token] for token in tokens])
    ]


@given(
    st.lists(st.sampled_from([*WORDS, *FOREIGN, "10", "x10", "①", "½", "ß", "iPhone", ".", "="]), min_size=1)
)
def test_the_crf_labels_as_underthesea_does(
    underthesea_crf: tuple[WordCrf, Callable[[list[str]], list[bool]]], tokens: list[str]
) -> None:
    ours, theirs = underthesea_crf
    found, expected = ours.continues(tokens), theirs(tokens)
    # where one token is repeated two paths may be equally good, and rounding decides between them
    assert (
        found == expected
        or abs(_path_score(ours, tokens, found) - _path_score(ours, tokens, expected)) < 1e-9
    )


def _path_score(crf: WordCrf, tokens: list[str], goes_on: list[bool]) -> float:
    own = sum(score for score, go in zip(crf._scores(tokens), goes_on, strict=True) if not go)
    return own + sum(crf._steps[before][after] for before, after in itertools.pairwise(goes_on))


@pytest.mark.skipif(not (SHARED / "annotation").is_dir(), reason="the shared articles are not here")
def test_the_crf_labels_articles_as_underthesea_does(
    underthesea_crf: tuple[WordCrf, Callable[[list[str]], list[bool]]],
) -> None:
    ours, theirs = underthesea_crf
    pattern = segment._Underthesea().pattern
    for path in sorted((SHARED / "annotation" / "real" / "text").glob("*.txt"))[::40]:
        text = normalize(path.read_text(encoding="utf-8")).text
        for start, end in sentence_spans(text):
            tokens = [match.group() for match in pattern.finditer(text[start:end])]
            assert ours.continues(tokens) == theirs(tokens), text[start:end]


def test_a_file_that_is_no_crf_is_named(tmp_path: Path) -> None:
    for content in (b"", b"lCRF" + bytes(44), bytes(4000)):
        (tmp_path / "models.bin").write_bytes(content)
        with pytest.raises(ModelError, match=r"models.bin is not a CRFsuite model"):
            WordCrf(tmp_path / "models.bin", ())


def test_threads_share_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[int] = []

    class Slow(segment._Underthesea):
        def __init__(self) -> None:
            loads.append(threading.get_ident())
            super().__init__()

    monkeypatch.setattr(segment, "_Underthesea", Slow)
    segmenter = segment.UndertheseaSegmenter()
    text = "Bộ trưởng Bộ Quốc phòng thăm Việt Nam"
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(segmenter, [text] * 16))
    assert len(loads) == 1
    assert all(result == results[0] for result in results)


LEXICON = frozenset({"bộ trưởng", "tư pháp", "quốc phòng", "đại tá", "phát biểu", "châu âu"})


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        ("Bộ trưởng", "Bộ trưởng"),
        ("bộ trưởng quốc phòng", "bộ trưởng quốc phòng"),
        ("Nguyễn Văn Tám", "Nguyễn Văn Tám"),
        ("Nguyễn Văn Tám phát biểu", "Nguyễn Văn Tám | phát biểu"),
        ("Tám nói", "Tám | nói"),
        ("Bộ Tư pháp", "Bộ | Tư pháp"),
        ("Bộ trưởng Quốc phòng", "Bộ trưởng | Quốc phòng"),
        ("Đại tá Vi", "Đại tá | Vi"),
        ("châu Âu", "châu Âu"),
        ("Liên hợp quốc nhắc", "Liên hợp quốc | nhắc"),
        ("Mỹ Mattis", "Mỹ | Mattis"),
        ("Kim Jong-un", "Kim Jong-un"),
        ("Reuters dẫn", "Reuters | dẫn"),
        ("TTXVN 9/5", "TTXVN | 9/5"),
        (": Tám", ": | Tám"),
        ("Tám 😀", "Tám | 😀"),
    ],
)
def test_joins_are_undone(joined: str, expected: str) -> None:
    tokens = joined.split()
    found, at = [], 0
    for size in split_join(tokens, LEXICON):
        found.append(" ".join(tokens[at : at + size]))
        at += size
    assert at == len(tokens)
    assert found == expected.split(" | ")


class FakeVnCoreNLP:
    """Behaves as ``py_vncorenlp.VnCoreNLP`` does: its own sentences, tone style and working directory."""

    def __init__(self, annotators: list[str], save_dir: str) -> None:
        if (Path(save_dir) / "broken").exists():
            raise RuntimeError("no JVM")
        assert annotators == ["wseg"]
        os.chdir(save_dir)

    def word_segment(self, text: str) -> list[str]:
        text = text.replace("_", " _ ").replace("😀", "\uf600").replace("ủy", "uỷ")
        for word in ("Việt Nam", "Bộ trưởng", "ủy ban"):
            text = text.replace(word, word.replace(" ", "_"))
        head, stop, tail = text.partition("? ")
        return [" ".join(part.replace(",", " ,").split()) for part in (head + stop, tail) if part.strip()]


@pytest.fixture
def vncorenlp_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    module = types.ModuleType("py_vncorenlp")
    module.VnCoreNLP = FakeVnCoreNLP  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "py_vncorenlp", module)
    monkeypatch.setenv(vncorenlp.FOLDER_VARIABLE, str(tmp_path))
    for part in vncorenlp._PARTS:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / part).touch()
    here = Path.cwd()
    yield tmp_path
    assert Path.cwd() == here


@pytest.mark.usefixtures("vncorenlp_folder")
def test_vncorenlp_words_become_spans() -> None:
    text = "Bộ trưởng, 😀 đến Việt  Nam? Có a_b tháng 7/2018."
    found = [text[start:end] for start, end in VncorenlpSegmenter()(text)]
    assert found == ["Bộ trưởng", ",", "😀", "đến", "Việt", "Nam?", "Có", "a_", "b", "tháng", "7/2018", "."]
    assert VncorenlpSegmenter()(" \n ") == []


@given(raw_texts())
def test_vncorenlp_spans_cover_any_text(raw: str) -> None:
    text = normalize(raw).text
    fake = object.__new__(FakeVnCoreNLP)
    assert_covers(
        text, align_words(text, [word for line in fake.word_segment(text) for word in line.split()])
    )


@pytest.mark.parametrize(
    ("text", "given_words", "expected"),
    [
        ("ủy ban họp", ["uỷ_ban", "họp"], ["ủy ban", "họp"]),
        ("a 𝄞 b c", ["a", "\ud834\udd1e", "b_c"], ["a 𝄞", "b c"]),
        ("mất chữ ở giữa", ["mất", "ở_giữa"], ["mất chữ", "ở giữa"]),
        ("_ x", ["x"], ["_ x"]),
        ("a\nb", ["a_b"], ["a", "b"]),
        ("x", [], ["x"]),
    ],
)
def test_alignment(text: str, given_words: list[str], expected: list[str]) -> None:
    spans = align_words(text, given_words)
    assert_covers(text, spans)
    assert [text[start:end] for start, end in spans] == expected


def test_vncorenlp_says_what_is_missing(
    vncorenlp_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (vncorenlp_folder / "broken").touch()
    with pytest.raises(ModelError, match=r"does not start \(no JVM\)"):
        VncorenlpSegmenter()
    monkeypatch.setenv(vncorenlp.FOLDER_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match=r"nowhere has no VnCoreNLP-1.2.jar.*download_model"):
        VncorenlpSegmenter()
    monkeypatch.setitem(sys.modules, "py_vncorenlp", None)
    with pytest.raises(ModelError, match=r"pip install 'hoptac\[vncorenlp\]'"):
        VncorenlpSegmenter()
