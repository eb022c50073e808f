"""How many articles it takes to reach an F1: the most informative first, against random order.

    python scripts/learning_curve.py --encoder FOLDER --layers 0,1,2,3

A simulation on the annotated corpus, from an encoder that has seen no mark. A seed draws a pool of training
articles. The first articles are random; then each size adds articles to the last one's, at random, or in the
order of `hoptac annotations suggest` by the model of the last size. Every model is trained anew from the
encoder, all with about as many steps, and scored on the development articles, which also choose the
thresholds.

Each finished training is kept under --output and not repeated: the script can be stopped and started again.
curve.json (every point) and the plot are written anew after each training.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hoptac.active.order import rank
from hoptac.active.resemblance import Texts, body
from hoptac.active.staging import stage
from hoptac.active.uncertainty import Uncertainty, read_with_doubts
from hoptac.annotations.corpus import default_root, load_corpus
from hoptac.annotations.files import word_count, write_bytes
from hoptac.article import Article
from hoptac.errors import ConfigError
from hoptac.pretrain.config import EncoderConfig
from hoptac.pretrain.encoder import make_encoder, save_encoder
from hoptac.reader import Prepared, Reader
from hoptac.scoring import article_lines
from hoptac.tagger import load
from hoptac.train.config import AugmentConfig, DataConfig, TrainConfig
from hoptac.train.run import CHECKPOINTS, MODEL, REPORT, train

RECIPE: dict[str, Any] = {  # few steps: small batches and high rates
    "batch_size": 4,
    "learning_rate": 4e-4,
    "head_learning_rate": 5e-3,
    "crf_learning_rate": 2.5e-2,
    "dropout": 0.1,
    "average": 0.98,
    "augment": AugmentConfig(replace=0.2, upper=0.05, lower=0.02, drop=0.05),
}
RANDOM, UNCERTAIN = "random", "informative first"
IDS = "articles.json"
READ_AT_ONCE = 64
FIGURES = {"entities": "entities, micro F1", "areas_micro": "areas, micro F1"}
COLOURS = {RANDOM: "#7f7f7f", UNCERTAIN: "#0072b2"}  # told apart by the colour-blind, too


@dataclass(frozen=True, slots=True)
class Point:
    """The development figures of one training with so many ``articles`` and ``words`` marked."""

    arm: str
    seed: int
    articles: int
    words: int
    entities: float
    areas_micro: float


def main(
    encoder: Annotated[str, typer.Option(help="Encoder in PhoBERT's format: folder or hub id.")],
    layers: Annotated[str, typer.Option(help="Keep only these layers, such as 0,1,2,3.")] = "all",
    sizes: Annotated[str, typer.Option(help="Numbers of training articles.")] = "30,60,120,240",
    pool: Annotated[int, typer.Option(help="Articles to choose from.")] = 480,
    seeds: Annotated[int, typer.Option(help="Simulations.")] = 3,
    epochs: Annotated[int, typer.Option(help="Epochs of the largest size; the others take more.")] = 2,
    annotations: Annotated[Path | None, typer.Option(help="The corpus, if not annotations/.")] = None,
    output: Annotated[Path, typer.Option(help="Where the runs go.")] = Path("runs/learning-curve"),
    plot: Annotated[Path, typer.Option(help="The plot, an SVG file.")] = Path("docs/learning_curve.svg"),
) -> None:
    """Train, choose and score, seed by seed."""
    steps = [int(size) for size in sizes.split(",")]
    corpus = load_corpus(annotations or default_root(), None, ("train", "dev"))
    if missing := corpus.describe_missing():
        typer.echo(missing)
    articles, dev = corpus.split("train"), corpus.split("dev")
    if steps != sorted(set(steps)) or steps[-1] > min(pool, len(articles)):
        raise ConfigError(
            f"--sizes {sizes}: give rising numbers up to the pool ({min(pool, len(articles))} articles)."
        )
    recipe = TrainConfig(encoder=_fewer_layers(encoder, layers, output), output=str(output), **RECIPE)
    points: list[Point] = []
    for seed in range(1, seeds + 1):
        simulation = Simulation(replace(recipe, seed=seed), articles, dev, pool, output / f"seed-{seed}")
        for before, size in zip([0, *steps], steps, strict=False):
            passes = max(1, round(epochs * steps[-1] / size))
            for arm in (RANDOM, UNCERTAIN) if before else (RANDOM,):
                point = simulation.point(arm, size, before, passes)
                # the first articles are the same in both orders
                points += [replace(point, arm=each) for each in ((arm,) if before else (RANDOM, UNCERTAIN))]
                _write(points, output / "curve.json", plot)
    _print(points)


@dataclass
class Simulation:
    """One seed's pool and its trainings, each in a folder of its own under ``output``."""

    recipe: TrainConfig
    articles: Sequence[Article]
    dev: Sequence[Article]
    pool: int
    output: Path

    def __post_init__(self) -> None:
        drawn = random.Random(self.recipe.seed).sample(list(self.articles), k=len(self.articles))
        self.drawn = drawn[: self.pool]
        self.by_id = {article.id: article for article in self.drawn}
        self.prepared: dict[str, Prepared] = {}

    def folder(self, arm: str, size: int) -> Path:
        return self.output / f"{arm.replace(' ', '-')}-{size}"

    def point(self, arm: str, size: int, before: int, epochs: int) -> Point:
        """The figures with ``size`` articles, from the run's folder where it is done already."""
        folder = self.folder(arm, size)
        chosen = [self.by_id[name] for name in self.chosen(arm, size, before)]
        report = folder / REPORT
        if not report.is_file():
            root = stage(folder / "corpus", {"train": chosen, "dev": self.dev, "test": ()})
            settings = replace(
                self.recipe,
                output=str(folder),
                data=DataConfig(annotations=str(root)),
                epochs=epochs,
                evaluate_from=epochs,
                early_stopping=None,
            )
            train(settings, resume=True)
            shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
        last: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["history"][-1]
        words = sum(word_count(article.text) for article in chosen)
        return Point(arm, self.recipe.seed, size, words, last["entities"], last["areas_micro"])

    def chosen(self, arm: str, size: int, before: int) -> list[str]:
        """The ids of the training articles, chosen once and kept with the run."""
        kept = self.folder(arm, size) / IDS
        if kept.is_file():
            ids: list[str] = json.loads(kept.read_text(encoding="utf-8"))
            return ids
        if arm == RANDOM:
            ids = [article.id for article in self.drawn[:size]]
        else:
            # the smallest size is trained once, for both orders
            earlier = self.folder(arm, before)
            earlier = earlier if earlier.is_dir() else self.folder(RANDOM, before)
            had = json.loads((earlier / IDS).read_text(encoding="utf-8"))
            ids = [*had, *self.most_informative(earlier / MODEL, had, size - before)]
        write_bytes(kept, json.dumps(ids).encode("utf-8"))
        return ids

    def most_informative(self, model: Path, had: Sequence[str], count: int) -> list[str]:
        reader = load(model).reader
        known = Texts()
        for name in had:
            known.add(name, body(self.by_id[name]))
        rest = [article for article in self.drawn if article.id not in set(had)]
        states: dict[str, Uncertainty] = {}
        for begin in range(0, len(rest), READ_AT_ONCE):
            part = rest[begin : begin + READ_AT_ONCE]
            found = read_with_doubts(reader, [self.prepare(reader, article) for article in part])
            states |= {article.id: state for article, (_, state) in zip(part, found, strict=True)}
        names = list(states)
        return [names[ranked.index] for ranked in rank(states, known, count)]

    def prepare(self, reader: Reader, article: Article) -> Prepared:
        """The article's tokens, which are the same for every model of one encoder."""
        if article.id not in self.prepared:
            self.prepared[article.id] = reader.prepare(article.text, article_lines(article))
        return self.prepared[article.id]


