"""What somebody reads before they release a version in an emergency: what it means, what still holds, what follows."""

from __future__ import annotations

from datetime import datetime

from data.records.deployment import Slot
from data.records.model import Model
from data.records.names import short, slot_key
from data.records.review import VerdictSet
from data.records.version import Version
from data.registry.eligible_approvers import holders
from data.registry.state import State
from data.text.markdown_text import plain, quoted
from gates.oversight import EmergencyRule
from views.evidence_address import version_page
from views.forms.gate_tables import gate_counts, gates_not_passed, gates_passed
from views.forms.version_facts import (
    Facts,
    Objection,
    evidence_fact,
    fact_table,
    finding_lines,
    in_lines,
    listed,
    objection_lines,
    validation_facts,
    version_facts,
)

MEANS = (
    "Whoever signs below answers for it **alone and at once**: it is published without the approvals, which are asked "
    "for afterwards."
)


def describe_release(
    state: State, verdicts: VerdictSet, slot: str, use: str, rule: EmergencyRule, objection: Objection, now: datetime
) -> str:
    """Markdown for the form: the question, what the signature means, facts, what the controls said that still hold."""
    version = state.need(Version, verdicts.version)
    where = f"{plain(verdicts.environment)}, {plain(slot)}"
    lines = [*objection_lines(objection), f"### Release {plain(short(version.key))} to {where}, in an emergency?", ""]
    lines += [MEANS, "", f"{gate_counts(verdicts.judgements)} that hold in an emergency too", ""]
    lines += fact_table(_facts(state, verdicts, version, slot, use, rule, now))
    lines += gates_not_passed(verdicts.judgements)
    lines += finding_lines(state, version.key)
    return "\n".join([*lines, *gates_passed(verdicts.judgements)])


def _facts(
    state: State, verdicts: VerdictSet, version: Version, slot: str, use: str, rule: EmergencyRule, now: datetime
) -> Facts:
    model, environment = state.need(Model, version.model), verdicts.environment
    serving = state.get(Slot, slot_key(model.key, environment, slot))
    ratified = ", ".join(f"{count} × {role}" for role, count in rule.ratify_roles.items())
    ends = f"{rule.ratify_hours} hours later unless ratified by {ratified}; ratified, in {rule.standing_days} days"
    able = [plain(one) for one in holders(state, model, rule.release_roles, environment, now)]
    return [
        ("Can release now", listed(able)),
        ("It ends", ends),
        ("Use", quoted(use)),
        ("Serves there now", plain(short(serving.version)) if serving is not None and serving.version else "nothing"),
        evidence_fact(version_page(version.key), version.key),
        *validation_facts(state, version.key),
        *version_facts(state, version),
        ("Evidence judged", in_lines(verdicts.evidence_digest)),
    ]
