"""Verify, list, back up and export the audit log, and rebuild the registry from its journal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from data.audit.verifier.report import Discrepancy, Report
from data.errors import InputError, MissingRegistryError
from data.files.artifacts import file_digest
from data.files.new_file import write_new_file
from data.queries.event_proof import prove_event
from data.queries.log_continuation import Continuation, prove_continuation
from data.queries.log_page import log_page
from data.queries.lookup import model_named
from data.queries.paging import PageRequest
from data.queries.verification import verify_registry, verify_registry_since
from data.registry.backup import VERIFIER, backup_registry, verifier_call
from data.registry.export import Export, export_registry
from data.registry.registry import Registry
from modelward.cli.caller import business_time
from modelward.cli.options import Json, WithVerifier
from modelward.cli.paging import PageNumber, remark_page
from modelward.cli.proof_files import write_proofs
from modelward.cli.terminal import remark, say, show_json, show_table, working
from modelward.commands.history import show_events

app = typer.Typer(no_args_is_help=True, help="The audit log: verify, read, prove, back up, export, rebuild.")


@app.command("verify")
def verify(
    deep: Annotated[bool, typer.Option("--deep", help="Also judge decisions, rebuild tables, hash files.")] = False,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since", metavar="CHECKPOINT", help="Only the events after the checkpoint in this file, which you trust."
        ),
    ] = None,
    trusted_vkey: Annotated[
        str, typer.Option("--trusted-vkey", help="The verification key, from a source you trust.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Verify the registry against its log, journal and anchors. Exit code 1: there is a discrepancy.

    The file of --since is a checkpoint, or a receipt, whose event is then compared too. With --since the later events
    are proved to continue it, and their rows are compared. Decisions are not judged: they rest on rows of older events.
    """
    if deep and since is not None:
        what = "--deep judges decisions from every event, and --since does not read the events before the checkpoint"
        raise InputError(what, "give one of the two options")
    registry = Registry.here()
    with working("verifying the audit log"):
        report = _verified(registry, deep, trusted_vkey, since)
    if as_json:
        show_json(report)
    else:
        _show(report, deep)
    raise typer.Exit(0 if report.ok else 1)


@app.command("log")
def log(
    model: Annotated[str, typer.Option("--model", "-m", help="Only events of this model or version.")] = "",
    type_: Annotated[str, typer.Option("--type", "-t", help="Only events whose type starts with this text.")] = "",
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="Only events from this time on.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Only events up to this time.")] = "",
    page: PageNumber = 1,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="Events on a page; 0: all on one.")] = 50,
    as_json: Json = False,
) -> None:
    """List the latest events of the audit log, oldest first; further pages have earlier events."""
    between = business_time(since), business_time(until)
    found = log_page(Registry.here(), model, type_, *between, PageRequest(page, limit))
    if as_json:
        show_json(found.rows)
    else:
        show_events(found.rows)
    remark_page(found, "events", "counted from the latest")


@app.command("backup")
def backup(
    target: Annotated[Path | None, typer.Argument(help="The new folder; it must not exist.")] = None,
    as_json: Json = False,
) -> None:
    """Copy database, journal and anchors, as they are at one moment, to a new folder with a verifier for them.

    The verifier runs without modelward. The folder does not contain artifacts and keys: copy their folders too.
    """
    registry = Registry.here()
    folder = target or registry.home.backups / f"registry-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    with working("copying the registry"):
        copy = backup_registry(registry, folder)
    digest, check = file_digest(copy.database), verifier_call(copy, folder)
    if as_json:
        names = ("file", "digest", "size", "verifier", "check")
        size, verifier = copy.database.stat().st_size, (folder / VERIFIER).absolute()
        show_json(dict(zip(names, (copy.database.absolute(), digest, size, verifier, check), strict=True)))
        return
    say(f"copied the registry to {folder} (the database is {digest})")
    say(f"an auditor verifies it without modelward: {check}")
    home = registry.home
    remark(f"copy these too: {home.artifacts}, and in secret {home.keys}")


@app.command("export")
def export(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="The new folder; it must not exist.")],
    model: Annotated[str, typer.Argument(metavar="[MODEL]", help="One model: name or team/name.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="The whole registry.")] = False,
    whole_log: Annotated[
        bool, typer.Option("--whole-log", help="With MODEL: also disclose the events of other models.")
    ] = False,
    archive: Annotated[bool, typer.Option("--archive", help="Also write FOLDER.tar.gz.")] = False,
    as_json: Json = False,
) -> None:
    """Write an export that an auditor verifies with only Python. Exit code 1: the export does not verify.

    The events of other models are withheld from the export of a model: their hashes are in it, not their content.
    """
    if bool(model) == everything:
        raise InputError("an export is of one model or of everything", "give either MODEL or --all")
    registry = Registry.here()
    key = model_named(registry, model).key if model else ""
    with working("exporting the registry" if everything else f"exporting {model}"):
        exported = export_registry(registry, to, key, whole_log, archive)
    if as_json:
        show_json({"folder": exported.folder, "archive": exported.archive, "verification": _export_fields(exported)})
    else:
        _show_export(exported)
    raise typer.Exit(0 if exported.report.ok else 1)


@app.command("prove")
def prove(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The number or the id of the event.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="The new file; by default event-N.tlog-proof here.")
    ] = None,
    with_verifier: WithVerifier = False,
    as_json: Json = False,
) -> None:
    """Write a file that proves that an event is in the signed log, with its content, seal and checkpoint.

    The file is a C2SP tlog-proof. It is verified by itself, and against an export or the registry at any later time.
    """
    with working("proving the event"):
        proof = prove_event(Registry.here(), event)
    write_proofs([(proof, to or Path(proof.file_name))], with_verifier, as_json)


