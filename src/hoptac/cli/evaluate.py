"""``hoptac evaluate``: a model's figures on a split of the corpus or on word and tag files."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from hoptac.article import Article
from hoptac.cli.messages import warn
from hoptac.errors import ConfigError

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="Model folder or hub id; without it, the shipped model."),
    ] = None,
    split: Annotated[str, typer.Option(help="Split of the corpus: train, dev or test.")] = "test",
    annotations: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The corpus, if not annotations/.")
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Its texts, if not annotations/texts.")
    ] = None,
    conll: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Score a word and tag file instead of the corpus.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every error in its sentence here.")
    ] = None,
    gold_lines: Annotated[
        bool,
        typer.Option(
            "--gold-lines", help="Read the lines marked as the article by hand, not the page filter's."
        ),
    ] = False,
    engine: Annotated[str, typer.Option(help="auto, openvino or torch.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or int8.")] = "auto",
    against: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Compare with this model on the same articles; 'shipped' too."),
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Windows the encoder reads at once.")] = None,
) -> None:
    """Score a model: exact spans, overlaps, tags, areas; with 95 % intervals over articles.

    Texts go the same way as in `predict`, page filter included. Thresholds and calibration are the model's
    own, from the development split.
    """
    from hoptac.annotations.corpus import load_corpus
    from hoptac.evaluate.against import compare_predictions
    from hoptac.evaluate.conll import read_conll
    from hoptac.evaluate.html_report import write_html
    from hoptac.evaluate.report import evaluate
    from hoptac.scoring import predict_articles
    from hoptac.tagger import load

    seen: tuple[Article, ...] = ()
    if conll is not None:
        articles = read_conll(conll)
    else:
        corpus = load_corpus(annotations, texts, tuple(dict.fromkeys((split, "train"))))
        articles, seen = corpus.split(split), corpus.split("train")
        if missing := corpus.missing[split]:
            warn(f"{len(missing)} articles of {split} have no text and are not scored: {', '.join(missing)}.")
        if not articles:
            raise ConfigError(f"no article of {split} has its text; run scripts/fetch_texts.py first.")
    tagger = load(model, engine=engine, precision=precision)
    started = time.perf_counter()
    predictions = predict_articles(tagger.reader, articles, gold_lines or conll is not None, batch_size)
    seconds = time.perf_counter() - started
    settings = tagger.reader.settings
    evaluation = evaluate(
        articles,
        predictions,
        entity_labels=settings.entity_labels,
        area_labels=settings.area_labels,
        train=seen,
    )
    if against is not None:
        other = load(None if against == "shipped" else against, engine=engine, precision=precision)
        labels = other.reader.settings.entity_labels, other.reader.settings.area_labels
        if labels != (settings.entity_labels, settings.area_labels):
            raise ConfigError(f"{against} has other labels than the model it is compared with.")
        predicted = predict_articles(other.reader, articles, gold_lines or conll is not None, batch_size)
        compared = compare_predictions(articles, predictions, predicted, against, *labels)
        evaluation = replace(evaluation, against=compared)
    evaluation.print_table()
    words = sum(len(article.text.split()) for article in articles)
    typer.echo(f"{len(articles)} articles, {words} words in {seconds:.1f} s; {tagger.engine}")
    if json_file:
        evaluation.write_json(json_file)
    if html:
        name = str(conll or split)
        write_html(html, articles, predictions, title=f"Errors on {name}", train=seen)
