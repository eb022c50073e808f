"""What each part of a training recipe brings: the recipe and variants, over seeds, on the development split.

    python scripts/ablation.py --config configs/compact.yaml --encoder FOLDER --articles 200 --epochs 4 \
        --vary average=0 --vary augment.replace=0 --vary layer_decay=0.9

Each run goes into its own folder under ``--output`` and is not repeated when its result is there already.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from hoptac.errors import ConfigError
from hoptac.train.config import TrainConfig, load_config, parse_config
from hoptac.train.run import REPORT, train

FIGURES = ("entities", "areas_micro", "areas_macro")


def main(
    config: Annotated[Path, typer.Option(help="The recipe.")],
    vary: Annotated[
        list[str], typer.Option(help="KEY=VALUE that differs from the recipe, one variant each.")
    ],
    encoder: Annotated[str | None, typer.Option(help="Encoder, if not the recipe's.")] = None,
    articles: Annotated[int | None, typer.Option(help="Train on so many articles only.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs, if not the recipe's.")] = None,
    seeds: Annotated[int, typer.Option(help="Runs of each variant.")] = 3,
    output: Annotated[Path, typer.Option(help="Where the runs go.")] = Path("runs/ablation"),
) -> None:
    """Print mean and standard deviation over the seeds for the recipe and each variant."""
    recipe = load_config(config, encoder=encoder, epochs=epochs)
    recipe = replace(
        recipe,
        data=replace(recipe.data, max_articles=articles),
        evaluate_from=recipe.epochs,
        early_stopping=None,
    )
    variants = {"recipe": recipe} | {text: _varied(recipe, text) for text in vary}
    rows = {}
    for name, variant in variants.items():
        runs = [_run(variant, output / name.replace("=", "-"), seed) for seed in range(1, seeds + 1)]
        rows[name] = {
            figure: [run[figure] for run in runs] for figure in FIGURES if runs[0][figure] is not None
        }
        _print(rows)
    (output / "ablation.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def _varied(recipe: TrainConfig, text: str) -> TrainConfig:
    """The recipe with one ``key=value`` or ``outer.inner=value`` changed."""
    key, found, value = text.partition("=")
    if not found:
        raise ConfigError(f"--vary {text}: write KEY=VALUE.")
    outer, _, inner = key.partition(".")
    values: dict[str, Any] = {inner or outer: yaml.safe_load(value)}
    if not inner:
        known = {"encoder": recipe.encoder, "output": recipe.output}
        changed = parse_config(TrainConfig, {**known, **values}, f"--vary {text}")
        return replace(recipe, **{outer: getattr(changed, outer)})
    part = getattr(recipe, outer, None)
    if part is None:
        raise ConfigError(f"--vary {text}: there is no {outer!r} in a recipe.")
    changed = parse_config(type(part), values, f"--vary {text}")
    return replace(recipe, **{outer: replace(part, **{inner: getattr(changed, inner)})})


def _run(variant: TrainConfig, folder: Path, seed: int) -> dict[str, Any]:
    place = folder / f"seed-{seed}"
    if (place / REPORT).is_file():
        report = json.loads((place / REPORT).read_text(encoding="utf-8"))
    else:
        report = train(replace(variant, seed=seed, output=str(place)), resume=True)
    last: dict[str, Any] = report["history"][-1]
    return last


def _print(rows: dict[str, dict[str, list[float]]]) -> None:
    table = Table("variant", *FIGURES, title="development F1, mean ± standard deviation over seeds")
    for name, figures in rows.items():
        cells = [
            f"{statistics.mean(values):.4f} ± {statistics.stdev(values) if len(values) > 1 else 0:.4f}"
            for values in figures.values()
        ]
        table.add_row(name, *cells)
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
