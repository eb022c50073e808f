"""Read every article of the corpus with a model that has not been trained on it.

The training articles are parted into folds; for each, a model learns from the others::

    python scripts/cross_validate.py --config configs/compact.yaml --folds 3 --output runs/folds

``--fold I`` does one of them, so that several processes or machines can share the work; a run that was
interrupted goes on where it was. A fold leaves OUTPUT/fold-I/predictions.jsonl; once all are there,
OUTPUT/predictions.jsonl holds every training article as read by the model of its fold, and every development
and test article with the mean of all models: what `hoptac annotations review --predictions` takes. Thresholds
and calibration of a model come from the development articles; no epoch is chosen by them.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hoptac.annotations.corpus import SPLITS, TEXTS, Corpus, article_files, default_root, load_corpus
from hoptac.annotations.files import read_text, write_bytes
from hoptac.cli.messages import complain
from hoptac.errors import ConfigError, HoptacError
from hoptac.review.folds import split_folds
from hoptac.review.scores import ArticleScores, mean_scores, read_scores, score_articles, write_scores
from hoptac.tagger import load
from hoptac.train.config import TrainConfig, load_config
from hoptac.train.run import CHECKPOINTS, MODEL, REPORT, train

PREDICTIONS, FOLDS, CORPUS = "predictions.jsonl", "folds.json", "corpus"


def main(
    config: Annotated[Path, typer.Option(metavar="FILE", help="The recipe, as for hoptac train.")],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the runs go.")] = Path("runs/folds"),
    folds: Annotated[int, typer.Option(min=2, help="How many.")] = 3,
    fold: Annotated[int | None, typer.Option(min=1, help="Only this one, from 1; else all in turn.")] = None,
    encoder: Annotated[str | None, typer.Option(help="Encoder, if not the recipe's.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs, if not the recipe's.")] = None,
) -> None:
    """Train the models of the folds and write what they say of the articles they have not seen."""
    recipe = load_config(config, encoder=encoder, epochs=epochs)
    if recipe.data.conll_train or not recipe.data.corpus:
        raise ConfigError(
            f"{config}: cross-validation reads the corpus's own articles; set data.corpus only."
        )
    if fold is not None and fold > folds:
        raise ConfigError(f"--fold {fold}: there are {folds} folds, counted from 1.")
    root = Path(recipe.data.annotations) if recipe.data.annotations else default_root()
    texts = Path(recipe.data.texts) if recipe.data.texts else root / TEXTS
    corpus = load_corpus(root, texts)
    if missing := corpus.describe_missing():
        print(missing)
    parts = _parts(corpus, folds, output)
    for number in [fold] if fold else range(1, folds + 1):
        _run(recipe, root, texts, corpus, parts, number, output / f"fold-{number}")
    done = [output / f"fold-{number}" / PREDICTIONS for number in range(1, folds + 1)]
    if absent := [path for path in done if not path.is_file()]:
        print(f"{len(absent)} folds to go: {', '.join(path.parent.name for path in absent)}.")
        return
    write_scores(output / PREDICTIONS, _joined([read_scores(path) for path in done]))
    print(f"All predictions are in {output / PREDICTIONS}.")


def _parts(corpus: Corpus, folds: int, output: Path) -> list[tuple[str, ...]]:
    """The ids of each fold, the same for every process: written once, compared from then on."""
    parts = split_folds(corpus.split("train"), folds)
    path = output / FOLDS
    if path.is_file():
        if json.loads(read_text(path)) != [list(part) for part in parts]:
            raise ConfigError(
                f"{path} holds other folds than these articles have now; give another --output."
            )
    else:
        write_bytes(path, (json.dumps(parts, indent=1) + "\n").encode())
    return parts


def _run(
    recipe: TrainConfig,
    root: Path,
    texts: Path,
    corpus: Corpus,
    parts: list[tuple[str, ...]],
    number: int,
    folder: Path,
) -> None:
    """Train the model of one fold, unless that is done, and predict what it has not been trained on."""
    if (folder / PREDICTIONS).is_file():
        print(f"fold {number} is done: {folder / PREDICTIONS}")
        return
    held_out = frozenset(parts[number - 1])
    if not (folder / REPORT).is_file():
        learned = tuple(article.id for article in corpus.split("train") if article.id not in held_out)
        dev = tuple(article.id for article in corpus.split("dev"))
        seen = _copied(root, folder / CORPUS, {"train": learned, "dev": dev})
        settings = replace(
            recipe,
            output=str(folder),
            data=replace(recipe.data, annotations=str(seen), texts=str(texts)),
            evaluate_from=recipe.epochs,
            early_stopping=None,
        )
        train(settings, resume=True)
    articles = [(split, article) for split in SPLITS for article in corpus.split(split)]
    unseen = [(split, one) for split, one in articles if split != "train" or one.id in held_out]
    print(f"fold {number}: reading {len(unseen)} articles")
    write_scores(folder / PREDICTIONS, score_articles(load(folder / MODEL).reader, unseen, f"fold-{number}"))
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)  # gigabytes, and nothing is left to go on with


def _copied(root: Path, target: Path, splits: dict[str, tuple[str, ...]]) -> Path:
    """A corpus of the articles that a fold learns from, as they are now: marks that change later, while it
    trains or before it goes on, do not reach it."""
    if target.is_dir():
        return target
    files = article_files(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        write_bytes(aside / "splits.json", (json.dumps(splits, indent=1) + "\n").encode())
        for name in (*splits["train"], *splits["dev"]):
            place = aside / files[name].relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(files[name], place)
        aside.replace(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return target


def _joined(files: list[list[ArticleScores]]) -> list[ArticleScores]:
    """Every article once: with the mean of the models that have read it."""
    by_id: dict[str, list[ArticleScores]] = {}
    for scores in files:
        for one in scores:
            by_id.setdefault(one.id, []).append(one)
    return [mean_scores(by_id[name]) for name in sorted(by_id)]


if __name__ == "__main__":
    try:
        typer.run(main)
    except HoptacError as error:
        complain(error)
        sys.exit(2)