def _fewer_layers(encoder: str, layers: str, output: Path) -> str:
    """``encoder``, or a copy of it with some of its layers."""
    if layers == "all":
        return encoder
    folder = output / "encoder"
    if not folder.is_dir():
        import torch

        model, tokenizer = make_encoder(EncoderConfig(encoder, layers), None)
        save_encoder(folder, model, tokenizer, torch.float32)
    return str(folder)


def needed(points: Sequence[Point], arm: str, figure: str, cost: str, target: float) -> list[float | None]:
    """How many articles or words each seed's ``arm`` needs for ``target``; None where it does not reach it.

    Between two sizes in proportion.
    """
    answers: list[float | None] = []
    for seed in sorted({point.seed for point in points}):
        mine = [point for point in points if point.seed == seed and point.arm == arm]
        curve = [(getattr(p, cost), getattr(p, figure)) for p in sorted(mine, key=lambda p: p.articles)]
        answer = float(curve[0][0]) if curve[0][1] >= target else None
        for (less, low), (more, high) in pairwise(curve):
            if answer is None and low < target <= high:
                answer = less + (more - less) * (target - low) / (high - low)
        answers.append(answer)
    return answers


def _print(points: Sequence[Point]) -> None:
    """What each order needs for the F1 that the random order has in the mean at each size."""
    table = Table("F1", "reached at random with", "informative first: articles", "words", "of the words")
    for figure, label in FIGURES.items():
        for size in sorted({point.articles for point in points})[1:]:
            there = [point for point in points if point.arm == RANDOM and point.articles == size]
            target = statistics.mean(getattr(point, figure) for point in there)
            words = statistics.mean(point.words for point in there)
            costs = [needed(points, UNCERTAIN, figure, cost, target) for cost in ("articles", "words")]
            reached = [[value for value in values if value is not None] for values in costs]
            cells = ["not reached"] * 3
            if len(reached[0]) == len(costs[0]):
                means = [statistics.mean(values) for values in reached]
                cells = [f"{means[0]:.0f}", f"{means[1]:,.0f}", f"{means[1] / words:.0%}"]
            table.add_row(f"{label} {target:.3f}", f"{size} articles, {words:,.0f} words", *cells)
    Console().print(table)


