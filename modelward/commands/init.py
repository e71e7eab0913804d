"""Write a submission folder with comments, to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.errors import ModelwardError
from data.files.file_access import umask_of_user
from data.queries.roster import current_member
from data.registry.registry import Registry
from modelward.cli.options import Json
from modelward.cli.terminal import say, show_json
from modelward.scaffold import write_submission


def init(
    folder: Annotated[Path, typer.Argument(help="A new folder, or one with your code, data and artifact.")],
    model: Annotated[str, typer.Option("--model", "-m", metavar="TEAM/NAME", help="The model of the submission.")],
    dataset: Annotated[
        Path | None,
        typer.Option(
            "--from-dataset",
            help="A Parquet file whose columns become the features; by default data/training.parquet, if it exists.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a submission folder with comments, to be filled in. Existing files stay as they are."""
    owner = _owner()
    with umask_of_user():  # the folder is the developer's, not a part of the home
        files = write_submission(folder, model, dataset, owner)
    if as_json:
        show_json({"folder": folder, "files": files})
        return
    for file in files:
        say(str(file))
    say(f"→ fill these in, add your artifact and data, then run `modelward register {folder}`")


def _owner() -> str:
    """Return the id of the current user on the roster of this home; an empty text if the user is not on it."""
    try:
        member = current_member(Registry.here())
    except ModelwardError:
        return ""
    return member.person if member is not None else ""
