"""spaCy: DocBin files, with spaCy where it is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hoptac.annotations.formats.catalogue import Format
from hoptac.errors import AnnotationError, ConfigError

from .formats_data import ARTICLE, PLAIN, phrases, read, surfaces, write


def test_without_spacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(ConfigError, match=r"not installed: pip install 'hoptac\[spacy\]'"):
        write(tmp_path / "a.spacy", Format.SPACY)
    assert list(tmp_path.iterdir()) == []


def test_round_trip(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed")
    assert not write(tmp_path / "a.spacy", Format.SPACY)
    again, losses = read(tmp_path / "a.spacy")
    assert again == [ARTICLE, PLAIN] and not losses


def test_what_spacy_reads(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed")
    from spacy.tokens import DocBin
    from spacy.training import Example

    write(tmp_path / "a.spacy", Format.SPACY)
    nlp = spacy.blank("xx")
    doc, plain = DocBin().from_disk(tmp_path / "a.spacy").get_docs(nlp.vocab)
    assert doc.text == ARTICLE.text
    assert [(ent.text, ent.label_) for ent in doc.ents] == surfaces(ARTICLE)
    assert [(span.text, span.label_) for span in doc.spans["evidence"]] == phrases(ARTICLE)
    assert [span.text for span in doc.spans["furniture"]] == ["Trang chủ | Tin mới", "Tin liên quan"]
    assert {name for name, score in doc.cats.items() if score} == ARTICLE.areas
    assert plain.cats["training"] == 0.0 and not plain.ents
    # As `spacy train` pairs it with its own tokens: no entity is lost in the alignment.
    aligned = Example(nlp.make_doc(doc.text), doc).get_aligned_ner()
    assert sum(tag[:2] in ("B-", "U-") for tag in aligned if tag) >= len(ARTICLE.entities) - 1


def test_a_file_of_another_pipeline(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed")
    from spacy.tokens import Doc, DocBin, Span

    vocab = spacy.vocab.Vocab()
    doc = Doc(vocab, words=["Ông", "Lê", "Mẫu", "đào", "tạo"], spaces=[True] * 4 + [False])
    doc.set_ents([Span(doc, 1, 3, label="PER")])
    doc.spans["sc"] = [Span(doc, 3, 5, label="training"), Span(doc, 0, 1, label="PRONOUN")]
    doc.cats = {"training": 0.9, "border": 0.1, "thể thao": 1.0}
    doc.user_data["url"] = "mau"
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "train.spacy")
    (article,), losses = read(tmp_path / "train.spacy", PER="PERSON")
    assert article.id == "train-1" and article.text == "Ông Lê Mẫu đào tạo"
    assert surfaces(article) == [("Lê Mẫu", "PERSON")] and phrases(article) == [("đào tạo", "training")]
    assert losses.sentences() == [
        "1 marks with a label that is not in the schema (left out; --rename OLD=NEW takes them in) "
        "(train-1: PRONOUN 'Ông')",
        "1 categories that are no cooperation area (left out) (train-1: thể thao)",
        "1 entries of user data (left out) (train-1: ['url'])",
    ]


@pytest.mark.parametrize("content", [b"", b"abc", b"\x80\x04N."])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed")
    (tmp_path / "a.spacy").write_bytes(content)
    with pytest.raises(AnnotationError, match=r"a\.spacy: is no spaCy DocBin"):
        read(tmp_path / "a.spacy")
