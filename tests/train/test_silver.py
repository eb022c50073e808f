"""Articles marked by a teacher, and training that reads them beside the annotated ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from hoptac.annotations.corpus import load_corpus
from hoptac.article import AreaEvidence, Article, Entity, Span
from hoptac.engine.ensemble import EnsembleEngine
from hoptac.errors import AnnotationError, ConfigError, ModelError
from hoptac.model.confidence import path_probability
from hoptac.model.config import HoptacConfig
from hoptac.model.decode import Transitions, viterbi
from hoptac.model.folder import load_encoder, load_model, save_model
from hoptac.schema import load_schema
from hoptac.text.encode import TextEncoder
from hoptac.text.segment import get_segmenter
from hoptac.text.tokenizer import PhobertTokenizerFast
from hoptac.train.alike import average_models
from hoptac.train.config import DataConfig, TrainConfig, parse_config
from hoptac.train.data import TrainWindows
from hoptac.train.silver import Sureness, mark_silver, read_silver, teacher, write_silver
from hoptac.train.sources import TrainingData, load_data
from tests.tiny import tiny_encoder
from tests.train.articles import tiny_settings

SCRIPT = Path(__file__).parents[2] / "scripts" / "self_train.py"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Two random models alike, and one with other labels."""
    folder = tmp_path_factory.mktemp("models")
    source = tiny_encoder(folder / "encoder", positions=130)
    made = []
    for number, labels in enumerate((["PERSON", "RANK"], ["PERSON", "RANK"], ["PERSON"])):
        torch.manual_seed(number)
        config = HoptacConfig(entity_labels=labels, area_labels=["training"])
        model, tokenizer = load_encoder(source, config, None)
        model.tag_head.weight.data.normal_(0, 0.5)
        save_model(folder / str(number), model, tokenizer)
        made.append(folder / str(number))
    return made[0], made[1], made[2]


TEXT = "Đại tướng Phan Văn Giang thăm Lào.\nHai bên ký bản ghi nhớ về huấn luyện.\n"


def test_the_probabilities_of_all_paths_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    transitions = Transitions(
        rng.normal(size=(3, 3)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    )
    emissions = rng.normal(size=(4, 3)).astype(np.float32)
    paths = np.array(np.meshgrid(*[range(3)] * 4)).reshape(4, -1).T
    probabilities = [path_probability(emissions, path, transitions) for path in paths]
    assert sum(probabilities) == pytest.approx(1)
    best = viterbi([emissions], transitions)[0]
    assert path_probability(emissions, best, transitions) == pytest.approx(max(probabilities))


def test_silver_articles_come_back_from_their_file(tmp_path: Path) -> None:
    article = Article(
        "a-1", TEXT, (Entity(10, 24, "PERSON"),), (AreaEvidence(61, 71, "training"),), (Span(34, 72),)
    )
    write_silver(tmp_path / "silver.jsonl", [article, Article("a-2", "Không có gì.")])
    assert read_silver(tmp_path / "silver.jsonl") == (article, Article("a-2", "Không có gì."))


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}', '{"id":"a","text":"b","entities":[{"start":1}]}'])
def test_a_faulty_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "silver.jsonl"
    write_silver(path, [Article("a", "b")])
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(AnnotationError, match=r"silver\.jsonl:2"):
        read_silver(path)
    with pytest.raises(AnnotationError, match="self_train"):
        read_silver(tmp_path / "absent.jsonl")


def test_sentences_in_doubt_are_left_out(models: tuple[Path, ...]) -> None:
    reader = teacher([models[0]], "fp32")
    everything = Sureness(path=0.0, area_low=1.0, area_high=1.0)
    (article,) = mark_silver(reader, [("a", TEXT)], everything)
    assert article.furniture == ()
    assert article.text == TEXT
    # the tiny model is random: it is sure of nothing
    assert list(mark_silver(reader, [("a", TEXT)], Sureness(path=1.0))) == []


def test_marks_lie_in_the_sentences_kept(models: tuple[Path, ...]) -> None:
    reader = teacher([models[0]], "fp32")
    prepared = reader.prepare(TEXT)
    (reading,) = reader.read([prepared])
    chances = []
    for sentence in range(len(prepared.tokens.sentence_spans)):
        inside = prepared.tokens.sentences == sentence
        chances.append(path_probability(reading.emissions[inside], reading.tags[inside], reader.transitions))
    between = (min(chances) + max(chances)) / 2
    (article,) = mark_silver(reader, [("a", TEXT)], Sureness(between, 1.0, 1.0))
    kept = prepared.tokens.sentence_spans[int(np.argmax(chances))]
    left = [TEXT[span.start : span.end] for span in article.furniture]
    assert TEXT[kept.start : kept.end] not in "".join(left)
    assert any(span.start < kept.start or span.start >= kept.end for span in article.furniture)
    assert all(kept.start <= mark.start and mark.end <= kept.end for mark in article.entities)


