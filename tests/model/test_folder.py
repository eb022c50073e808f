"""Models as folders: what is saved comes back, and what does not fit is refused in a sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from hoptac.errors import ModelError
from hoptac.model.folder import load_encoder, load_model, save_model, transitions
from hoptac.model.modeling import IGNORE, HoptacModel, HoptacOutput
from tests.model.conftest import AREAS, LABELS, new_config
from tests.tiny import tiny_encoder

LINE = "Đại_tướng Trần_Văn_Khải tiếp Đại_sứ Hà_Lan"


def run(model: HoptacModel, tokenizer: Any, **labels: torch.Tensor) -> HoptacOutput:
    with torch.no_grad():
        batch = tokenizer([LINE, "Hai bên"], return_tensors="pt", padding=True)
        return model.eval()(batch["input_ids"], **labels)


def copied(source: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(source, tmp_path / "copy"))


def change_config(folder: Path, encoder: dict[str, Any] | None = None, **changes: Any) -> None:
    path = folder / "config.json"
    config = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    if encoder:
        config["encoder"] = {**config["encoder"], **encoder}
    path.write_text(json.dumps(config), encoding="utf-8")


def test_a_saved_model_gives_the_same_logits(saved: Path, tmp_path: Path) -> None:
    model, tokenizer = load_model(saved)
    save_model(tmp_path / "again", model, tokenizer)
    again, its_tokenizer = load_model(tmp_path / "again")
    one, other = run(model, tokenizer), run(again, its_tokenizer)
    assert torch.equal(one.tag_logits, other.tag_logits)
    assert torch.equal(one.area_logits, other.area_logits)
    assert (transitions(model).moves == transitions(again).moves).all()
    assert (transitions(model).first == transitions(again).first).all()
    assert one.tag_logits.shape[2] == 5 and one.area_logits.shape[2] == 4


def test_the_config_comes_back(saved: Path, tmp_path: Path) -> None:
    model, tokenizer = load_model(saved)
    model.config.area_thresholds = {"training": 0.25, "border": 0.5, "logistics": 0.75}
    model.config.entity_calibration = [1.5, -0.25]
    save_model(tmp_path / "again", model, tokenizer)
    config = load_model(tmp_path / "again")[0].config
    assert config.area_thresholds == {"training": 0.25, "border": 0.5, "logistics": 0.75}
    assert config.entity_calibration == [1.5, -0.25] and config.area_calibration == [1.0, 0.0]
    assert (config.entity_labels, config.area_labels, config.segmenter) == (LABELS, AREAS, "none")
    # 66 positions, of which RoBERTa keeps two free, and <s> and </s>
    assert config.window_tokens == 62 and config.tag_count == 5


def test_saving_over_a_model_leaves_one_whole_folder(saved: Path, tmp_path: Path) -> None:
    folder = copied(saved, tmp_path)
    model, tokenizer = load_model(folder)
    with torch.no_grad():
        model.tag_head.bias += 1
    save_model(folder, model, tokenizer)
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    assert torch.equal(load_model(folder)[0].tag_head.bias, model.tag_head.bias)
    assert folder.stat().st_mode & 0o555 == 0o555


def test_a_save_that_fails_leaves_the_old_model(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(saved, tmp_path)
    model, tokenizer = load_model(folder)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(tokenizer, "save_pretrained", fail)
    with pytest.raises(OSError, match="disk is full"):
        save_model(folder, model, tokenizer)
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    load_model(folder)


def test_weights_in_half_precision(saved: Path, tmp_path: Path) -> None:
    model, tokenizer = load_model(saved)
    save_model(tmp_path / "half", model, tokenizer, torch.float16)
    stored = load_file(tmp_path / "half" / "model.safetensors")
    assert {value.dtype for value in stored.values()} == {torch.float16}
    half, its_tokenizer = load_model(tmp_path / "half")
    assert {parameter.dtype for parameter in half.parameters()} == {torch.float32}
    difference = run(model, tokenizer).tag_logits - run(half, its_tokenizer).tag_logits
    assert 0 < difference.abs().max() < 0.02


@pytest.mark.parametrize("masked_lm", [True, False])
def test_an_encoder_in_the_layout_of_phobert(tmp_path: Path, masked_lm: bool) -> None:
    source = tiny_encoder(tmp_path / "encoder", masked_lm=masked_lm)
    weights = load_file(source / "model.safetensors")
    prefix = "roberta." if masked_lm else ""
    model, tokenizer = load_encoder(str(source), new_config(), dropout=0.3)
    ours = model.encoder.state_dict()
    assert ours
    assert all(torch.equal(value, weights[prefix + name]) for name, value in ours.items())
    assert model.config.encoder.hidden_dropout_prob == 0.3
    assert len(tokenizer) == model.config.encoder.vocab_size


def test_a_trained_model_serves_as_encoder(saved: Path) -> None:
    trained, _ = load_model(saved)
    model, _ = load_encoder(str(saved), new_config())
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), trained.parameters(), strict=True))
    config = new_config()
    config.entity_labels = ["SHIP"]
    other, _ = load_encoder(str(saved), config)
    assert other.tag_head.out_features == 3
    assert torch.equal(other.area_head.weight, trained.area_head.weight)
    assert torch.equal(
        other.encoder.embeddings.word_embeddings.weight, trained.encoder.embeddings.word_embeddings.weight
    )


@pytest.mark.parametrize("name", ["config.json", "vocab.txt", "bpe.codes", "model.safetensors"])
@pytest.mark.parametrize("kind", ["model", "encoder"])
def test_a_missing_file_is_named(saved: Path, encoder: Path, tmp_path: Path, name: str, kind: str) -> None:
    folder = copied(saved if kind == "model" else encoder, tmp_path)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"copy: the model folder lacks {name}; copy it whole"):
        load_model(folder) if kind == "model" else load_encoder(str(folder), new_config())


def cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])


MISMATCHES: list[tuple[str, Callable[[Path], object], str]] = [
    ("smaller", lambda f: change_config(f, {"hidden_size": 16}), "do not match config.json"),
    ("deeper", lambda f: change_config(f, {"num_hidden_layers": 3}), r"missing keys, first '.*layer\.2"),
    ("flatter", lambda f: change_config(f, {"num_hidden_layers": 1}), r"unexpected keys, first '.*layer\.1"),
    ("fewer units", lambda f: change_config(f, {"vocab_size": 99}), "mismatched keys, first .*word_embedd"),
    ("more labels", lambda f: change_config(f, entity_labels=["A", "B", "C"]), "do not match config.json"),
    ("no number", lambda f: change_config(f, {"hidden_size": "big"}), "cannot be loaded .*hidden_size"),
    ("no labels", lambda f: change_config(f, entity_labels=[]), "describes no hoptac model"),
    ("another kind", lambda f: change_config(f, model_type="bert"), "describes no hoptac model"),
    ("no object", lambda f: (f / "config.json").write_text("[1]"), "cannot be loaded"),
    ("no JSON", lambda f: (f / "config.json").write_text("{"), "cannot be loaded .*not a valid JSON"),
    ("a word", lambda f: change_config(f, entity_labels=3), "cannot be loaded"),
    ("cut off", cut, "cannot be loaded .*incomplete"),
    ("garbage", lambda f: (f / "model.safetensors").write_bytes(b"garbage"), "cannot be loaded .*header"),
]


@pytest.mark.parametrize(
    ("change", "said"), [case[1:] for case in MISMATCHES], ids=[c[0] for c in MISMATCHES]
)
def test_what_does_not_fit_is_refused(
    saved: Path, tmp_path: Path, change: Callable[[Path], object], said: str
) -> None:
    folder = copied(saved, tmp_path)
    change(folder)
    with pytest.raises(ModelError, match=f"^{folder}: .*{said}") as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)


def test_more_units_than_embeddings(encoder: Path, tmp_path: Path) -> None:
    folder = copied(encoder, tmp_path)
    with (folder / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("\nmới 1\nlạ 1")
    with pytest.raises(ModelError, match=r"vocab.txt holds \d+ units, config.json only \d+"):
        load_encoder(str(folder), new_config())


def test_an_encoder_that_its_config_does_not_describe(encoder: Path, tmp_path: Path) -> None:
    folder = copied(encoder, tmp_path)
    change_config(folder, num_hidden_layers=4)
    with pytest.raises(ModelError, match=r"missing keys, first 'encoder\.layer\.2"):
        load_encoder(str(folder), new_config())


def test_an_encoder_is_no_model(encoder: Path) -> None:
    with pytest.raises(ModelError, match="describes no hoptac model; train one"):
        load_model(encoder)


class Trap:
    """Unpickling it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("kind", ["model", "encoder"])
