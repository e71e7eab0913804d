"""What a validator reads above the form: what the machines found, what speaks against it first."""

from __future__ import annotations

from datetime import datetime

from data.records.model import Model
from data.records.names import short
from data.records.review import VerdictSet
from data.records.version import Comparison, Metric, Version
from data.registry.eligible_approvers import validators
from data.registry.state import State
from data.text.markdown_text import plain, quoted
from views.evidence_address import version_page
from views.forms.figure_lines import comparison_lines, metric_lines
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
    version_facts,
)


def describe_validation(state: State, verdicts: VerdictSet, objection: Objection, now: datetime) -> str:
    """Markdown for the form: the question, facts, gates that did not pass, what is open, figures, what passed."""
    version = state.need(Version, verdicts.version)
    lines = [*objection_lines(objection), f"### Is {plain(short(version.key))} fit for its purpose?", ""]
    lines += [gate_counts(verdicts.judgements), ""]
    lines += fact_table(_facts(state, version, verdicts, now))
    lines += gates_not_passed(verdicts.judgements)
    lines += finding_lines(state, version.key)
    lines += comparison_lines(state.find(Comparison, version=version.key))
    lines += metric_lines(state.find(Metric, version=version.key))
    return "\n".join([*lines, *gates_passed(verdicts.judgements)])


def _facts(state: State, version: Version, verdicts: VerdictSet, now: datetime) -> Facts:
    model = state.need(Model, version.model)
    return [
        evidence_fact(version_page(version.key), version.key),
        ("Evidence judged", in_lines(verdicts.evidence_digest)),
        ("Can conclude now", listed([plain(one) for one in validators(state, version, now)])),
        ("Meant for", listed([quoted(one) for one in model.intended_uses])),
        ("Not for", listed([quoted(one) for one in model.prohibited_uses]) if model.prohibited_uses else "–"),
        *version_facts(state, version),
    ]
