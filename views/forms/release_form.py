"""The text above the form of an emergency release: the meaning of the signature, the facts and the verdicts."""

from __future__ import annotations

from data.queries.release_snapshot import ReleaseSnapshot
from data.records.names import short
from data.records.review import VerdictSet
from data.text.markdown_text import plain, quoted
from gates.oversight import EmergencyRule
from views.evidence_address import version_page
from views.forms.evidence_link import evidence_fact
from views.forms.gate_tables import gate_counts, gates_not_passed, gates_passed
from views.forms.objection import Objection, objection_lines
from views.forms.version_facts import (
    FactRows,
    fact_table,
    finding_lines,
    names_or_nobody,
    split_digest,
    validation_facts,
    version_facts,
)

MEANING = (
    "The person who signs below is **the only person responsible**: the version is published **at once** and without "
    "approvals. They are requested afterwards."
)


def describe_release(
    shown: ReleaseSnapshot, verdicts: VerdictSet, use: str, rule: EmergencyRule, objection: Objection
) -> str:
    """Return Markdown for the form: question, meaning of the signature, facts, verdicts of the controls that apply."""
    where = f"{plain(shown.environment)}, {plain(shown.slot)}"
    name = plain(short(shown.version.version.key))
    lines = [*objection_lines(objection), f"### Release {name} to {where}, in an emergency?", ""]
    lines += [MEANING, "", f"Of the criteria that apply in an emergency too: {gate_counts(verdicts.judgements)}", ""]
    lines += fact_table(_facts(shown, verdicts, use, rule))
    lines += gates_not_passed(verdicts.judgements)
    lines += finding_lines(shown.version)
    return "\n".join([*lines, *gates_passed(verdicts.judgements)])


def _facts(shown: ReleaseSnapshot, verdicts: VerdictSet, use: str, rule: EmergencyRule) -> FactRows:
    version = shown.version.version
    ratified = ", ".join(f"{count} × {role}" for role, count in rule.ratify_roles.items())
    unratified = f"after {rule.ratify_hours} hours unless ratified by {ratified}"
    ends = f"{unratified}; once ratified, after {rule.standing_days} days"
    return [
        ("Can release now", names_or_nobody([plain(one) for one in shown.releasers])),
        ("Ends", ends),
        ("Use", quoted(use)),
        ("Serving there now", plain(short(shown.serving)) if shown.serving else "nothing"),
        evidence_fact(version_page(version.key), version.key, shown.version.evidence_url),
        *validation_facts(shown.version),
        *version_facts(version, shown.version.model),
        ("Evidence judged", split_digest(verdicts.evidence_digest)),
    ]
