"""List, check, show and adopt standards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.errors import InputError
from data.files.artifacts import ArtifactStore
from data.queries.log_state import anchor_count
from data.queries.paging import page_of
from data.queries.rows import rows
from data.records.log import Standard
from data.records.person import Role
from data.registry.commands.log import AdoptStandard
from data.registry.registry import Registry
from data.text.file_text import text_of
from gates.standard import LoadedStandard, builtin, builtin_names, load_standard, newer_builtins, released_text
from modelward.cli.caller import identify, prove
from modelward.cli.options import AsOf, By, CodeFromStdin, Json
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import heading, say, show_json, show_receipt, show_table

app = typer.Typer(no_args_is_help=True, help="Standards: list, check, show, adopt.")


@app.command("list")
def list_standards(page: PageNumber = 1, limit: Limit = None, as_json: Json = False) -> None:
    """List the adopted standards and the built-in ones."""
    everything = rows(Registry.here(), Standard)
    found = page_of(everything, requested_page(page, limit, as_json))
    adopted, newer = found.rows, newer_builtins(everything)
    if as_json:
        show_json({"adopted": adopted, "builtin": list(builtin_names()), "newer": newer})
        remark_page(found, "standards")
        return
    listed = [(one.standard, one.version, one.controls, one.adopted_at, one.adopted_by, one.title) for one in adopted]
    show_table(("standard", "version", "controls", "adopted", "by", "title"), listed, "no standard is adopted yet")
    remark_page(found, "standards")
    say(f"built-in standards: {', '.join(builtin_names())}; `modelward standard adopt NAME` adopts one")
    for higher in newer:
        say(higher.observed)
        say(f"→ {higher.remedy}")


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="The standard's YAML file.")], as_json: Json = False) -> None:
    """Check whether a standard can be used; a fault is reported with file, line and remedy."""
    standard = load_standard(file)
    if as_json:
        show_json({"ok": True, "standard": standard.id, "version": standard.version, "digest": standard.text_digest})
        return
    say(f"{file} can be used: {standard.label}, {len(standard.controls)} controls, {standard.text_digest[:19]}…")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="The standard: id or id/version.")] = "baseline",
    text: Annotated[bool, typer.Option("--text", help="Print its exact text.")] = False,
    as_json: Json = False,
) -> None:
    """Show the controls of a standard and the roles that approve."""
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
    show_table(("control", "gate", "severity", "stages", "demands"), controls, "the standard has no control")
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
    columns = ("environments", "tiers", "changes", "approved by", "days to answer", "days valid")
    show_table(columns, signed, "no approval is required", whole=0, title="Who approves")
    if standard.anchors is not None:
        say(f"anchors that must confirm each decision: {standard.anchors.confirm}")
    say(f"digest {standard.text_digest}")


@app.command("adopt")
def adopt(
    source: Annotated[str, typer.Argument(metavar="FILE|NAME", help="A YAML file, or a built-in standard.")],
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Adopt a version of a standard, with an administrator's code. Its exact text is kept by digest."""
    written = builtin(source) if source in builtin_names() else _read(Path(source))
    standard = _loaded(written, source)
    who = identify(by, as_of)
    confirm = standard.anchors.confirm if standard.anchors is not None else None
    anchors = anchor_count(who.registry)
    if confirm is not None and confirm > anchors:
        raise InputError(
            f"{standard.label} demands {confirm} anchors, and {anchors} are set",
            "add the others to the setting anchors (`MODELWARD_ANCHORS`), then adopt the standard",
        )
    proof = prove(by, code_from_stdin) if by else None
    digest = ArtifactStore(who.registry.home.artifacts).put(written.encode())
    named = {"standard": standard.id, "version": standard.version, "title": standard.title}
    command = AdoptStandard.model_validate(
        {**named, "digest": digest, "controls": len(standard.controls), "anchors": confirm, "proof": proof}
    )
    show_receipt(who.do(command), as_json, f"{standard.label} is in force")


def _text(name: str) -> tuple[str, str]:
    """Return text and origin of an adopted standard, by default its highest version; else of a built-in version."""
    registry, (identity, _, version) = Registry.here(), name.partition("/")
    adopted = rows(registry, Standard, standard=identity) if registry.exists else []
    found = [one for one in adopted if version in ("", str(one.version))]
    if not found:
        return released_text(name), "built in, not adopted here"
    newest = max(found, key=lambda one: one.version)
    text = ArtifactStore(registry.home.artifacts).read(newest.digest).decode()
    return text, f"adopted on {newest.adopted_at:%Y-%m-%d}"


def _loaded(text: str, name: str) -> LoadedStandard:
    return load_standard(text, name)


def _read(file: Path) -> str:
    if not file.exists():
        builtins = ", ".join(builtin_names())
        raise InputError(f"{file}: no such file or built-in standard", f"give a YAML file, or one of: {builtins}")
    load_standard(file)
    return text_of(file.read_bytes())


def _cases(values: tuple[object, ...]) -> str:
    return "any" if "*" in values else ", ".join(str(one) for one in values)


def _roles(roles: dict[Role, int]) -> str:
    return ", ".join(f"{count} × {role.value}" for role, count in roles.items())
