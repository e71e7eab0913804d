"""Run the demo: one model through its whole governed lifecycle, on recorded flights."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelward.demo.run import run_demo


def demo(
    home: Annotated[Path, typer.Option("--home", help="The folder for the demo; it is emptied first.")] = Path(
        "var/demo"
    ),
) -> None:
    """Run the demo: one model through its whole lifecycle, from registration to retirement."""
    raise typer.Exit(run_demo(home.absolute()))
