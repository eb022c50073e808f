"""Going on from a model with corrected articles.

Articles of the corpus are mixed in, so that what the model knows is not lost (rehearsal: Ratcliff 1990). A
share of the corrected articles is held out: with the corpus's development articles they choose the epoch and
the thresholds, and show what was gained.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from hoptac.active.model import load_reader
from hoptac.active.resemblance import Texts, body
from hoptac.active.staging import stage
from hoptac.annotations.corpus import Corpus
from hoptac.article import Article
from hoptac.errors import ConfigError
from hoptac.model.folder import SHIPPED, load_model, save_model
from hoptac.reader import Reader
from hoptac.train.config import TrainConfig, parse_config
from hoptac.train.fit import DevScores, dev_scores
from hoptac.train.run import CHECKPOINTS, MODEL, last_checkpoint, read_articles, train

RECIPE: Mapping[str, Any] = {  # as in configs/own-articles.yaml
    "epochs": 3,
    "batch_size": 8,
    "learning_rate": 5e-5,
    "head_learning_rate": 2e-4,
    "crf_learning_rate": 1e-3,
    "dropout": 0.1,
    "average": 0.99,
    "augment": {"replace": 0.2, "drop": 0.05},
}
REPLAY = 4  # articles of the corpus for each of one's own, unless a number is asked for
CORPUS = "corpus"  # the folder, in the output, of what was trained on
BASE = "start"  # the folder, in the output, of a model that came from the hub


@dataclass(frozen=True, slots=True)
class Material:
    """What a run learns from, and the development articles: one's own that are held out, the corpus's."""

    own: tuple[Article, ...]
    replayed: tuple[Article, ...]
    held_out: tuple[Article, ...]
    dev: tuple[Article, ...]

    def groups(self) -> dict[str, tuple[Article, ...]]:
        """The development articles together, and by where they come from, where there are two or more."""
        both = {"all": (*self.dev, *self.held_out), "corpus": self.dev, "own": self.held_out}
        if not self.dev or not self.held_out:
            return {"all": both["all"]}
        return {name: articles for name, articles in both.items() if len(articles) > 1}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Development figures before and after, by group of `Material.groups`, and the new model's folder."""

    before: Mapping[str, DevScores]
    after: Mapping[str, DevScores]
    model: Path

    @property
    def worse(self) -> bool:
        """Whether the new model is worse on all development articles."""
        return self.after["all"].overall < self.before["all"].overall


def gather(
    own: Sequence[Article], corpus: Corpus | None, held_out: float, replay: int | None, seed: int
) -> Material:
    """Part one's own articles, and draw those of the corpus's training split that are mixed in.

    An article is held out by a hash of its text, so that it stays so when more articles come. ``own`` must
    repeat no development article. Raises `ConfigError` where nothing is left to train on or to choose by.
    """
    dev = corpus.split("dev") if corpus else ()
    by_hash = sorted(own, key=_place)
    count = sum(_place(article) < held_out for article in by_hash)
    if len(dev) < 2:
        count = max(count, 2)
    if count >= len(own):
        raise ConfigError(
            f"{len(own)} corrected articles are too few to hold {count} of them out for the figures; correct "
            "more, or have the corpus's development articles there (scripts/fetch_texts.py)."
        )
    kept = {article.id for article in by_hash[:count]}
    learned = tuple(article for article in own if article.id not in kept)
    known = Texts()
    for article in own:
        known.add(article.id, body(article))
    pool = [a for a in (corpus.split("train") if corpus else ()) if known.repeated(body(a)) is None]
    wanted = REPLAY * len(learned) if replay is None else replay
    drawn = random.Random(seed).sample(pool, min(wanted, len(pool)))
    return Material(learned, tuple(drawn), tuple(by_hash[:count]), tuple(dev))


def _place(article: Article) -> float:
    """A number from 0 to 1 that hangs on the article's text alone."""
    return int(sha256(article.text.encode("utf-8")).hexdigest()[:8], 16) / 2**32


def learn(
    material: Material,
    output: Path,
    model: str | None = None,
    *,
    epochs: int | None = None,
    seed: int = 1,
    resume: bool = False,
) -> Outcome:
    """Train ``model`` (without one, the shipped one) further into ``output``/model, and compare the two.

    Both are scored by `hoptac.train.fit.dev_scores`. Raises `ModelError` for a model that does not load or
    has other labels than the schema, `ConfigError` where ``output`` holds an earlier run and not ``resume``.
    """
    if last_checkpoint(output / CHECKPOINTS) and not resume:
        raise ConfigError(
            f"{output} holds an earlier run; give --resume to go on with it, or another output folder."
        )
    start = _start(model, output)
    reader = load_reader(start)
    groups = material.groups()
    before = _scores(reader, groups)
    own = {  # names of their own, whatever the corpus's articles are called
        split: [replace(article, id=f"own-{article.id}") for article in part]
        for split, part in (("train", material.own), ("dev", material.held_out))
    }
    root = stage(
        output / CORPUS,
        {
            "train": [*own["train"], *material.replayed],
            "dev": [*material.dev, *own["dev"]],
            "test": (),
        },
    )
    values: dict[str, Any] = {
        **RECIPE,
        "encoder": str(start),
        "output": str(output),
        "data": {"annotations": str(root)},
        "segmenter": reader.encoder.segmenter.name,
        "window_overlap": reader.settings.window_overlap,
        "seed": seed,
    }
    if epochs is not None:
        values["epochs"] = epochs
    train(parse_config(TrainConfig, values, "learn"), resume=resume)
    return Outcome(before, _scores(load_reader(output / MODEL), groups), output / MODEL)


def _start(model: str | None, output: Path) -> Path:
    """The folder of the model to go on from; one of the hub is copied into ``output``."""
    if model is None or Path(model).is_dir():
        return Path(model or SHIPPED)
    network, tokenizer = load_model(model)
    save_model(output / BASE, network, tokenizer)
    return output / BASE


def _scores(reader: Reader, groups: Mapping[str, Sequence[Article]]) -> dict[str, DevScores]:
    everything = groups["all"]
    readings = dict(zip(everything, read_articles(reader, everything), strict=True))
    return {
        name: dev_scores(reader, articles, [readings[article] for article in articles])
        for name, articles in groups.items()
    }
