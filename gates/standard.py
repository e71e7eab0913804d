"""What is demanded of a model, written down with a version: loaded from YAML, known by the digest of its bytes."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

from data.errors import DocumentError, GateRefusedError, StandardError
from data.records.approval import RequiredRole
from data.records.review import Severity
from data.records.row import Frozen
from data.text.yaml_text import read_yaml
from gates import findings, sign_off, validation, waivers
from gates.approval_rule import required, rule_for
from gates.control import Control
from gates.oversight import EmergencyRule, OversightRule, RetirementRule
from gates.standard_faults import faults
from gates.written_standard import WrittenStandard

CHARACTERS = 200_000
BASELINE = "baseline"


class LoadedStandard(WrittenStandard):
    """A standard with the digest of the exact text it was read from: `sha256:<hex>` of its UTF-8 bytes."""

    text_digest: str

    @property
    def key(self) -> str:
        """`standards/<id>/<version>`, as the registry calls it."""
        return f"standards/{self.id}/{self.version}"

    @property
    def label(self) -> str:
        """Id and version as people say it: `baseline 1`."""
        return f"{self.id} {self.version}"

    def demanded(self, tier: int, change_class: str, stage: str) -> tuple[Control, ...]:
        """The controls that fit, switched off or not, in the order of the file."""
        return tuple(one for one in self.controls if one.fits(tier, change_class, stage))


class ApprovalDemand(Frozen):
    """Who must approve a deployment, how long a request stays open and an approval holds (days), whether somebody
    independent must validate first."""

    roles: tuple[RequiredRole, ...]
    request_days: int
    approval_days: int
    validator: bool


def load_standard(source: str | Path, name: str = "") -> LoadedStandard:
    """A standard from its text or its file; `name` is how messages call it.

    Raises StandardError naming file, line and fix: unreadable, over 200,000 characters, not plain YAML (aliases, tags,
    duplicate keys), unknown or missing fields, gates, parameters, roles; no control; a case that nobody approves.
    """
    called = name or (source.name if isinstance(source, Path) else "standard")
    text = _text(source, called) if isinstance(source, Path) else source
    try:
        document = read_yaml(text, called, limit=CHARACTERS)
    except DocumentError as error:
        raise StandardError(error.what, error.remedy) from error
    written = document.checked(WrittenStandard, StandardError)
    found = faults(document, written)
    if found:
        raise StandardError("\n".join(found), f"put what is named in {called} right")
    return LoadedStandard(**dict(written), text_digest=f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def _text(path: Path, called: str) -> str:
    try:
        if path.stat().st_size > 4 * CHARACTERS:
            raise StandardError(f"{called}:1: over {CHARACTERS:,} characters", "keep long text out of the standard")
        return path.read_bytes().decode()
    except OSError as error:
        raise StandardError(f"{called}:1: cannot be read: {error.strerror}", f"make {path} readable") from error
    except UnicodeDecodeError as error:
        raise StandardError(f"{called}:1: not UTF-8 at byte {error.start}", "save the file as UTF-8 text") from error


def builtin_names() -> tuple[str, ...]:
    """The names of the standards that come with modelward, sorted."""
    names = [one.name for one in files("gates.standards").iterdir()]
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def builtin(name: str) -> str:
    """The exact text of a standard that comes with modelward. Raises StandardError for another name."""
    if name not in builtin_names():
        raise StandardError(f"no standard {name!a} comes with modelward", f"there is {', '.join(builtin_names())}")
    return files("gates.standards").joinpath(f"{name}.yaml").read_bytes().decode()


def baseline_text() -> str:
    """The exact text of the baseline standard."""
    return builtin(BASELINE)


def approvals_for(standard: LoadedStandard, tier: int, change_class: str, environment: str) -> ApprovalDemand:
    """Who must approve a change of this class, of a model of this tier (1 highest … 4), in an environment.

    Raises StandardError when the standard has no rule for it: a case without approvers is never approved.
    """
    rule = rule_for(standard.approvals, tier, change_class, environment)
    if rule is None:
        raise _silent(standard, f"who approves a {change_class} change of tier {tier} in {environment}")
    return ApprovalDemand(
        roles=required(rule.roles),
        request_days=rule.request_days,
        approval_days=rule.approval_days,
        validator=_of_gate(standard, validation.GATE.name, tier, change_class) != [],
    )


def separates_validator(standard: LoadedStandard, tier: int, change_class: str) -> bool:
    """True when the standard does not accept the signature of the version's validator."""
    controls = _of_gate(standard, sign_off.GATE.name, tier, change_class)
    parameters = [sign_off.SignOffParameters.model_validate(one.parameters_for(tier, change_class)) for one in controls]
    return any(one.apart_from_validator for one in parameters)


def oversight_for(standard: LoadedStandard, tier: int) -> OversightRule:
    """Ratification hours and roles, and days between reviews, for a tier. Raises StandardError without a rule."""
    rule = next((one for one in standard.oversight if tier in one.tiers), None)
    if rule is None:
        raise _silent(standard, f"how tier {tier} is overseen")
    return rule


def retirement_for(standard: LoadedStandard, tier: int) -> RetirementRule:
    """Notice, quiet time, retention and approvers of a retirement, for a tier. Raises StandardError without a rule."""
    rule = next((one for one in standard.retirement if tier in one.tiers), None)
    if rule is None:
        raise _silent(standard, f"how tier {tier} is retired")
    return rule


def emergency_for(standard: LoadedStandard, tier: int) -> EmergencyRule:
    """Who may release at once, and how long it may last, for a tier. Raises GateRefusedError where nobody may."""
    rule = next((one for one in standard.emergency if tier in one.tiers), None)
    if rule is None:
        raise GateRefusedError(
            f"{standard.label} allows no emergency release of a model of tier {tier}",
            "return to an earlier version with `modelward rollback`, or stop serving with `modelward suspend`",
        )
    return rule


def waiver_days(standard: LoadedStandard, tier: int, change_class: str) -> int:
    """The longest a waiver may run, in days; 0 when the standard allows none."""
    controls = _of_gate(standard, waivers.GATE.name, tier, change_class)
    parameters = [waivers.WaiversParameters.model_validate(one.parameters_for(tier, change_class)) for one in controls]
    return min((one.maximum_days for one in parameters), default=0)


def blocking_severities(standard: LoadedStandard, tier: int, change_class: str) -> frozenset[Severity]:
    """The severities of which a finding blocks until it is closed."""
    controls = _of_gate(standard, findings.GATE.name, tier, change_class)
    parameters = [
        findings.FindingsParameters.model_validate(one.parameters_for(tier, change_class)) for one in controls
    ]
    return frozenset(severity for one in parameters for severity in one.blocking)


def _of_gate(standard: LoadedStandard, gate: str, tier: int, change_class: str) -> list[Control]:
    fitting = [one for one in standard.controls if one.gate == gate and one.enabled]
    return [one for one in fitting if any(one.fits(tier, change_class, stage) for stage in one.stages)]


def _silent(standard: LoadedStandard, what: str) -> StandardError:
    return StandardError(f"{standard.label} does not say {what}", "add the rule and raise the standard's version")
