"""What people read about a version before they judge it: what changed, which bytes, what is open, where to read on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.records.model import Model
from data.records.review import Finding, Validation, Waiver
from data.records.version import Version
from data.registry.rules.review import validated_for
from data.registry.state import State
from data.settings import read_settings
from data.text.markdown_text import plain, quoted
from views.evidence_address import evidence_url, report_command

Facts = list[tuple[str, str]]
PIECE = 16
"""Characters of a digest that fit on a line of a form on a phone."""


@dataclass(frozen=True)
class Objection:
    """Why an answer was not accepted and the question is put again, and what to do about it; empty for none.

    Two fields and never one text to be taken apart: the first may hold words of whoever answered.
    """

    what: str = ""
    remedy: str = ""


NO_OBJECTION = Objection()


def objection_lines(objection: Objection) -> list[str]:
    """Why the question is put again, and what to do: on top of everything."""
    if not objection.what:
        return []
    lines = [f"**⚠ Not accepted, please answer again:** {plain(objection.what, 1_000)}", ""]
    remedy = [f"**What to do:** {plain(objection.remedy, 1_000)}", ""] if objection.remedy else []
    return [*lines, *remedy, "---", ""]


def fact_table(facts: Facts) -> list[str]:
    """Facts as a Markdown table of two columns; the first of them is its head."""
    rows = [f"| {name} | {told} |" for name, told in facts]
    return [rows[0], "|---|---|", *rows[1:]]


def version_facts(state: State, version: Version) -> Facts:
    """Tier, change and bytes."""
    change, model = version.change, state.need(Model, version.model)
    return [
        ("Model", f"tier {model.tier}, owned by {plain(model.owner)}, to {quoted(model.purpose)}"),
        ("Change", f"{change.change_class}: {quoted(change.what)}, because {quoted(change.why)}"),
        ("Worked on it", ", ".join(plain(one) for one in version.contributors) or "–"),
        ("Bytes", in_lines(version.artifact.digest) + _sized(version)),
    ]


def validation_facts(state: State, version: str) -> Facts:
    """The newest conclusion of a validator, with the limitations found."""
    concluded = state.find(Validation, version=version)
    if not concluded:
        return []
    last = concluded[-1]
    principal = validated_for(state, last)
    deputy = f" as deputy of {plain(principal)}" if principal else ""
    said = f"**{last.conclusion}**, by {plain(last.validator)}{deputy} on {last.concluded_at:%Y-%m-%d}"
    return [("Validation", f"{said}; limitations: {quoted(last.limitations)}")]


def finding_lines(state: State, version: str) -> list[str]:
    """Findings, those still open first, and the waivers in force, one a line; nothing for none."""
    findings = sorted(state.find(Finding, version=version), key=lambda one: one.state == "closed")
    waivers = [one for one in state.find(Waiver, version=version) if one.state == "granted"]
    lines = [*map(_finding, findings), *map(_waiver, waivers)]
    return ["", "#### Findings and waivers", "", *lines] if lines else []


def evidence_fact(page: str, key: str) -> tuple[str, str]:
    """Where all of the evidence is read: a link where its pages are served, else the command that writes them."""
    url = evidence_url(read_settings().evidence_url, page)
    return ("All evidence", f"[read it on one page]({url})" if url else f"`{report_command(key)}`")


def in_lines(digest: str) -> str:
    """A digest in pieces between which a narrow page may break the line; it would cut one that is too long."""
    name, colon, figures = digest.rpartition(":")
    pieces = [figures[start : start + PIECE] for start in range(0, len(figures), PIECE)]
    return " ".join([f"`{name}{colon}{pieces[0]}`", *(f"`{one}`" for one in pieces[1:])])


def listed(names: Sequence[str]) -> str:
    """Names in a row, or that there is nobody."""
    return ", ".join(names) or "nobody"


def _sized(version: Version) -> str:
    artifact = version.artifact
    file = f", {artifact.size:,} bytes of {quoted(artifact.file_name)}"
    return file if artifact.kind == "file" else f", {artifact.kind}"


def _finding(one: Finding) -> str:
    name = f"finding {one.number}, {one.severity}"
    if one.state == "closed":
        return f"- {name}, closed by {plain(one.closed_by or '–')}: {quoted(one.title)}"
    when = f"due {one.due_at:%Y-%m-%d}, owned by {plain(one.owner)}"
    return f"- **{name}, {one.state}**, {when}: {quoted(one.title)}"


def _waiver(one: Waiver) -> str:
    who = f"asked by {plain(one.requester)}, granted by {plain(one.approver or '–')}"
    head = f"- **waiver {one.number}** of {plain(one.control)} until {one.expires_at:%Y-%m-%d}"
    return f"{head}, {who}: {quoted(one.reason)}"
