"""Training data from unlabelled articles: choose them, let trained models mark them, train on both.

    python scripts/self_train.py select ~/clones/vietnews unlabelled/ --articles 4000
    python scripts/self_train.py mark unlabelled/ runs/silver.jsonl --model shipped --model runs/seed-2/model
    hoptac train --config configs/self-train.yaml --seed 1 --output runs/self-1  # and other seeds
    python scripts/self_train.py average runs/self --model shipped --model runs/self-1/model

``select`` may be left out: ``mark`` reads any folder of plain texts (.txt), one article a file. ``average``
makes one model (runs/self/model) of several that went on from the same one: often better than each.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from hoptac.errors import HoptacError, InputError


def main() -> int:
    options = _parser().parse_args()
    try:
        return {"select": _select, "mark": _mark, "average": _average}[options.command](options)
    except HoptacError as error:
        print(f"self_train: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    select = commands.add_parser("select", help="write the articles of a data set nearest to the domain")
    select.add_argument("source", type=Path, help="a clone of vietnews with its files checked out")
    select.add_argument("output", type=Path, help="folder for the texts, one .txt each")
    select.add_argument("--articles", type=int, default=4000, help="how many (default: %(default)s)")
    select.add_argument(
        "--config",
        type=Path,
        default=Path("configs/pretrain-compact.yaml"),
        help="pre-training settings whose corpus.domain.words name the domain (default: %(default)s)",
    )
    select.add_argument("--annotations", type=Path, help="the corpus whose articles stay out")
    mark = commands.add_parser("mark", help="mark texts with one or several models")
    mark.add_argument("texts", type=Path, help="folder of .txt files")
    mark.add_argument("output", type=Path, help="the file that data.silver names")
    mark.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help="teacher: model folder, hub id or 'shipped'; several are averaged (default: shipped)",
    )
    mark.add_argument(
        "--path",
        type=float,
        default=0.8,
        help="least probability of a sentence's tags (default: %(default)s)",
    )
    average = commands.add_parser("average", help="make one model of the weights of several")
    average.add_argument("output", type=Path, help="folder of the run; the model is OUTPUT/model")
    average.add_argument(
        "--model", action="append", metavar="NAME", required=True, help="model folder, hub id or 'shipped'"
    )
    average.add_argument(
        "--annotations", type=Path, help="the corpus; its development articles set thresholds"
    )
    return parser


def _select(options: argparse.Namespace) -> int:
    from hoptac.annotations.corpus import default_root
    from hoptac.annotations.files import write_bytes
    from hoptac.pretrain.config import load_pretrain_config
    from hoptac.pretrain.select import select_vietnews

    words = load_pretrain_config(options.config).corpus.domain.words
    if not words:
        raise InputError(f"{options.config}: corpus.domain.words is empty; name words of the domain there.")
    chosen = select_vietnews(options.source, words, options.articles, options.annotations or default_root())
    for name, text in chosen:
        write_bytes(options.output / f"{name}.txt", text.encode("utf-8"))
    print(f"{len(chosen)} articles in {options.output}")
    return 0


def _mark(options: argparse.Namespace) -> int:
    from rich.progress import track

    from hoptac.annotations.files import read_text
    from hoptac.train.silver import Sureness, mark_silver, teacher, write_silver

    paths = sorted(options.texts.rglob("*.txt"))
    if not paths:
        raise InputError(f"{options.texts}: no .txt file there; give a folder of plain texts.")
    reader = teacher(_models(options.model or ["shipped"]))
    print(reader.engine.describe())
    texts = [(path.relative_to(options.texts).with_suffix("").as_posix(), read_text(path)) for path in paths]
    articles = list(
        track(mark_silver(reader, texts, Sureness(path=options.path)), "Marking", total=len(texts))
    )
    write_silver(options.output, articles)
    entities = sum(len(article.entities) for article in articles)
    left = sum(
        len(article.text) - sum(span.end - span.start for span in article.furniture) for article in articles
    )
    total = sum(len(text) for _, text in texts)
    print(
        f"{len(articles)} of {len(texts)} articles, {entities} entities in {options.output}; "
        f"{100 * left / max(total, 1):.0f}% of the text is marked with certainty"
    )
    return 0


def _average(options: argparse.Namespace) -> int:
    from hoptac.annotations.corpus import load_corpus
    from hoptac.model.folder import save_model
    from hoptac.train.alike import average_models
    from hoptac.train.run import MODEL, finish

    place = options.output / MODEL
    if place.exists():
        raise InputError(f"{place} is there already: name a new folder.")
    corpus = load_corpus(options.annotations)
    model, tokenizer = average_models(_models(options.model))
    save_model(place, model, tokenizer)
    try:
        figures = finish(options.output, corpus.split("train"), corpus.split("dev"))
    except BaseException:
        shutil.rmtree(place)  # a model whose thresholds are another's
        raise
    areas = "" if figures.areas_micro is None else f", areas {figures.areas_micro:.4f}"
    print(f"{place}: development entities {figures.entities:.4f}{areas}")
    return 0


def _models(names: Sequence[str]) -> list[str | Path]:
    from hoptac.model.folder import SHIPPED

    return [SHIPPED if name == "shipped" else name for name in names]


if __name__ == "__main__":
    sys.exit(main())
