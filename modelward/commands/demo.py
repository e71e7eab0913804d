"""Take a real model through its whole governed life, on real data, and show it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelward.demo.run import run_demo


def demo(
    home: Annotated[Path, typer.Option("--home", help="Where the demo keeps its state; emptied first.")] = Path(
        "var/demo"
    ),
) -> None:
    """Take a real model through its whole governed life, from registration to retirement."""
    raise typer.Exit(run_demo(home.absolute()))
