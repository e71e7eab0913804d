"""Write the evidence pages on models, versions and the audit log as static files."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from data.errors import InputError
from data.files.artifacts import file_digest
from data.files.file_access import umask_of_user
from data.queries.lookup import subject_named
from data.records.names import model_of, short
from data.registry.registry import Registry
from modelward.cli.options import Json
from modelward.cli.terminal import remark, say, show_json, working
from views.evidence_address import INVENTORY, model_page, version_page
from views.pages.render import write_report
from views.pages.site import site_folder, write_site


def report(
    about: Annotated[str, typer.Argument(metavar="MODEL[/VERSION]", help="A model or a version.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Write the pages of every model.")] = False,
    target: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A folder for the pages, or FILE.html for one file about one model."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the evidence pages as static files without scripts. Only changed pages are rewritten.

    FILE.html is a copy that nothing compares with the record later; its digest is printed.
    """
    if every == bool(about):
        what = "both a model and --all are given" if every else "neither a model or version nor --all is given"
        raise InputError(what, "give one of them, for example `modelward report team/name`")
    registry = Registry.here()
    key = _key(registry, about)
    written = _one_file(registry, key, target) if target and target.suffix == ".html" else _pages(registry, key, target)
    if as_json:
        show_json(written)
        return
    if "models" in written:
        say(f"wrote the pages of {written['written']} of {written['models']} models; other pages are unchanged")
    for address in _addresses(written, "altered"):
        remark(f"{address} was missing or not as it was written, and is written again")
    for address in _addresses(written, "added"):
        remark(f"{address} was written by no report; delete it")
    say(f"{written['page']}")
    if "digest" in written:
        remark(f"this file is a copy without a seal; note its digest to find a later change: {written['digest']}")
        remark(f"what an auditor can verify: `modelward audit export {short(key)} --to FOLDER`")


def _key(registry: Registry, about: str) -> str:
    """Return the key of the model or version; an empty text for all models."""
    return subject_named(registry, about).key if about else ""


def _one_file(registry: Registry, key: str, target: Path) -> dict[str, object]:
    if not key or key != model_of(key):
        raise InputError(
            "a single file can only be about one model", "give one model without a version, or a folder as --out"
        )
    with working(f"writing the report of {short(key)}"):
        page = write_report(registry.home, key, target).absolute()
    return {"model": key, "page": page, "digest": file_digest(page)}


def _pages(registry: Registry, key: str, target: Path | None) -> dict[str, object]:
    folder = target or site_folder(registry.home)
    # A folder that the person chose gets their umask, because they may serve it to others.
    with working("writing the evidence pages"), umask_of_user() if target else nullcontext():
        done = write_site(registry.home, folder, [model_of(key)] if key else None)
    page = INVENTORY if not key else model_page(key) if key == model_of(key) else version_page(key)
    models = len(done.written) + len(done.kept)
    counts = {"models": models, "written": len(done.written), "pages": done.pages}
    return {"page": (folder / page).absolute(), **counts, "altered": done.altered, "added": done.added}


def _addresses(written: dict[str, object], name: str) -> tuple[str, ...]:
    found = written.get(name)
    return found if isinstance(found, tuple) else ()