@app.command("consistency")
def consistency(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The older checkpoint: a file, or a size.")],
    new: Annotated[str, typer.Argument(metavar="[NEW]", help="The newer one; by default the registry's newest.")] = "",
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Also write the proof to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Prove that one signed checkpoint continues another. Exit code 1: it does not.

    A file is a note, the proof of an event such as a receipt, or a copy of an anchor. A size means the checkpoint of
    the registry that has this size.
    """
    with working("comparing the checkpoints"):
        found = prove_continuation(Registry.here(), old, new)
    if to is not None and found.ok:
        write_new_file(to, found.text.encode())
    if as_json:
        show_json({"ok": found.ok, "old": found.old_size, "new": found.new_size, "proof": found.text or None,
                   "file": to if found.ok else None, "findings": found.findings})  # fmt: skip
    else:
        _show_continuation(found, to)
    raise typer.Exit(0 if found.ok else 1)


@app.command("rebuild")
def rebuild(as_json: Json = False) -> None:
    """Rebuild a lost or damaged registry from its journal and verify it. The damaged file is kept."""
    from data.registry.reconstruction import rebuild_registry  # noqa: PLC0415 – imports pyarrow

    registry = Registry.here()
    database = registry.home.database
    with working("rebuilding the registry"):
        rebuilt = rebuild_registry(registry)
    with working("verifying the rebuilt registry"):
        report = _verified(registry, deep=True, trusted_vkey="")
    if as_json:
        show_json({"rebuilt": rebuilt.events, "database": database, "kept": rebuilt.kept, "verification": report})
    else:
        say(f"rebuilt {database} from {rebuilt.events} events of the journal")
        for file in rebuilt.kept:
            say(f"the former file is kept as {file}")
        _show(report, deep=True)
    raise typer.Exit(0 if report.ok else 1)


def _verified(registry: Registry, deep: bool, trusted_vkey: str, since: Path | None = None) -> Report:
    home = registry.home
    if not registry.exists and not registry.is_lost:
        remedy = "set MODELWARD_HOME to the right folder, or run `modelward people add`, which starts a registry"
        raise MissingRegistryError(f"there is neither a registry nor a journal under {home.root}", remedy)
    if since is not None:
        return verify_registry_since(registry, since, trusted_vkey or None)
    return verify_registry(registry, deep=deep, trusted_vkey=trusted_vkey or None)


def _show(report: Report, deep: bool) -> None:
    depth = "every event, table and stored file" if deep else "every event; --deep also judges decisions"
    if report.since:
        depth = f"it continues the trusted checkpoint of {report.since} events, and every event after that"
    judged = f", {report.judged} judged again" if deep else ""
    say(f"the audit log is verified ({depth})" if report.ok else "THE AUDIT LOG FAILS VERIFICATION")
    say(f"{report.events} events, {report.anchored} of them anchored{judged}, assurance: {report.assurance}")
    if report.stamped:
        say(f"time stamps prove that the first {report.stamped} events existed at {report.stamped_at}")
    for what in report.unchecked:
        remark(f"not checked: {what}")
    if report.ok:
        if report.assurance == "local":
            remark("journal and anchors are on this host, so its owner could have replaced them and the log together")
        return
    rows = [(_place(one), one.what) for one in report.findings]
    show_table(("where", "discrepancy"), rows, "")
    say("→ keep a copy of every file as it is now; `modelward audit rebuild` restores the registry from the journal")


def _place(found: Discrepancy) -> str:
    event = f"event {found.seq}" if found.seq is not None else ""
    row = " ".join(part for part in (found.table, found.key) if part)
    return ", ".join(part for part in (event, row) if part) or "registry"


def _show_continuation(found: Continuation, to: Path | None) -> None:
    if found.ok:
        say(f"proved: the log of {found.new_size} events begins with the {found.old_size} events of the older one")
        if to is not None:
            say(f"wrote {to}; without modelward: python3 -I -S verify.py --consistency {to} --old OLD --key KEY")
        return
    say("NOT PROVED: the newer checkpoint does not continue the older one, or cannot be compared with it")
    for finding in found.findings:
        say(f"  {finding}")
    say("→ keep both checkpoints and a copy of every file as it is now; run `modelward audit verify --deep`")


def _export_fields(exported: Export) -> dict[str, object]:
    report = exported.report
    faults = [{"place": fault.place, "seq": fault.seq, "what": fault.what} for fault in report.faults]
    return {
        "ok": report.ok, "events": report.events, "withheld": report.withheld, "signed": report.signed,
        "log_id": report.log_id, "key_fingerprint": report.key_fingerprint, "root": report.root,
        "export_digest": report.export_digest, "verifier_digest": report.verifier_digest, "faults": faults,
    }  # fmt: skip


def _show_export(exported: Export) -> None:
    report = exported.report
    say(f"exported {report.events} events ({report.withheld} withheld), {report.documents} documents")
    say(f"to {exported.folder}" + (f" and {exported.archive}" if exported.archive else ""))
    say(f"an auditor verifies it with only Python: python3 -I -S {exported.folder / 'verify.py'}")
    say(f"publish these, so that it can be compared: export {report.export_digest}")
    say(f"  log id {report.log_id}, key fingerprint {report.key_fingerprint}, verify.py {report.verifier_digest}")
    if report.ok:
        return
    say("THE EXPORT DOES NOT VERIFY")
    places = [
        (fault.place + ("" if fault.seq is None else f", event {fault.seq}"), fault.what) for fault in report.faults
    ]
    show_table(("where", "fault"), places, "")
    remark("it contains what the registry contains; `modelward audit verify --deep` says what is wrong with that")
