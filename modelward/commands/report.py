"""The evidence on models, versions and the record as pages that need nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.errors import InputError
from data.queries.lookup import subject_named
from data.records.names import model_of, short
from data.registry.registry import Registry
from modelward.cli.options import Json
from modelward.cli.terminal import say, show_json, working
from views.evidence_address import INVENTORY, model_page, version_page
from views.pages.render import write_report
from views.pages.site import site_folder, write_site


def report(
    about: Annotated[str, typer.Argument(metavar="MODEL[/VERSION]", help="name or team/name, or one version.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every model.")] = False,
    target: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for the pages; or FILE.html for all on one model as one file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the evidence pages: static, offline, no script. Only changed pages are written again."""
    if every == bool(about):
        raise InputError("name a model or a version, or say --all", "`modelward report team/name`")
    registry = Registry.here()
    key = _key(registry, about)
    written = _one_file(registry, key, target) if target and target.suffix == ".html" else _pages(registry, key, target)
    if as_json:
        show_json(written)
        return
    if "models" in written:
        say(f"wrote the pages of {written['written']} of {written['models']} models; the others had not changed")
    say(f"{written['page']}")


def _key(registry: Registry, about: str) -> str:
    """The key of the model or version that is meant; empty for all."""
    return subject_named(registry, about).key if about else ""


def _one_file(registry: Registry, key: str, target: Path) -> dict[str, object]:
    if not key or key != model_of(key):
        raise InputError("one file holds all on one model", "name one model, or a folder to write pages to")
    with working(f"writing the report of {short(key)}"):
        return {"model": key, "page": write_report(registry.home, key, target).absolute()}


def _pages(registry: Registry, key: str, target: Path | None) -> dict[str, object]:
    folder = target or site_folder(registry.home)
    with working("writing the evidence pages"):
        done = write_site(registry.home, folder, [model_of(key)] if key else None)
    page = INVENTORY if not key else model_page(key) if key == model_of(key) else version_page(key)
    models = len(done.written) + len(done.kept)
    return {"page": (folder / page).absolute(), "models": models, "written": len(done.written), "pages": done.pages}
