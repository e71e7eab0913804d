"""A model or a version, in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelward.cli.options import Json, VersionName

if TYPE_CHECKING:
    from datetime import datetime

    from data.records.version import Version
    from data.registry.state import State


def show(name: VersionName, as_json: Json = False) -> None:
    """Show a model with its versions, or one version with its evidence, verdicts and approvals."""
    from data.queries.lookup import find_model, find_version
    from data.registry.registry import Registry
    from modelward.cli.scope import names_version

    with Registry.here().reading() as state:
        if names_version(state, name):
            _show_version(state, find_version(state, name, "named").version, as_json)
        else:
            _show_model(state, find_model(state, name).key, as_json)


def _show_model(state: State, key: str, as_json: bool) -> None:
    from data.records.deployment import Slot
    from data.records.model import Consumer, Model, MonitoringPlan, TestPlan, enforces
    from data.records.names import short
    from data.records.version import Version
    from data.registry.rules.model import NOTHING_ENFORCED
    from modelward.cli.terminal import heading, show_facts, show_json, show_table

    model = state.need(Model, key)
    parts = {kind.table: state.find(kind, model=key) for kind in (Version, Slot, Consumer, TestPlan, MonitoringPlan)}
    if as_json:
        show_json({"model": model, **parts})
        return
    heading(short(key))
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
            "consumers": ", ".join(one.system for one in state.find(Consumer, model=key)),
        }
    )
    serving = {one.version: f"{one.environment} {one.slot}" for one in state.find(Slot, model=key) if one.version}
    versions = state.find(Version, model=key)
    rows = [
        (
            f"{short(key)}/{one.number}",
            one.review_state.value,
            serving.get(one.key),
            one.change.change_class.value,
            one.change.what,
        )
        for one in versions
    ]
    show_table(
        ("version", "review", "serves as", "change", "what changed"), rows, "it has no version yet", title="Versions"
    )


def _show_version(state: State, version: Version, as_json: bool) -> None:
    from modelward.cli.terminal import show_json

    if as_json:
        show_json({"version": version, **_parts(state, version)})
        return
    _show_facts(state, version)
    _show_verdicts(state, version)
    _show_matters(state, version)
    _show_decisions(state, version)
    _show_retirement(state, version)


def _parts(state: State, version: Version) -> dict[str, object]:
    """Everything recorded about a version, by the name of its table."""
    from data.records.approval import ApprovalRequest, Vote
    from data.records.deployment import Deployment
    from data.records.retirement import Retirement, RetirementParty
    from data.records.review import Finding, Validation, VerdictSet, Waiver
    from data.records.version import Comparison, Dataset, Metric, Section, TestResult

    below = (
        Dataset,
        Section,
        Metric,
        TestResult,
        Comparison,
        VerdictSet,
        Validation,
        Finding,
        Waiver,
        ApprovalRequest,
        Vote,
        RetirementParty,
    )
    parts: dict[str, object] = {kind.table: state.under(kind, version.key) for kind in below}
    parts["deployment"] = state.find(Deployment, version=version.key)
    parts["retirement"] = state.get(Retirement, f"{version.key}/retirement")
    return parts


def _show_facts(state: State, version: Version) -> None:
    from data.queries.lookup import reference
    from data.records.version import Metric
    from data.registry.lifecycle import REVIEW_MOVES
    from modelward.cli.terminal import heading, show_facts, show_table

    heading(reference(version.key))
    code = version.code.commit[:12] if version.code.commit else "no commit"
    moves = ", ".join(sorted(one.value for one in REVIEW_MOVES[version.review_state]))
    show_facts(
        {
            "review": f"{version.review_state.value}{f': {version.state_reason}' if version.state_reason else ''}",
            "moves open": moves or "none",
            "approved until": version.valid_until,
            "change": f"{version.change.change_class.value}: {version.change.what}",
            "why": version.change.why,
            "artifact": f"{version.artifact.kind} {version.artifact.file_name} {version.artifact.digest}",
            "code": f"{code}{', uncommitted changes' if version.code.dirty else ''}",
            "contributors": ", ".join(version.contributors),
            "registered": f"{version.registered_at:%Y-%m-%d %H:%M} by {version.submitter}",
        }
    )
    metrics = state.find(Metric, version=version.key)
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


def _show_verdicts(state: State, version: Version) -> None:
    from data.records.review import VerdictSet
    from modelward.cli.terminal import heading, say, written
    from modelward.cli.verdicts import show_judgements

    sets = state.find(VerdictSet, version=version.key)
    if sets:
        newest = sets[-1]
        say()
        heading(
            f"Verdicts {newest.number} ({newest.stage}, {written(newest.judged_at)} UTC, {', '.join(newest.standards)})"
        )
        show_judgements(newest.judgements)


def _show_matters(state: State, version: Version) -> None:
    from data.queries.lookup import reference
    from data.records.review import Finding, Validation, Waiver
    from data.registry.rules.review import validated_for
    from modelward.cli.terminal import say, written

    for one in state.find(Validation, version=version.key):
        principal = validated_for(state, one)
        deputy = f" as deputy of {principal}" if principal else ""
        say(f"validation {one.number} by {one.validator}{deputy}, {written(one.concluded_at)}: {one.conclusion}")
        say(f"  limitations: {one.limitations}")
    for finding in state.find(Finding, version=version.key):
        say(f"finding {reference(finding.key)} ({finding.severity}, {finding.state}): {finding.title}")
    for waiver in state.find(Waiver, version=version.key):
        until = written(waiver.expires_at)
        say(f"waiver {reference(waiver.key)} of {waiver.control} ({waiver.state}) until {until}: {waiver.reason}")


def _show_decisions(state: State, version: Version) -> None:
    from data.records.approval import Vote
    from data.records.deployment import Deployment
    from modelward.cli.terminal import show_table

    votes = [
        (one.printed_name, one.role.value, one.decision, one.decided_at, one.proof, one.statement_digest[-8:])
        for one in state.under(Vote, version.key)
    ]
    show_table(("signed by", "role", "decision", "when", "proof", "statement"), votes, "", title="Decisions")
    places = [
        (f"{one.environment} {one.slot}", one.state, _day(one.from_at), _day(one.to_at), one.ended_reason or one.reason)
        for one in state.find(Deployment, version=version.key)
    ]
    show_table(("served as", "state", "from", "to", "why"), places, "", title="Deployments")


def _show_retirement(state: State, version: Version) -> None:
    from data.records.retirement import Retirement
    from data.registry.rules.retirement_party import parties_of, what_is_missing
    from modelward.cli.terminal import say

    row = state.get(Retirement, f"{version.key}/retirement")
    if row is None:
        return
    say()
    say(f"Retirement: {row.state}, sunset {row.sunset_at:%Y-%m-%d}: {row.reason}")
    for party in parties_of(state, row.key):
        missing = what_is_missing(party, row)
        say(f"  {missing}" if missing else f"  {party.system}: {party.answer}, moves to {party.moves_to}")
