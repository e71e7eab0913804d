"""Standards: what is demanded of a model, written down with a version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.errors import InputError
from data.files.artifacts import ArtifactStore
from data.queries.rows import rows
from data.records.log import Standard
from data.records.person import Role
from data.registry.commands.log import AdoptStandard
from data.registry.registry import Registry
from gates.standard import LoadedStandard, builtin, builtin_names, load_standard
from modelward.cli.caller import identify, prove
from modelward.cli.options import AsOf, By, CodeFromStdin, Json
from modelward.cli.terminal import heading, say, show_json, show_receipt, show_table

app = typer.Typer(no_args_is_help=True, help="Standards: list, check, show, adopt.")


@app.command("list")
def list_standards(as_json: Json = False) -> None:
    """Standards in force, and those that come with modelward."""
    adopted = rows(Registry.here(), Standard)
    if as_json:
        show_json({"adopted": adopted, "builtin": list(builtin_names())})
        return
    listed = [(one.standard, one.version, one.controls, one.adopted_at, one.adopted_by, one.title) for one in adopted]
    show_table(("standard", "version", "controls", "adopted", "by", "title"), listed, "no standard is adopted yet")
    say(f"with modelward comes: {', '.join(builtin_names())}; `modelward standard adopt NAME` puts one in force")


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="The standard's YAML file.")], as_json: Json = False) -> None:
    """Read a standard and say whether it can be used; a fault is named with file, line and fix."""
    standard = load_standard(file)
    if as_json:
        show_json({"ok": True, "standard": standard.id, "version": standard.version, "digest": standard.text_digest})
        return
    say(f"{file} can be used: {standard.label}, {len(standard.controls)} controls, {standard.text_digest[:19]}…")


@app.command("show")
def show(
    name: Annotated[
        str, typer.Argument(help="A standard by its id (and /version), or one that comes with modelward.")
    ] = "baseline",
    text: Annotated[bool, typer.Option("--text", help="Its exact text.")] = False,
    as_json: Json = False,
) -> None:
    """Every control of a standard: what it demands, where that comes from, and who approves."""
    written, where = _text(name)
    standard = _loaded(written, name)
    if text:
        typer.echo(written, nl=False)
        return
    if as_json:
        show_json({**standard.model_dump(mode="json"), "where": where})
        return
    heading(f"{standard.label}: {standard.title} ({where})")
    controls = [(one.id, one.gate, one.severity.value, ", ".join(one.stages), one.title) for one in standard.controls]
    show_table(("control", "gate", "severity", "stages", "demands"), controls, "it has no control")
    signed = [
        (
            _cases(one.environments),
            _cases(one.tiers),
            _cases(one.changes),
            _roles(one.roles),
            one.request_days,
            one.approval_days,
        )
        for one in standard.approvals
    ]
    columns = ("environments", "tiers", "changes", "approved by", "answer within", "valid for")
    show_table(columns, signed, "nobody approves", whole=0, title="Who approves")
    say(f"digest {standard.text_digest}")


@app.command("adopt")
def adopt(
    source: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A YAML file, or one that comes with modelward.")],
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Put a version of a standard in force: an administrator's code, and its exact text is kept by digest."""
    written = builtin(source) if source in builtin_names() else _read(Path(source))
    standard = _loaded(written, source)
    who = identify(by, as_of)
    proof = prove(by, code_from_stdin) if by else None
    digest = ArtifactStore(who.registry.home.artifacts).put(written.encode())
    named = {"standard": standard.id, "version": standard.version, "title": standard.title}
    command = AdoptStandard.model_validate(
        {**named, "digest": digest, "controls": len(standard.controls), "proof": proof}
    )
    show_receipt(who.do(command), as_json, f"{standard.label} is in force")


def _text(name: str) -> tuple[str, str]:
    """The text of a standard in force (the newest version if none is named), else of one that comes with modelward."""
    registry, (identity, _, version) = Registry.here(), name.partition("/")
    adopted = rows(registry, Standard, standard=identity) if registry.exists else []
    found = [one for one in adopted if version in ("", str(one.version))]
    if not found:
        return builtin(identity), "comes with modelward, not in force here"
    newest = max(found, key=lambda one: one.version)
    text = ArtifactStore(registry.home.artifacts).read(newest.digest).decode()
    return text, f"in force since {newest.adopted_at:%Y-%m-%d}"


def _loaded(text: str, name: str) -> LoadedStandard:
    return load_standard(text, name)


def _read(file: Path) -> str:
    if not file.exists():
        there = ", ".join(builtin_names())
        raise InputError(f"{file} is no file, and no standard of that name comes with modelward", f"there is {there}")
    load_standard(file)
    return file.read_bytes().decode()


def _cases(values: tuple[object, ...]) -> str:
    return "any" if "*" in values else ", ".join(str(one) for one in values)


def _roles(roles: dict[Role, int]) -> str:
    return ", ".join(f"{count} × {role.value}" for role, count in roles.items())
