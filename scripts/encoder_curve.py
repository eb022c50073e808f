"""Accuracy against inference cost for encoders of several depths and vocabularies, by the same two recipes.

    python scripts/encoder_curve.py --source FOLDER --corpus corpus/vietnews.txt.xz --layers 4 --layers 6 \
        --layers 8 --layers 12 --vocabulary own --vocabulary 12000 --steps 60 --articles 400 --epochs 3

For each point the layers (evenly spread over the source's) and the vocabulary (the source's own, or a new
one of so many units) are pre-trained for ``--steps``, a tagger is trained on the result, and its development
figures are noted. Then all taggers are timed in turn, several rounds of each, on the development articles. A
run that was cut short goes on where it was.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from hoptac.annotations.corpus import load_corpus
from hoptac.annotations.files import write_bytes
from hoptac.pretrain.config import PretrainConfig, VocabularyConfig, load_pretrain_config
from hoptac.pretrain.run import ENCODER, pretrain
from hoptac.pretrain.run import REPORT as PRETRAINING
from hoptac.scoring import article_lines
from hoptac.tagger import Tagger, load
from hoptac.train.config import TrainConfig, load_config
from hoptac.train.run import MODEL, REPORT, train

OWN = "own"
ROUNDS = 5
WORDS = 400  # of the article whose latency is taken


def main(
    source: Annotated[str, typer.Option(help="The encoder that all points come from: folder or hub id.")],
    corpus: Annotated[list[Path], typer.Option(help="Word-segmented articles to pre-train on.")],
    layers: Annotated[list[int], typer.Option(help="Numbers of layers.")],
    vocabulary: Annotated[list[str], typer.Option(help="'own', or a number of units.")] = [OWN],  # noqa: B006
    pretraining: Annotated[Path, typer.Option(help="Pre-training recipe.")] = Path(
        "configs/pretrain-compact.yaml"
    ),
    tagger: Annotated[Path, typer.Option(help="Tagger recipe.")] = Path("configs/compact.yaml"),
    steps: Annotated[int, typer.Option(help="Pre-training steps of each point.")] = 60,
    articles: Annotated[int | None, typer.Option(help="Train taggers on so many articles only.")] = None,
    epochs: Annotated[int, typer.Option(help="Epochs of each tagger.")] = 3,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 1,
    output: Annotated[Path, typer.Option(help="Where the runs go.")] = Path("runs/curve"),
) -> None:
    """Print and write the curve, also after each point."""
    recipe = load_pretrain_config(pretraining, steps=steps, seed=seed)
    recipe = replace(
        recipe,
        corpus=replace(
            recipe.corpus, files=tuple(map(str, corpus)), domain=replace(recipe.corpus.domain, share=1.0)
        ),
        evaluate_every=steps,
        save_every=max(1, steps // 2),
        warmup=min(recipe.warmup, steps // 5),
    )
    tagging = load_config(tagger, epochs=epochs, seed=seed)
    tagging = replace(tagging, data=replace(tagging.data, max_articles=articles), evaluate_from=epochs)
    total = _source_layers(source)
    points = []
    for size in vocabulary:
        for count in layers:
            place = output / f"{count}-layers-{size}"
            points.append(_point(recipe, tagging, source, spread(count, total), size, place))
            _report(points, output)
    _time(
        points,
        [output / f"{point['layers']}-layers-{point['vocabulary']}" / "tagger" / MODEL for point in points],
    )
    _report(points, output)


def spread(count: int, total: int) -> str:
    """``count`` of ``total`` layers, first and last among them, as evenly as can be: ``"0 4 7 11"``."""
    return " ".join(str(round(layer)) for layer in np.linspace(0, total - 1, count).tolist())


def _source_layers(source: str) -> int:
    from transformers import AutoConfig

    return int(AutoConfig.from_pretrained(source).num_hidden_layers)


def _point(
    recipe: PretrainConfig, tagging: TrainConfig, source: str, layers: str, size: str, place: Path
) -> dict[str, Any]:
    new = None if size == OWN else VocabularyConfig(size=int(size))
    encoder = replace(recipe.encoder, source=source, layers=layers, vocabulary=new)
    if (place / "encoder" / PRETRAINING).is_file():
        made = json.loads((place / "encoder" / PRETRAINING).read_text(encoding="utf-8"))
    else:
        made = pretrain(replace(recipe, encoder=encoder, output=str(place / "encoder")), resume=True)
    if (place / "tagger" / REPORT).is_file():
        learned = json.loads((place / "tagger" / REPORT).read_text(encoding="utf-8"))
    else:
        folder = str(place / "encoder" / ENCODER)
        learned = train(replace(tagging, encoder=folder, output=str(place / "tagger")), resume=True)
    last = learned["history"][-1]
    return {
        "layers": len(layers.split()),
        "vocabulary": size,
        "parameters": made["parameters"],
        "loss_per_word": made["at_end"]["held_out_per_word"],
        "entities": last["entities"],
        "areas_micro": last["areas_micro"],
        "areas_macro": last["areas_macro"],
    }


def _time(points: list[dict[str, Any]], models: list[Path]) -> None:
    """Words a second over the development articles and milliseconds for one, in alternating rounds."""
    articles = load_corpus(splits=("dev",)).split("dev")
    texts = ["".join(a.text[span.start : span.end] for span in article_lines(a)) for a in articles]
    words = sum(len(text.split()) for text in texts)
    single = " ".join(" ".join(texts).split(" ")[:WORDS])
    taggers = [load(model) for model in models]
    speeds: list[list[float]] = [[] for _ in points]
    latencies: list[list[float]] = [[] for _ in points]
    for turn in range(ROUNDS + 1):
        for index, tagger in enumerate(taggers):
            speed, latency = words / _seconds(tagger, texts), 1000 * _seconds(tagger, single)
            if turn:  # the first round warms up
                speeds[index].append(speed)
                latencies[index].append(latency)
    for point, tagger, speed_list, latency_list in zip(points, taggers, speeds, latencies, strict=True):
        point["words_per_second"] = statistics.median(speed_list)
        point["milliseconds"] = statistics.median(latency_list)
        point["engine"] = tagger.engine


def _seconds(tagger: Tagger, texts: str | list[str]) -> float:
    started = time.perf_counter()
    tagger.predict(texts)
    return time.perf_counter() - started


def _report(points: list[dict[str, Any]], output: Path) -> None:
    write_bytes(output / "curve.json", (json.dumps(points, indent=2) + "\n").encode())
    table = Table(
        "layers",
        "vocabulary",
        "M parameters",
        "MLM loss a word",
        "entities",
        "areas micro",
        "areas macro",
        "words/s",
        f"ms, {WORDS} words",
        title="development F1 against inference cost",
    )
    for point in points:
        cost = [f"{point[key]:,.0f}" if key in point else "" for key in ("words_per_second", "milliseconds")]
        table.add_row(
            str(point["layers"]),
            point["vocabulary"],
            f"{point['parameters'] / 1e6:.1f}",
            f"{point['loss_per_word']:.3f}",
            *(f"{point[key]:.4f}" for key in ("entities", "areas_micro", "areas_macro")),
            *cost,
        )
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
