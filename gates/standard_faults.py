"""Not a gate: find faults of a standard: unknown gates or parameters, cases without a rule, rules never used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from pydantic import ValidationError

from data.text.yaml_text import YamlText
from gates.approval_rule import ANYWHERE, CHANGES, TIERS, ApprovalRule
from gates.catalogue import GATES
from gates.contract import Gate
from gates.control import Control
from gates.oversight import EmergencyRule, OversightRule, RetirementRule
from gates.written_standard import WrittenStandard

Step = str | int
ELSEWHERE = "any other environment"
NEVER_REACHED = "earlier rules already apply to every case of this rule → move it up or delete it"


def faults(document: YamlText, written: WrittenStandard) -> list[str]:
    """Return one line for each fault, `file:line: fault → remedy`; empty if there is none."""
    found = [
        *_control_faults(document, written.controls),
        *_approval_faults(document, written.approvals),
        *_tier_faults(document, "oversight", written.oversight),
        *_tier_faults(document, "retirement", written.retirement),
        *_emergency_faults(document, written),
    ]
    return list(dict.fromkeys(found))


def _control_faults(document: YamlText, controls: Sequence[Control]) -> Iterator[str]:
    seen: set[str] = set()
    for number, control in enumerate(controls):
        if control.id in seen:
            yield f"{document.at('controls', number, 'id')}: the id {control.id} occurs twice → choose another id"
        seen.add(control.id)
        gate = GATES.get(control.gate)
        if gate is None:
            yield (
                f"{document.at('controls', number, 'gate')}: {control.id}: there is no gate {control.gate!a} "
                f"→ choose from: {', '.join(sorted(GATES))}"
            )
        else:
            yield from _parameter_faults(document, number, control, gate)
    if not any(control.enabled for control in controls):
        yield f"{document.at('controls')}: every control is disabled → enable at least one control"


def _parameter_faults(document: YamlText, number: int, control: Control, gate: Gate[Any]) -> Iterator[str]:
    for tier, change in product(control.tiers, control.changes):
        given = control.parameters_for(tier, change)
        if "approvals" in given:
            yield (
                f"{_place(document, number, control, ('approvals',))}: {control.id}: a control cannot set `approvals` "
                "→ move the rules to `approvals:` of the standard"
            )
            continue
        try:
            gate.parameters_type.model_validate(given)
        except ValidationError as wrong:
            for error in wrong.errors(include_url=False):
                yield f"{_place(document, number, control, error['loc'])}: {_parameter(control, gate, error)}"


def _parameter(control: Control, gate: Gate[Any], error: Any) -> str:
    name = ".".join(str(step) for step in error["loc"])
    if error["type"] == "extra_forbidden":
        known = ", ".join(field for field in gate.parameters_type.model_fields if field != "approvals")
        return f"{control.id}: the gate {gate.name} has no parameter {name!a} → choose from: {known}"
    if error["type"] == "missing":
        return f"{control.id}: the gate {gate.name} needs the parameter {name} → add it under `parameters:`"
    return f"{control.id}: {name}: {error['msg'][:1].lower()}{error['msg'][1:]} → correct the value"


def _place(document: YamlText, number: int, control: Control, path: tuple[Step, ...]) -> str:
    """Return `file:line` of a parameter: in the last `scaled` entry that contains it, else in `parameters`."""
    scaled = [at for at, one in enumerate(control.scaled) if path[0] in one.parameters]
    into: tuple[Step, ...] = ("scaled", scaled[-1], "parameters") if scaled else ("parameters",)
    return document.at("controls", number, *into, *path)


def _approval_faults(document: YamlText, rules: Sequence[ApprovalRule]) -> Iterator[str]:
    places = sorted({one for rule in rules for one in rule.environments} - {ANYWHERE})
    used: set[int] = set()
    for place, tier, change in product([*places, ELSEWHERE], TIERS, CHANGES):
        number = next((at for at, rule in enumerate(rules) if rule.fits(tier, change, place)), None)
        if number is None:
            yield (
                f"{document.at('approvals')}: no rule says who approves a {change} change of tier {tier} in {place} "
                "→ add a rule for it"
            )
        else:
            used.add(number)
    for number in sorted(set(range(len(rules))) - used):
        yield f"{document.at('approvals', number)}: {NEVER_REACHED}"


def _tier_faults(document: YamlText, part: str, rules: Sequence[OversightRule | RetirementRule]) -> Iterator[str]:
    used = {next((at for at, rule in enumerate(rules) if tier in rule.tiers), None) for tier in TIERS}
    for tier in TIERS:
        if not any(tier in rule.tiers for rule in rules):
            yield f"{document.at(part)}: {part} has no rule for tier {tier} → add a rule for it"
    for number in sorted(set(range(len(rules))) - used):
        yield f"{document.at(part, number)}: {NEVER_REACHED}"


def _emergency_faults(document: YamlText, written: WrittenStandard) -> Iterator[str]:
    """Yield the emergency rules that never apply, and those for a tier of which no control demands anything.

    A tier without an emergency rule is no fault: its models cannot be released in an emergency.
    """
    seen: set[int] = set()
    for number, rule in enumerate(written.emergency):
        if set(rule.tiers) <= seen:
            yield f"{document.at('emergency', number)}: {NEVER_REACHED}"
        seen |= set(rule.tiers)
        yield from _without_demand(document, number, rule, written.controls)


def _without_demand(document: YamlText, number: int, rule: EmergencyRule, controls: Sequence[Control]) -> Iterator[str]:
    for tier, change in product(rule.tiers, CHANGES):
        if not any(one.enabled and one.fits(tier, change, "emergency") for one in controls):
            yield (
                f"{document.at('emergency', number)}: no control applies to an emergency release of tier {tier} "
                "→ add the stage emergency to at least one control"
            )
            return
