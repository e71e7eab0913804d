"""Show the settings, each with its source."""

from __future__ import annotations

import typer

from data.settings import read_settings
from modelward.cli.options import Json
from modelward.cli.terminal import remark, show_json, show_table

app = typer.Typer(no_args_is_help=True, help="Settings: show them.")


@app.command("show")
def show(as_json: Json = False) -> None:
    """Show every setting with its value and its source."""
    settings = read_settings()
    shown = [one.shown for one in settings.settings]
    if as_json:
        show_json(shown)
        return
    show_table(("setting", "value", "source"), [(one.name, one.value, one.source) for one in shown], "")
    remark(f"the home is {settings.home}; change a setting with MODELWARD_<NAME> or in modelward.toml")