def test_a_teacher_of_one_model_twice_is_that_model(models: tuple[Path, ...]) -> None:
    one, two, mixed = (teacher(names, "fp32") for names in ([models[0]], [models[0]] * 2, models[:2]))
    assert isinstance(two.engine, EnsembleEngine)
    assert two.engine.describe().startswith("2 models, torch")
    logits = [reader.logits([reader.prepare(TEXT)])[0][0] for reader in (one, two, mixed)]
    assert np.allclose(logits[0], logits[1], atol=1e-6)
    assert not np.allclose(logits[0], logits[2], atol=1e-3)


def test_teachers_must_share_their_labels(models: tuple[Path, ...]) -> None:
    with pytest.raises(ModelError, match="labels"):
        teacher([models[0], models[2]])


def test_an_epoch_draws_silver_articles_beside_the_others(
    annotations: Path, encoder: Path, tmp_path: Path
) -> None:
    corpus = load_corpus(annotations, None, ("train", "dev"))
    write_silver(tmp_path / "silver.jsonl", [Article(f"s-{i}", TEXT * (i + 1)) for i in range(8)])
    settings = tiny_settings(encoder, tmp_path / "run", annotations)
    data = {**settings["data"], "silver": str(tmp_path / "silver.jsonl"), "silver_share": 0.25}
    config = parse_config(TrainConfig, {**settings, "data": data}, "test")
    loaded = load_data(config.data)
    assert len(loaded.silver) == 8 and len(loaded.train) == len(corpus.split("train"))
    drawn = []
    for seed in range(1, 3):
        windows = _windows(loaded, encoder, config, seed)
        assert windows.silver_count == round(0.25 * len(loaded.train))
        for epoch in range(2):
            windows.set_epoch(epoch)
            drawn.append(sum(windows.lengths))
    assert len(set(drawn)) > 1


def test_a_silver_label_that_is_unknown_is_refused(annotations: Path, tmp_path: Path) -> None:
    write_silver(tmp_path / "silver.jsonl", [Article("s", TEXT, (Entity(0, 9, "TITLE"),))])
    with pytest.raises(AnnotationError, match="TITLE"):
        load_data(DataConfig(str(annotations), silver=str(tmp_path / "silver.jsonl")))


def _windows(data: TrainingData, encoder: Path, config: TrainConfig, seed: int) -> TrainWindows:
    tokenizer = PhobertTokenizerFast.from_pretrained(encoder)
    pipeline = TextEncoder(tokenizer, get_segmenter("none"))
    labels, areas = data.entity_labels, data.area_labels
    return TrainWindows(
        data.train, pipeline, labels, areas, 60, config.augment, seed, data.silver, config.data.silver_share
    )


def test_an_average_has_the_mean_of_the_weights(models: tuple[Path, ...]) -> None:
    mean, _ = average_models(models[:2])
    states = [load_model(folder)[0].state_dict() for folder in models[:2]]
    for name, value in mean.state_dict().items():
        assert torch.allclose(value, (states[0][name] + states[1][name]) / 2, atol=1e-6), name
    assert not torch.equal(mean.tag_head.weight, states[0]["tag_head.weight"])
    with pytest.raises(ModelError, match="labels"):
        average_models([models[0], models[2]])
    with pytest.raises(ConfigError, match="no model"):
        average_models([])


def test_an_average_needs_models_of_one_shape(models: tuple[Path, ...], tmp_path: Path) -> None:
    config = HoptacConfig(entity_labels=["PERSON", "RANK"], area_labels=["training"])
    source = tiny_encoder(tmp_path / "encoder", positions=66)
    save_model(tmp_path / "model", *load_encoder(source, config, None))
    with pytest.raises(ModelError, match="other shapes"):
        average_models([models[0], tmp_path / "model"])


def test_the_average_is_written_with_thresholds_of_its_own(
    annotations: Path, models: tuple[Path, ...], tmp_path: Path
) -> None:
    schema = load_schema()
    config = HoptacConfig(entity_labels=list(schema.entity_labels), area_labels=list(schema.area_labels))
    source = tiny_encoder(tmp_path / "encoder", positions=130)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        save_model(folder, *load_encoder(source, config, None))

    def average(*names: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPT), "average", str(tmp_path / "run")]
        command += ["--annotations", str(annotations), *(w for name in names for w in ("--model", str(name)))]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    other = average(*models[:2])
    assert other.returncode == 1 and "labelled" in other.stderr
    assert not (tmp_path / "run" / "model").exists()
    done = average(*folders)
    assert done.returncode == 0 and "development entities" in done.stdout
    model, _ = load_model(tmp_path / "run" / "model")
    assert torch.equal(model.tag_head.weight, average_models(folders)[0].tag_head.weight)
    assert (tmp_path / "run" / "model" / "input_ranges.safetensors").is_file()
    assert model.config.entity_calibration != [1.0, 0.0]
    again = average(*folders)
    assert again.returncode == 1 and "there already" in again.stderr
