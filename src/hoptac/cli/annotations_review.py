"""``hoptac annotations review``: places of the corpus that may be marked wrongly, to be walked through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hoptac.cli.messages import complain, warn
from hoptac.cli.output import open_output
from hoptac.errors import ConfigError

if TYPE_CHECKING:
    from hoptac.article import Article
    from hoptac.review.place import PlacedCase
    from hoptac.review.scores import ArticleScores

_SHOWN = 40  # cases on the terminal unless --limit says otherwise


def review(
    root: Annotated[
        Path | None,
        typer.Argument(help="Folder with splits.json and folders of articles.", show_default="annotations/"),
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Texts ID.txt of stand-off records.", show_default="ROOT/texts"),
    ] = None,
    predictions: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="What scripts/cross_validate.py wrote; several are averaged."),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL", help="A model that reads the articles it was not trained on; repeatable."
        ),
    ] = None,
    split: Annotated[list[str] | None, typer.Option(help="Only cases of this split; repeatable.")] = None,
    layer: Annotated[str | None, typer.Option(help="Only entity, or only evidence.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="Only this label or area; repeatable.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only missed, spurious, label or boundary; repeatable.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many cases.", show_default="40 on the terminal")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page to go through the cases and decide.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the cases here.")
    ] = None,
    apply: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Put the accepted decisions of this export into the files; no more."
        ),
    ] = None,
) -> None:
    """List marks that the rest of the corpus, or models that have not seen them, speak against.

    The surest cases come first. Without --predictions and --model only the corpus is held against itself:
    surfaces marked in one way here and in another elsewhere, words at the edges of marks, sentences that come
    twice.
    """
    from hoptac.annotations.corpus import SPLITS, article_files, default_root, load_corpus
    from hoptac.review.by_model import model_cases, weighed
    from hoptac.review.case import KINDS, LAYERS, merged
    from hoptac.review.inconsistent import inconsistencies
    from hoptac.review.page import write_page
    from hoptac.review.place import place_cases

    root = default_root() if root is None else root
    if apply is not None:
        _apply(root, texts, apply)
        return
    _known("--kind", kind, KINDS)
    _known("--layer", [layer] if layer else None, LAYERS)
    _known("--split", split, SPLITS)
    corpus = load_corpus(root, texts)
    if missing := corpus.describe_missing():
        warn(missing)
    articles = {one.id: (name, one) for name in SPLITS for one in corpus.split(name)}
    _known("--label", label, tuple(sorted(_labels([one for _, one in articles.values()]))))
    scores = _scores(articles, root, predictions or [], model or [])
    plain = {name: one for name, (_, one) in articles.items()}
    found = weighed(merged([*inconsistencies(plain.values()), *model_cases(plain, scores)]), scores)
    chosen = [
        case
        for case in found
        if (not split or articles[case.article_id][0] in split)
        and (not layer or case.layer == layer)
        and (not label or set(label) & set(case.labels))
        and (not kind or case.kind in kind)
    ]
    cases = place_cases(chosen[:limit], articles, article_files(root))
    if json_file:
        with open_output(json_file) as stream:
            json.dump({"cases": [case.to_dict() for case in cases]}, stream, ensure_ascii=False, indent=1)
            stream.write("\n")
    if html:
        write_page(html, cases)
    _print(cases[: limit or _SHOWN])
    written = [str(path) for path in (html, json_file) if path]
    typer.echo(
        f"{len(chosen)} cases" + (f"; {len(cases)} of them in {' and '.join(written)}" if written else "")
    )


def _known(option: str, given: list[str] | None, known: tuple[str, ...]) -> None:
    for value in given or []:
        if value not in known:
            raise ConfigError(f"{option} {value}: there are {', '.join(known)}.")


def _labels(articles: list[Article]) -> set[str]:
    marks = {mark.label for article in articles for mark in article.entities}
    return marks | {mark.area for article in articles for mark in article.evidence}


def _scores(
    articles: dict[str, tuple[str, Article]], root: Path, predictions: list[Path], models: list[str]
) -> list[ArticleScores]:
    """All that models say, the mean where several have read an article."""
    from hoptac.review.scores import mean_scores, read_scores, score_articles
    from hoptac.review.trained_on import trained_on

    by_id: dict[str, list[ArticleScores]] = {}
    for path in predictions:
        for one in read_scores(path):
            by_id.setdefault(one.id, []).append(one)
    for name in models:
        from hoptac.tagger import load

        seen = trained_on(name, root)
        unseen = [(split, one) for split, one in articles.values() if one.id not in seen]
        if left_out := len(articles) - len(unseen):
            warn(f"{name}: the {left_out} articles it was trained on are not judged by it")
        for one in score_articles(load(name).reader, unseen, name):
            by_id.setdefault(one.id, []).append(one)
    if absent := sorted(by_id.keys() - articles.keys()):
        shown = ", ".join(absent[:5])
        warn(f"predictions for {len(absent)} articles that are not here are left aside: {shown}")
    return [mean_scores(parts) for parts in by_id.values()]


def _apply(root: Path, texts: Path | None, path: Path) -> None:
    from hoptac.review.apply import apply_decisions, read_decisions

    decisions = read_decisions(path)
    report = apply_decisions(root, texts, decisions)
    for change in report.changes:
        typer.echo(str(change.path))
        for line in change.lines:
            typer.echo(f"  {line}")
    for error in report.refused:
        complain(f"left as it was: {error}")
    count = sum(len(change.lines) for change in report.changes)
    accepted = sum(decision.decision == "accept" for decision in decisions)
    before = f", {report.done_before} were there already" if report.done_before else ""
    refused = f", {len(report.refused)} articles refused" if report.refused else ""
    typer.echo(
        f"{accepted} of {len(decisions)} decisions accepted: {count} changes in {len(report.changes)} files"
        f"{before}{refused}"
    )
    if report.refused:
        raise typer.Exit(1)


def _print(cases: list[PlacedCase]) -> None:
    from rich.console import Console
    from rich.markup import escape

    from hoptac.review.reasons import reason

    console = Console()
    for placed in cases:
        case, text = placed.case, placed.article.text
        sides = [
            ", ".join(f"{' '.join(text[m.start : m.end].split())} {m.label}" for m in marks) or "nothing"
            for marks in (case.gold, case.proposed)
        ]
        head = (
            f"{case.confidence:.2f} · {placed.path}:{placed.line} · {placed.split} · {sides[0]} → {sides[1]}"
        )
        console.print(
            f"[bold]{escape(head)}[/bold]\n    {escape(reason(case)[1])}\n    {escape(placed.excerpt())}",
            highlight=False,
            soft_wrap=True,
        )
