"""The facts of a version that every form shows: change, contributors, artifact, findings, waivers."""

from __future__ import annotations

from collections.abc import Sequence

from data.queries.version_snapshot import VersionSnapshot
from data.records.model import Model
from data.records.review import Finding, Waiver
from data.records.version import Version
from data.text.markdown_text import plain, quoted
from views.forms.markdown_table import markdown_table

FactRows = list[tuple[str, str]]
"""Pairs of the name of a fact and its value as Markdown."""
PIECE = 16
"""The number of characters of a digest that fit on one line of a form on a phone."""


def fact_table(facts: FactRows) -> list[str]:
    """Return the facts as a Markdown table of two columns; the first fact is its head."""
    return markdown_table(facts[0], facts[1:])


def version_facts(version: Version, model: Model) -> FactRows:
    """Return the model's tier, owner and purpose, and the version's change, contributors and artifact."""
    change = version.change
    return [
        ("Model", f"tier {model.tier}, owned by {plain(model.owner)}, to {quoted(model.purpose)}"),
        ("Change", f"{change.change_class}: {quoted(change.what)}, because {quoted(change.why)}"),
        ("Contributors", ", ".join(plain(one) for one in version.contributors) or "–"),
        ("Artifact", split_digest(version.artifact.digest) + _size(version)),
    ]


def validation_facts(shown: VersionSnapshot) -> FactRows:
    """Return the newest conclusion of a validator, with the limitations found; nothing without a validation."""
    newest = shown.validation
    if newest is None:
        return []
    deputy = f" as deputy of {plain(shown.validated_for)}" if shown.validated_for else ""
    conclusion = f"**{newest.conclusion}**, by {plain(newest.validator)}{deputy} on {newest.concluded_at:%Y-%m-%d}"
    return [("Validation", f"{conclusion}; limitations: {quoted(newest.limitations)}")]


def finding_lines(shown: VersionSnapshot) -> list[str]:
    """Return the findings, open ones first, and the waivers in force, one a line; nothing without either."""
    findings = sorted(shown.findings, key=lambda one: one.state == "closed")
    lines = [*map(_finding, findings), *map(_waiver, shown.waivers)]
    return ["", "#### Findings and waivers", "", *lines] if lines else []


def split_digest(digest: str) -> str:
    """Return a digest in pieces, so that a narrow page can break the line between them instead of cutting it off."""
    name, colon, figures = digest.rpartition(":")
    pieces = [figures[start : start + PIECE] for start in range(0, len(figures), PIECE)]
    return " ".join([f"`{name}{colon}{pieces[0]}`", *(f"`{one}`" for one in pieces[1:])])


def names_or_nobody(names: Sequence[str]) -> str:
    """Return the names separated by commas, or `nobody`."""
    return ", ".join(names) or "nobody"


def _size(version: Version) -> str:
    artifact = version.artifact
    file = f", {artifact.size:,} bytes of {quoted(artifact.file_name)}"
    return file if artifact.kind == "file" else f", {artifact.kind}"


def _finding(finding: Finding) -> str:
    name = f"finding {finding.number}, {finding.severity}"
    if finding.state == "closed":
        return f"- {name}, closed by {plain(finding.closed_by or '–')}: {quoted(finding.title)}"
    when = f"due {finding.due_at:%Y-%m-%d}, owned by {plain(finding.owner)}"
    return f"- **{name}, {finding.state}**, {when}: {quoted(finding.title)}"


def _waiver(waiver: Waiver) -> str:
    who = f"requested by {plain(waiver.requester)}, granted by {plain(waiver.approver or '–')}"
    head = f"- **waiver {waiver.number}** of {plain(waiver.control)} until {waiver.expires_at:%Y-%m-%d}"
    return f"{head}, {who}: {quoted(waiver.reason)}"
