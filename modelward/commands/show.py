"""Show a model or a version in full."""

from __future__ import annotations

from datetime import datetime

from data.queries.lookup import reference
from data.queries.subject_record import ModelRecord, VersionRecord, subject_record
from data.records.approval import Vote
from data.records.deployment import Deployment, Slot
from data.records.model import Consumer, enforces
from data.records.names import short
from data.records.retirement import RetirementParty
from data.records.review import Finding, Validation, VerdictSet, Waiver
from data.records.version import Metric, Version
from data.registry.lifecycle import REVIEW_MOVES
from data.registry.registry import Registry
from data.registry.rules.model import NOTHING_ENFORCED
from data.registry.rules.retirement_party import what_is_missing
from modelward.cli.options import Json, VersionName
from modelward.cli.paging import Limit, PageNumber, remark_page, requested_page
from modelward.cli.terminal import as_text, heading, say, show_facts, show_json, show_table
from modelward.cli.verdicts import show_judgements


def show(name: VersionName, page: PageNumber = 1, limit: Limit = None, as_json: Json = False) -> None:
    """Show a model with its versions, or one version with its evidence, verdicts and approvals.

    The first page has the latest versions of a model; further pages have earlier ones.
    """
    record = subject_record(Registry.here(), name, requested_page(page, limit, as_json))
    if as_json:
        subject = {"model": record.model} if isinstance(record, ModelRecord) else {"version": record.version}
        more = {} if isinstance(record, ModelRecord) else {"retirement": record.retirement}
        show_json({**subject, **{kind.table: rows for kind, rows in record.rows.items()}, **more})
    elif isinstance(record, ModelRecord):
        _show_model(record)
    else:
        _show_version(record)


def _show_model(record: ModelRecord) -> None:
    model = record.model
    heading(short(model.key))
    show_facts(
        {
            "state": model.state,
            "purpose": model.purpose,
            "owner": model.owner,
            "tier": f"{model.tier}: {model.tier_rationale}",
            "intended for": "; ".join(model.intended_uses),
            "not for": "; ".join(model.prohibited_uses),
            "standards": ", ".join(f"{one.standard} ({one.mode})" for one in model.standards),
            "enforced": "" if enforces(model.standards) else NOTHING_ENFORCED,
            "features": ", ".join(one.name for one in model.columns.features),
            "alerts go to": model.alert_route,
            "runbook": model.runbook,
            "consumers": ", ".join(one.system for one in record.of(Consumer)),
        }
    )
    serving = {one.version: f"{one.environment} {one.slot}" for one in record.of(Slot) if one.version}
    rows = [
        (
            f"{short(model.key)}/{one.number}",
            one.review_state.value,
            serving.get(one.key),
            one.change.change_class.value,
            one.change.what,
        )
        for one in record.of(Version)
    ]
    show_table(
        ("version", "review", "serves as", "change", "what changed"),
        rows,
        "there is no such page" if record.page.total else "the model has no version yet",
        title="Versions",
    )
    remark_page(record.page, "versions", "counted from the latest")


def _show_version(record: VersionRecord) -> None:
    _show_facts(record)
    _show_verdicts(record)
    _show_open_matters(record)
    _show_decisions(record)
    _show_retirement(record)


def _show_facts(record: VersionRecord) -> None:
    version = record.version
    heading(reference(version.key))
    code = version.code.commit[:12] if version.code.commit else "no commit"
    moves = ", ".join(sorted(one.value for one in REVIEW_MOVES[version.review_state]))
    show_facts(
        {
            "review": f"{version.review_state.value}{f': {version.state_reason}' if version.state_reason else ''}",
            "possible moves": moves or "none",
            "approved until": version.valid_until,
            "change": f"{version.change.change_class.value}: {version.change.what}",
            "why": version.change.why,
            "artifact": f"{version.artifact.kind} {version.artifact.file_name} {version.artifact.digest}",
            "code": f"{code}{', uncommitted changes' if version.code.dirty else ''}",
            "contributors": ", ".join(version.contributors),
            "registered": f"{version.registered_at:%Y-%m-%d %H:%M} by {version.submitter}",
        }
    )
    metrics = record.of(Metric)
    rows = [
        (
            one.name,
            one.dataset,
            one.slice or "all",
            one.value if one.value is not None else one.cannot_say,
            _interval(one.low, one.high),
            one.rows,
        )
        for one in metrics
    ]
    show_table(("metric", "dataset", "slice", "value", "95 % interval", "rows"), rows, "", title="Metrics")


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else ""


def _interval(low: float | None, high: float | None) -> str | None:
    return None if low is None or high is None else f"{low:.4g} to {high:.4g}"


def _show_verdicts(record: VersionRecord) -> None:
    sets = record.of(VerdictSet)
    if sets:
        newest = sets[-1]
        say()
        standards = ", ".join(newest.standards)
        heading(f"Verdict set {newest.number} ({newest.stage}, {as_text(newest.judged_at)} UTC, {standards})")
        show_judgements(newest.judgements)


def _show_open_matters(record: VersionRecord) -> None:
    for validation in record.of(Validation):
        principal = record.validated_for.get(validation.key)
        by = f"{validation.validator} as deputy of {principal}" if principal else validation.validator
        when = as_text(validation.concluded_at)
        say(f"validation {validation.number} by {by}, {when}: {validation.conclusion}")
        say(f"  limitations: {validation.limitations}")
    for finding in record.of(Finding):
        say(f"finding {reference(finding.key)} ({finding.severity}, {finding.state}): {finding.title}")
    for waiver in record.of(Waiver):
        until = as_text(waiver.expires_at)
        say(f"waiver {reference(waiver.key)} of {waiver.control} ({waiver.state}) until {until}: {waiver.reason}")


def _show_decisions(record: VersionRecord) -> None:
    votes = [
        (one.printed_name, one.role.value, one.decision, one.decided_at, one.proof, one.statement_digest[-8:])
        for one in record.of(Vote)
    ]
    show_table(("signed by", "role", "decision", "when", "proof", "statement"), votes, "", title="Decisions")
    places = [
        (f"{one.environment} {one.slot}", one.state, _day(one.from_at), _day(one.to_at), one.ended_reason or one.reason)
        for one in record.of(Deployment)
    ]
    show_table(("served as", "state", "from", "to", "why"), places, "", title="Deployments")


def _show_retirement(record: VersionRecord) -> None:
    row = record.retirement
    if row is None:
        return
    say()
    say(f"Retirement: {row.state}, sunset {row.sunset_at:%Y-%m-%d}: {row.reason}")
    for party in record.of(RetirementParty):
        missing = what_is_missing(party, row)
        say(f"  {missing}" if missing else f"  {party.system}: {party.answer}, moves to {party.moves_to}")
