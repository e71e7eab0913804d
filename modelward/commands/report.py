"""The report of a model's life, as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelward.options import Json, ModelName


def report(
    model: ModelName,
    target: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write it.")] = None,
    as_json: Json = False,
) -> None:
    """Write the report of a model's life: one HTML file that needs nothing else."""
    from data.lookup import find_model
    from data.registry import Registry
    from modelward.report.render import write_report
    from modelward.terminal import say, show_json, working

    registry = Registry.here()
    with registry.reading() as state:
        row = find_model(state, model)
    with working(f"writing the report of {row.team}/{row.name}"):
        file = write_report(registry.home, row.key, target or registry.home.reports / f"{row.team}-{row.name}.html")
    if as_json:
        show_json({"model": row.key, "file": file.absolute()})
        return
    say(f"wrote {file}")
