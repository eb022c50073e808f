from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner
from typer.testing import Result as Outcome

from hoptac.active.corrected import mistakes, read_corrected, repeated
from hoptac.active.learn import RECIPE, gather
from hoptac.annotations.corpus import Corpus, load_corpus
from hoptac.annotations.formats.catalogue import Format, write_articles
from hoptac.annotations.formats.losses import Losses
from hoptac.annotations.inline import read_inline, write_inline
from hoptac.article import Article
from hoptac.cli import app
from hoptac.errors import AnnotationError, ConfigError
from hoptac.tagger import load
from hoptac.text.sentences import sentence_spans
from tests.train.articles import inline, write_corpus

ROOT = Path(__file__).parents[2]
BODIES = ("Đoàn Mẫu Một", "Viện Thử Hai", "Trường Ba Sao", "Cục Bốn Mùa", "Ban Năm Cánh", "Đội Sáu Câu")


def own(number: int) -> Article:
    """An article unlike those of the tiny corpus in its words, but like them in its names."""
    body, guests, group = BODIES[number], number + 40, number * 3
    return read_inline(
        f"---\nid: {number:03d}-moi\n---\n"
        f"Lần thứ {number}, [{body}|ORGANIZATION] của số {number * 7} mở lớp {{đào tạo sĩ quan|training}} "
        f"ở cảng {number}.\n"
        f"Cùng dự lễ số {number} có [Đại tá|RANK] [Vũ Đình Lộc|PERSON], {guests} khách và nhóm {group}.\n"
    )


