"""`load` and `predict` on bad input: one clear sentence, and nothing lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hoptac
from hoptac import InputError, ModelError, load


@pytest.fixture(scope="module")
def tagger() -> hoptac.Tagger:
    return load()


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b \ufeff"])
def test_empty_text(tagger: hoptac.Tagger, text: str) -> None:
    if text.strip():
        assert tagger.predict(text).warnings == ("The text holds no letters.",)
    else:
        with pytest.raises(InputError, match="empty"):
            tagger.predict(text)


def test_the_bad_text_of_a_list_is_named(tagger: hoptac.Tagger) -> None:
    with pytest.raises(InputError, match="text 1 of the list"):
        tagger.predict(["Hà Nội", ""])


def test_bytes_are_refused_with_advice(tagger: hoptac.Tagger) -> None:
    with pytest.raises(InputError, match="decode bytes"):
        tagger.predict("Hà Nội".encode())  # type: ignore[call-overload]


def test_other_languages_are_read_with_a_warning(tagger: hoptac.Tagger) -> None:
    result = tagger.predict("The ministers of defence met in the capital on Friday and signed a memorandum.")
    assert any("Vietnamese" in warning for warning in result.warnings)
    assert not tagger.predict("Sáng 3/7, Đại tá Lê Văn Tám tới thăm Bộ Quốc phòng Lào.").warnings


def test_empty_list(tagger: hoptac.Tagger) -> None:
    assert tagger.predict([]) == []


def test_very_long_line_without_a_full_stop(tagger: hoptac.Tagger) -> None:
    text = "Đại tá Lê Văn Tám và Bộ Quốc phòng Lào " * 200
    result = tagger.predict(text)
    assert sum(entity.label == "PERSON" for entity in result.entities) > 150


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        load(tmp_path / "nowhere")


def test_import_stays_light() -> None:
    code = (
        "import hoptac, sys; print([m for m in ('torch', 'transformers', 'underthesea') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_public_names_resolve() -> None:
    for name in hoptac.__all__:
        assert getattr(hoptac, name) is not None
    with pytest.raises(AttributeError):
        hoptac.nothing  # noqa: B018


def test_long_lists_are_prepared_ahead(tagger: hoptac.Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Sáng {day}/7, Đại tá Lê Văn Tám tới thăm Bộ Quốc phòng Lào." for day in range(1, 8)]
    whole = tagger.predict(texts)
    monkeypatch.setattr(tagger.reader.engine, "texts_at_once", 2)
    assert tagger.predict(texts) == whole
    assert [result.text for result in whole] == texts
    with pytest.raises(InputError, match="text 5 of the list: the text is empty"):
        tagger.predict([*texts[:5], " ", texts[6]])
