"""Results as CoNLL lines: every word of the article once, tags that say what the entities say."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from hoptac.article import Span
from hoptac.result import EntityMention, Result
from hoptac.result_conll import write_conll
from hoptac.text.segment import get_segmenter

WHITESPACE = get_segmenter("none")


class OneWord:
    """Takes each sentence for a single word: every entity edge then falls within it."""

    name = "one"

    def __call__(self, text: str) -> list[tuple[int, int]]:
        return [(0, len(text))]


def _rows(lines: str) -> list[tuple[str, str]]:
    return [(word, tag) for word, _, tag in (line.partition("\t") for line in lines.splitlines()) if word]


def _entities(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Label and letters of each entity, read back from the tags."""
    found: list[tuple[str, str]] = []
    for word, tag in rows:
        if tag.startswith("B-"):
            found.append((tag[2:], word))
        elif tag.startswith("I-"):
            label, letters = found.pop()
            assert label == tag[2:]
            found.append((label, letters + word))
    return [(label, letters.replace("_", "")) for label, letters in found]


def test_lines_and_blank_lines() -> None:
    text = "Đại tá Lê Thử đến.\nHai bên bàn."
    entities = (EntityMention(0, 6, "RANK", "Đại tá", 0.9), EntityMention(7, 13, "PERSON", "Lê Thử", 0.9))
    lines = write_conll(Result(text, entities, kept=(Span(0, len(text)),)), WHITESPACE)
    assert lines == (
        "Đại\tB-RANK\ntá\tI-RANK\nLê\tB-PERSON\nThử\tI-PERSON\nđến.\tO\n\nHai\tO\nbên\tO\nbàn.\tO\n\n"
    )


def test_only_the_article_is_written() -> None:
    text = "Chia sẻ\nHai bên bàn.\nTin khác"
    assert _rows(write_conll(Result(text, kept=(Span(8, 20),)), WHITESPACE)) == [
        ("Hai", "O"),
        ("bên", "O"),
        ("bàn.", "O"),
    ]


def test_words_are_the_text_as_given_joined_by_underscores() -> None:
    text = unicodedata.normalize("NFD", "Bộ\u00a0Quốc  phòng")
    lines = write_conll(Result(text, kept=(Span(0, len(text)),)), OneWord())
    assert _rows(lines) == [(re.sub(r"\s+", "_", text), "O")]


_WORDS = st.lists(st.sampled_from(("Bộ", "Lê", "hòa", "A", "ngày 4/5", "(")), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(_WORDS, st.data(), st.sampled_from(("NFC", "NFD")), st.sampled_from((WHITESPACE, OneWord())))
def test_tags_give_back_the_entities(
    words: list[str], data: st.DataObject, form: str, segmenter: OneWord
) -> None:
    parts = [unicodedata.normalize(form, word) for word in words]
    text, entities = "", []
    for part in parts:
        text += " " if text and data.draw(st.booleans()) else ""
        label = data.draw(st.sampled_from(("", "PERSON", "DATE")))
        if label:
            entities.append(EntityMention(len(text), len(text) + len(part), label, part, 0.9))
        text += part
    rows = _rows(write_conll(Result(text, tuple(entities), kept=(Span(0, len(text)),)), segmenter))
    assert "".join(word.replace("_", "") for word, _ in rows) == text.replace(" ", "")
    assert _entities(rows) == [(entity.label, entity.text.replace(" ", "")) for entity in entities]