OWN = [own(number) for number in range(len(BODIES))]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Eight training and four development articles."""
    root = write_corpus(tmp_path / "data")
    ids = [f"tiny-{number:02d}" for number in range(12)]
    splits = {"train": ids[:8], "dev": ids[8:], "test": []}
    (root / "splits.json").write_text(json.dumps(splits), encoding="utf-8")
    return root


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    folder = tmp_path / "corrected"
    folder.mkdir()
    for article in OWN:
        (folder / f"{article.id}.md").write_text(write_inline(article), encoding="utf-8")
    return folder


@pytest.fixture
def hoptac_learn(model: Path, tmp_path: Path) -> Callable[..., Outcome]:
    """``hoptac annotations learn`` from the tiny model into RUN."""

    def run(*args: object) -> Outcome:
        words = ["annotations", "learn", *map(str, args), "--model", str(model), "-o", str(tmp_path / "run")]
        return CliRunner().invoke(app, words, prog_name="hoptac")

    return run


def test_a_model_comes_out(
    hoptac_learn: Callable[..., Outcome], corrected: Path, corpus: Path, tmp_path: Path
) -> None:
    done = hoptac_learn(corrected, "--annotations", corpus, "--replay", 5, "--held-out", 0.4)
    assert done.exit_code in (0, 1), done.output
    splits = json.loads((tmp_path / "run" / "corpus" / "splits.json").read_text(encoding="utf-8"))
    trained = {name for name in splits["train"] if name.startswith("own-")}
    held = {name for name in splits["dev"] if name.startswith("own-")}
    assert trained and held and len(trained) + len(held) == len(OWN)
    assert len(splits["train"]) - len(trained) == 5 and len(splits["dev"]) - len(held) == 4
    for group in ("all", "corpus", "own"):
        assert any(line.strip("│ ").startswith(group) and "→" in line for line in done.stdout.split("\n"))
    result = load(tmp_path / "run" / "model", precision="fp32").predict(OWN[0].text)
    assert result.text == OWN[0].text
    worse = "the new model is worse" in done.stderr
    assert worse == (done.exit_code == 1)
    config = json.loads((tmp_path / "run" / "training.json").read_text(encoding="utf-8"))["config"]
    assert {key: config[key] for key in RECIPE if key != "augment"} == {
        key: value for key, value in RECIPE.items() if key != "augment"
    }


def test_it_learns_what_was_corrected(
    hoptac_learn: Callable[..., Outcome],
    corrected: Path,
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "hoptac.active.learn.RECIPE",
        {
            **RECIPE,
            "learning_rate": 3e-3,
            "head_learning_rate": 1e-2,
            "crf_learning_rate": 3e-2,
            "batch_size": 2,
            "average": 0.7,
        },
    )
    done = hoptac_learn(corrected, "--annotations", corpus, "--epochs", 24, "--replay", 2, "--held-out", 0.4)
    assert done.exit_code in (0, 1), done.output  # whether the corpus's few lost more is not the question
    row = next(line for line in done.stdout.split("\n") if line.strip("│ ").startswith("own"))
    before, _, after = row.split("│")[2].split()[:3]
    assert float(after) > float(before)


def test_a_worse_model_is_said(
    hoptac_learn: Callable[..., Outcome], corrected: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoptac.active.learn.RECIPE", {**RECIPE, "learning_rate": 5.0, "average": 0.0})
    done = hoptac_learn(corrected, "--annotations", corpus, "--epochs", 1)
    assert done.exit_code == 1 and "the new model is worse" in done.stderr, done.output


def test_mistakes_stop_it(hoptac_learn: Callable[..., Outcome], corrected: Path, corpus: Path) -> None:
    path = corrected / "002-moi.md"
    path.write_text(path.read_text(encoding="utf-8").replace("|RANK]", "|RANG]"), encoding="utf-8")
    other = corrected / "004-moi.md"
    other.write_text(other.read_text(encoding="utf-8").replace("Đại tá|", "Đại tá |"), encoding="utf-8")
    done = hoptac_learn(corrected, "--annotations", corpus)
    assert done.exit_code == 2
    assert f"{path}:5:" in done.stderr and "unknown label 'RANG'" in done.stderr
    assert f"{other}:5:" in done.stderr and "space at the edge" in done.stderr
    assert "2 mistakes" in done.stderr and "nothing was trained" in done.stderr


def test_markup_that_cannot_be_read(
    hoptac_learn: Callable[..., Outcome], corrected: Path, corpus: Path
) -> None:
    path = corrected / "002-moi.md"
    path.write_text(path.read_text(encoding="utf-8").replace("|RANK]", "|RANK"), encoding="utf-8")
    done = hoptac_learn(corrected, "--annotations", corpus)
    assert done.exit_code == 2 and f"{path}:5" in done.stderr


def test_an_earlier_run_is_not_written_over(
    hoptac_learn: Callable[..., Outcome], corrected: Path, corpus: Path
) -> None:
    assert hoptac_learn(corrected, "--annotations", corpus, "--epochs", 1).exit_code in (0, 1)
    again = hoptac_learn(corrected, "--annotations", corpus, "--epochs", 1)
    assert again.exit_code == 2 and "holds an earlier run" in again.stderr
    resumed = hoptac_learn(corrected, "--annotations", corpus, "--epochs", 1, "--resume")
    assert resumed.exit_code in (0, 1), resumed.output


@pytest.mark.parametrize("form", [Format.DOCCANO, Format.BRAT, Format.LABEL_STUDIO, Format.STANDOFF])
def test_any_format(form: Format, tmp_path: Path) -> None:
    names = {Format.DOCCANO: "articles.jsonl", Format.LABEL_STUDIO: "export.json"}
    path = tmp_path / names.get(form, "out")
    write_articles(OWN, path, form, Losses(), sentences=sentence_spans)
    found = read_corrected(path)
    assert [(a.text, a.entities, a.evidence) for a in found.articles] == [
        (a.text, a.entities, a.evidence) for a in OWN
    ]
    assert mistakes(found) == [] and found.unchanged == ()


def test_mistakes_in_other_formats_name_the_article(tmp_path: Path) -> None:
    wrong = replace(OWN[1], entities=(replace(OWN[1].entities[0], end=OWN[1].entities[0].end + 1),))
    path = tmp_path / "articles.jsonl"
    write_articles([OWN[0], wrong], path, Format.DOCCANO, Losses(), sentences=sentence_spans)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(BODIES[1] + " của", BODIES[1] + ", của"), encoding="utf-8")
    (problem,) = mistakes(read_corrected(path))
    assert problem.path == path and "article 001-moi" in str(problem) and "punctuation" in str(problem)


def test_an_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no such file or folder"):
        read_corrected(tmp_path / "nothing")


def test_the_corpus_is_mixed_in(corpus: Path) -> None:
    corpus_ = load_corpus(corpus)
    material = gather(OWN, corpus_, 0.0, None, seed=1)
    assert len(material.own) == 6 and material.held_out == () and len(material.replayed) == 8
    assert material.dev == corpus_.split("dev") and set(material.groups()) == {"all"}
    assert gather(OWN, corpus_, 0.0, 3, seed=1).replayed == gather(OWN, corpus_, 0.0, 3, seed=1).replayed
    assert len(gather(OWN, corpus_, 0.0, 3, seed=1).replayed) == 3
    assert gather(OWN, corpus_, 0.0, 0, seed=1).replayed == ()


def test_a_corrected_article_of_the_corpus_takes_its_place(corpus: Path) -> None:
    corpus_ = load_corpus(corpus)
    mine = replace(corpus_.split("train")[2], id="corrected-again", entities=())
    material = gather([*OWN, mine], corpus_, 0.0, 100, seed=1)
    # the tiny articles are much like one another: every one that repeats the corrected one is left out
    assert mine in material.own and all(a.text != mine.text for a in material.replayed)


def test_held_out_articles_stay_so() -> None:
    few = gather(OWN[:4], None, 0.4, None, seed=1)
    many = gather(OWN, None, 0.4, None, seed=2)
    assert len(few.held_out) >= 2 and len(many.held_out) >= 2
    by_share = {
        a.id for a in gather(OWN, Corpus({"train": (), "dev": tuple(OWN[:2])}, {}), 0.4, 0, 1).held_out
    }
    smaller = gather(OWN[:5], Corpus({"train": (), "dev": tuple(OWN[:2])}, {}), 0.4, 0, 1).held_out
    assert {a.id for a in smaller} == by_share - {OWN[5].id}


def test_too_few_articles_without_a_corpus() -> None:
    with pytest.raises(ConfigError, match="2 corrected articles are too few"):
        gather(OWN[:2], None, 0.2, None, seed=1)


def test_articles_of_the_held_out_splits_are_left_out(
    hoptac_learn: Callable[..., Outcome], corrected: Path, corpus: Path
) -> None:
    dev = load_corpus(corpus).split("dev")[1]
    assert repeated([dev, OWN[0]], {"dev": [dev]}) == {dev.id: f"{dev.id} of dev"}
    shutil.rmtree(corrected)
    corrected.mkdir()
    (corrected / "again.md").write_text(write_inline(replace(dev, id="again")), encoding="utf-8")
    done = hoptac_learn(corrected, "--annotations", corpus)
    assert done.exit_code == 2
    assert f"again repeats {dev.id} of dev" in done.stderr and "no corrected article" in done.stderr


def test_two_folders_with_one_id(
    hoptac_learn: Callable[..., Outcome], corrected: Path, corpus: Path, tmp_path: Path
) -> None:
    shutil.copytree(corrected, tmp_path / "more")
    done = hoptac_learn(corrected, tmp_path / "more", "--annotations", corpus)
    assert done.exit_code == 2 and "holds the article '000-moi', as does" in done.stderr


def test_the_recipe_is_that_of_the_configuration() -> None:
    shipped = yaml.safe_load((ROOT / "configs" / "own-articles.yaml").read_text(encoding="utf-8"))
    same = {
        key: float(value) if isinstance(value, str) else value
        for key, value in shipped.items()
        if key not in ("encoder", "output")
    }
    assert same == dict(RECIPE)


def test_the_tiny_articles_are_unlike_each_other() -> None:
    """What the tests above rest on: none of one's own articles repeats another or one of the corpus."""
    corpus_articles = [read_inline(inline(number)) for number in range(12)]
    assert repeated(OWN, {"train": corpus_articles}) == {}
    assert all(repeated([a], {"own": [b for b in OWN if b is not a]}) == {} for a in OWN)
