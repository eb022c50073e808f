"""Make an encoder in PhoBERT's format, or adapt one to further articles.

    python scripts/pretrain.py prepare ~/clones/vietnews corpus/vietnews.txt.xz
    python scripts/pretrain.py prepare --texts ~/my-articles corpus/own.txt.xz
    python scripts/pretrain.py run --config configs/pretrain-compact.yaml --minutes 600
    python scripts/pretrain.py run --config configs/pretrain-compact.yaml --minutes 600 --resume

For several GPUs put `accelerate launch` before `scripts/pretrain.py run` in place of `python`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from hoptac.errors import HoptacError


def main() -> int:
    options = _parser().parse_args()
    try:
        return _prepare(options) if options.command == "prepare" else _run(options)
    except HoptacError as error:
        print(f"pretrain: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="write a corpus file: one word-segmented article a line")
    prepare.add_argument(
        "source", type=Path, help="a clone of vietnews, or with --texts a folder of .txt files"
    )
    prepare.add_argument("output", type=Path, help="the corpus file; compressed if its name ends in .xz")
    prepare.add_argument(
        "--texts", action="store_true", help="the source holds plain texts, one article a file"
    )
    prepare.add_argument("--segmenter", default="underthesea", help="for --texts (default: %(default)s)")
    prepare.add_argument("--annotations", type=Path, help="the corpus whose dev and test articles stay out")
    run = commands.add_parser("run", help="vocabulary, encoder, training; can be cut short with Ctrl-C")
    run.add_argument("--config", type=Path, required=True, help="settings, as in configs/pretrain-*.yaml")
    run.add_argument("--output", help="where the run goes")
    run.add_argument("--source", help="encoder to start from: a hub id or a folder")
    run.add_argument("--layers", help="layers to keep of it: all, 'every 2', or numbers such as '0 2 5'")
    run.add_argument(
        "--corpus", action="append", metavar="FILE", help="corpus files in place of the settings'"
    )
    run.add_argument("--steps", type=int, help="end after so many steps")
    run.add_argument("--minutes", type=float, help="end after so many minutes of training")
    run.add_argument("--seed", type=int, help="seed of everything random")
    run.add_argument("--resume", action="store_true", help="go on with an interrupted run")
    return parser


def _prepare(options: argparse.Namespace) -> int:
    from hoptac.annotations.corpus import default_root
    from hoptac.pretrain.prepare import prepare_texts, prepare_vietnews
    from hoptac.text.segment import get_segmenter

    if options.texts:
        report = prepare_texts(options.source, options.output, get_segmenter(options.segmenter))
    else:
        report = prepare_vietnews(options.source, options.output, options.annotations or default_root())
    print(
        f"{report.articles} articles, {report.words} words in {options.output}; left out: "
        f"{report.evaluation} of the "
        f"dev and test splits, {report.repeated} repeated, {report.empty} empty"
    )
    return 0


def _run(options: argparse.Namespace) -> int:
    from hoptac.pretrain.config import load_pretrain_config
    from hoptac.pretrain.run import pretrain

    config = load_pretrain_config(
        options.config, output=options.output, steps=options.steps, minutes=options.minutes, seed=options.seed
    )
    changes = {"source": options.source, "layers": options.layers}
    encoder = replace(config.encoder, **{key: value for key, value in changes.items() if value is not None})
    config = replace(config, encoder=encoder)
    if options.corpus:
        config = replace(config, corpus=replace(config.corpus, files=tuple(options.corpus)))
    pretrain(config, resume=options.resume, say=lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
