"""``hoptac export``: a model in the form that starts fastest, and what each form is worth on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def export(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="Model folder or hub id; without it, the shipped model."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Write here, for other programs; by default where predict looks.",
        ),
    ] = None,
    precision: Annotated[
        str, typer.Option(help="fp32, bf16, int8 or auto: the fastest on this machine.")
    ] = "auto",
    measure: Annotated[
        bool, typer.Option("--measure", help="Write nothing; print every engine's speed on this machine.")
    ] = False,
) -> None:
    """Write a model as an OpenVINO graph, compared with PyTorch first.

    predict uses the graph as long as the model's weights stay as they are.
    """
    if measure:
        if output is not None:
            raise typer.BadParameter("--measure writes nothing: leave -o out")
        _measure(model)
        return
    from hoptac.engine.export import export_model

    folder, card = export_model(model, output, precision)
    typer.echo(
        f"{folder}: {card.form}; on {card.tokens} subwords the largest difference of a logit from PyTorch's "
        f"in fp32 is {card.difference:.4g}, and {card.tags_differing} tags differ."
    )


def _measure(model: str | None) -> None:
    from rich.console import Console
    from rich.table import Table

    from hoptac.engine.cpu import cpu_flags, instruction_set
    from hoptac.engine.measure import measure_engines
    from hoptac.engine.openvino_engine import usable_threads

    table = Table("engine", "tokens/s", "difference", "")
    for row in measure_engines(model):
        table.add_row(
            f"{row.engine} {row.form}", f"{row.tokens_per_second:,.0f}", f"{row.difference:.2g}", row.remark
        )
    Console().print(table)
    typer.echo(f"{cpu_flags()[0]}, {instruction_set()}; threads: {usable_threads()}")
    typer.echo("difference: of the logits from fp32's, root mean square, as a share of their spread")
