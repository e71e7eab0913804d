"""The text that a validator reads above the form: facts of the version, verdicts of the gates, and metrics."""

from __future__ import annotations

from data.queries.version_snapshot import ValidationSnapshot
from data.records.names import short
from data.records.review import VerdictSet
from data.text.markdown_text import plain, quoted
from views.evidence_address import version_page
from views.forms.evidence_link import evidence_fact
from views.forms.figure_lines import comparison_lines, metric_lines
from views.forms.gate_tables import gate_counts, gates_not_passed, gates_passed
from views.forms.objection import Objection, objection_lines
from views.forms.version_facts import (
    FactRows,
    fact_table,
    finding_lines,
    names_or_nobody,
    split_digest,
    version_facts,
)


def describe_validation(shown: ValidationSnapshot, verdicts: VerdictSet, objection: Objection) -> str:
    """Return Markdown for the form: question, facts, criteria not passed, findings, metrics, criteria passed."""
    version = shown.version
    lines = [*objection_lines(objection), f"### Is {plain(short(version.version.key))} fit for its purpose?", ""]
    lines += [gate_counts(verdicts.judgements), ""]
    lines += fact_table(_facts(shown, verdicts))
    lines += gates_not_passed(verdicts.judgements)
    lines += finding_lines(version)
    lines += comparison_lines(version.comparisons)
    lines += metric_lines(version.metrics)
    return "\n".join([*lines, *gates_passed(verdicts.judgements)])


def _facts(shown: ValidationSnapshot, verdicts: VerdictSet) -> FactRows:
    version, model = shown.version.version, shown.version.model
    return [
        evidence_fact(version_page(version.key), version.key, shown.version.evidence_url),
        ("Evidence judged", split_digest(verdicts.evidence_digest)),
        ("Can conclude now", names_or_nobody([plain(one) for one in shown.validators])),
        ("Intended uses", names_or_nobody([quoted(one) for one in model.intended_uses])),
        (
            "Prohibited uses",
            names_or_nobody([quoted(one) for one in model.prohibited_uses]) if model.prohibited_uses else "–",
        ),
        *version_facts(version, model),
    ]