def test_nothing_is_unpickled(saved: Path, encoder: Path, tmp_path: Path, kind: str) -> None:
    folder = copied(saved if kind == "model" else encoder, tmp_path)
    sprung = tmp_path / "sprung"
    torch.save(Trap(sprung), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"pytorch_model.bin\) are not read.*convert them once"):
        load_model(folder) if kind == "model" else load_encoder(str(folder), new_config())
    assert not sprung.exists()


def test_a_hub_id_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for load in (load_model, lambda name: load_encoder(name, new_config())):
        with pytest.raises(
            ModelError, match=r"nobody/no-model: neither a folder here nor .*the hub"
        ) as caught:
            load("nobody/no-model")
        assert "give the path of a downloaded folder" in str(caught.value)


@pytest.mark.parametrize("name", ["absent", "./absent", "/absent/model", "a/b/c"])
def test_a_folder_that_is_not_there(name: str) -> None:
    with pytest.raises(ModelError, match="there is no such model folder"):
        load_model(name)


def test_the_losses(saved: Path) -> None:
    model, tokenizer = load_model(saved)
    ids = tokenizer([LINE, "Hai bên"], return_tensors="pt", padding=True)["input_ids"]
    inner = (
        (ids != tokenizer.pad_token_id) & (ids != tokenizer.bos_token_id) & (ids != tokenizer.eos_token_id)
    )
    tags = torch.where(inner, 0, IGNORE)
    areas = torch.where(inner, 1, IGNORE)
    output = run(model, tokenizer, tags=tags, areas=areas)
    weight = model.config.area_loss_weight
    assert torch.isclose(output.loss, output.tag_loss + weight * output.area_loss)
    # all gold areas are one class, so its weight cancels out
    gold = torch.log_softmax(output.area_logits, -1)[..., 1][inner].mean()
    assert torch.isclose(output.area_loss, -gold)
    alone = run(model, tokenizer, tags=tags)
    assert alone.area_loss is None and torch.equal(alone.loss, alone.tag_loss)
    assert run(model, tokenizer).loss is None


def test_padding_changes_nothing(saved: Path) -> None:
    model, tokenizer = load_model(saved)
    together = run(model, tokenizer).tag_logits
    with torch.no_grad():
        alone = model.eval()(tokenizer("Hai bên", return_tensors="pt")["input_ids"]).tag_logits
    assert torch.allclose(together[1, : alone.shape[1]], alone[0], atol=1e-5)