def _write(points: Sequence[Point], file: Path, plot: Path) -> None:
    values = [asdict(point) for point in points]
    write_bytes(file, (json.dumps(values, indent=1) + "\n").encode("utf-8"))
    _draw(points, plot)


def _draw(points: Sequence[Point], plot: Path) -> None:
    """Both figures over articles and over words: the mean over seeds, and a band from lowest to highest."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "hoptac"  # the same points give the same file
    figure, axes = pyplot.subplots(2, 2, figsize=(9, 6.4), sharey="row", layout="constrained")
    for row, (key, label) in zip(axes, FIGURES.items(), strict=True):
        for axis, cost in zip(row, ("articles", "words"), strict=True):
            for arm, colour in COLOURS.items():
                groups: dict[int, list[Point]] = {}
                for point in points:
                    if point.arm == arm:
                        groups.setdefault(point.articles, []).append(point)
                places = [statistics.mean(getattr(p, cost) for p in groups[size]) for size in sorted(groups)]
                scores = [[getattr(p, key) for p in groups[size]] for size in sorted(groups)]
                axis.fill_between(
                    places, [*map(min, scores)], [*map(max, scores)], color=colour, alpha=0.2, lw=0
                )
                marker = "o" if arm == UNCERTAIN else "s"
                axis.plot(places, [*map(statistics.mean, scores)], marker, ls="-", color=colour, label=arm)
            axis.set_xlabel(f"{cost} annotated")
            axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            axis.grid(alpha=0.3)
        row[0].set_ylabel(label)
    axes[0][0].legend(loc="lower right", frameon=False)
    seeds = len({point.seed for point in points})
    figure.suptitle(
        f"Development F1 by annotated text: mean and range of {seeds} simulation{'s' * (seeds > 1)}"
    )
    buffer = io.BytesIO()
    form = plot.suffix.removeprefix(".") or "svg"
    figure.savefig(buffer, format=form, dpi=110, metadata={"Date": None} if form == "svg" else None)
    pyplot.close(figure)
    write_bytes(plot, buffer.getvalue())


if __name__ == "__main__":
    typer.run(main)
