"""Register a version from a submission folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from modelward.options import AsOf, By, Json


def register(
    folder: Annotated[Path, typer.Argument(help="The submission folder; `modelward init` writes one.")],
    by: By = "",
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Register a version from a submission folder: its artifact, data, documents and provenance."""
    from data.lookup import reference
    from modelward.running import prefect_ready
    from modelward.speaking import business_time
    from modelward.terminal import say, show_json, working

    moment, before = business_time(as_of), _versions()
    with prefect_ready(by), working(f"registering {folder}"):
        from flows.register_model import register_model

        version = register_model(str(folder.absolute()), as_of=moment)
    if as_json:
        show_json({"version": version, "new": version not in before})
        return
    if version in before:
        say(f"this submission is {reference(version)} already; nothing was recorded")
        return
    say(f"registered {reference(version)}")
    say(f"→ `modelward validate {reference(version)}` judges it; add --preview to look without recording")


def _versions() -> set[str]:
    from data.records.version import Version
    from data.registry import Registry

    with Registry.here().reading() as state:
        return {one.key for one in state.find(Version)}
