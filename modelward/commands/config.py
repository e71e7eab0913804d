"""The settings, each with where it came from."""

from __future__ import annotations

import typer

from data.settings import read_settings
from modelward.cli.options import Json
from modelward.cli.terminal import remark, show_json, show_table

app = typer.Typer(no_args_is_help=True, help="Settings: show them.")


@app.command("show")
def show(as_json: Json = False) -> None:
    """Every setting with its value and where it came from."""
    settings = read_settings()
    shown = [one.shown for one in settings.settings]
    if as_json:
        show_json(shown)
        return
    show_table(("setting", "value", "from"), [(one.name, one.value, one.source) for one in shown], "")
    remark(f"home is {settings.home}; set any of them as MODELWARD_<NAME> or in modelward.toml")
