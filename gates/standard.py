"""Not a gate: load a standard from YAML and look up what it demands for a tier, a change class and an environment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from data.errors import DocumentError, GateRefusedError, StandardError
from data.records.approval import RequiredRole
from data.records.log import Standard
from data.records.review import Severity
from data.records.row import Frozen
from data.text.file_text import decoding_fault, text_of
from data.text.yaml_text import read_yaml
from gates import findings, sign_off, validation, waivers
from gates.approval_rule import required, rule_for
from gates.control import Control
from gates.oversight import EmergencyRule, OversightRule, RetirementRule
from gates.standard_faults import faults
from gates.written_standard import WrittenStandard

CHARACTERS = 200_000
BASELINE = "baseline"
EARLIER = "gates.standards.earlier"


class LoadedStandard(WrittenStandard):
    """A standard with `text_digest`, the `sha256:<hex>` of the UTF-8 bytes that it was loaded from."""

    text_digest: str

    @property
    def key(self) -> str:
        """The key of the standard in the registry: `standards/<id>/<version>`."""
        return f"standards/{self.id}/{self.version}"

    @property
    def label(self) -> str:
        """Id and version for messages: `baseline 1`."""
        return f"{self.id} {self.version}"

    def demanded(self, tier: int, change_class: str, stage: str) -> tuple[Control, ...]:
        """Return the controls that apply to the case, disabled ones included, in the order of the file."""
        return tuple(one for one in self.controls if one.fits(tier, change_class, stage))


class NewerBuiltin(Frozen):
    """A standard of which modelward has a higher version than the one in force."""

    standard: str
    in_force: int
    newest: int

    @property
    def observed(self) -> str:
        """The two versions, for a message."""
        return f"{self.standard} {self.in_force} is in force; modelward has {self.standard} {self.newest}"

    @property
    def remedy(self) -> str:
        """The commands that show the higher version and put it in force."""
        shown = f"read it with `modelward standard show {self.standard}/{self.newest} --text`"
        return f"{shown}, then run `modelward standard adopt {self.standard} --by ADMINISTRATOR`"


class ApprovalDemand(Frozen):
    """The roles that must approve a deployment, and whether an independent person must validate the version first.

    `request_days`: days for which a request stays open; `approval_days`: days for which an approval is valid.
    """

    roles: tuple[RequiredRole, ...]
    request_days: int
    approval_days: int
    validator: bool


def load_standard(source: str | Path, name: str = "") -> LoadedStandard:
    """Return the standard in a text or a file; messages refer to it by `name`, or by the name of the file.

    Raises StandardError with file, line and remedy if the text is not readable, has over 200,000 characters, is not
    plain YAML (aliases, tags, duplicate keys), has unknown or missing fields, gates, parameters or roles, has no
    control, or has no approver for a case.
    """
    called = name or (source.name if isinstance(source, Path) else "standard")
    return _loaded(_text(source, called) if isinstance(source, Path) else source, called)


@lru_cache(maxsize=16)
def _loaded(text: str, called: str) -> LoadedStandard:
    """Return the standard in a text; the same text is parsed once, because a run loads its standards at many steps."""
    try:
        document = read_yaml(text, called, limit=CHARACTERS)
    except DocumentError as error:
        raise StandardError(error.what, error.remedy) from error
    written = document.checked(WrittenStandard, StandardError)
    found = faults(document, written)
    if found:
        raise StandardError("\n".join(found), f"correct these faults in {called}")
    return LoadedStandard(**dict(written), text_digest=f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")


def _text(path: Path, called: str) -> str:
    try:
        if path.stat().st_size > 4 * CHARACTERS:
            raise StandardError(f"{called}:1: over {CHARACTERS:,} characters", "shorten the texts of the standard")
        return text_of(path.read_bytes())
    except OSError as error:
        raise StandardError(
            f"{called}:1: cannot be read: {error.strerror}", f"check the path and the access rights of {path}"
        ) from error
    except UnicodeDecodeError as error:
        raise StandardError(f"{called}:1: {decoding_fault(error)}", "save the file as UTF-8 text") from error


def builtin_names() -> tuple[str, ...]:
    """Return the names of the standards that come with modelward, sorted."""
    names = [one.name for one in files("gates.standards").iterdir()]
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def earlier_builtins() -> tuple[str, ...]:
    """Return the earlier versions of these standards, as `<id>/<version>`, sorted. Their text never changes."""
    names = [one.name.removesuffix(".yaml").rpartition("-") for one in files(EARLIER).iterdir()]
    return tuple(sorted(f"{identity}/{version}" for identity, _, version in names if identity))


def builtin(name: str) -> str:
    """Return the exact text of a standard that comes with modelward, in its highest version, by its id.

    Raises StandardError for any other name.
    """
    if name not in builtin_names():
        raise StandardError(f"modelward has no standard {name!a}", f"choose from: {', '.join(builtin_names())}")
    return files("gates.standards").joinpath(f"{name}.yaml").read_bytes().decode()


def released_text(name: str) -> str:
    """Return the exact text of a version that came with modelward, by `<id>/<version>`, or the highest by its id.

    Raises StandardError for any other name.
    """
    identity, _, version = name.partition("/")
    if name in earlier_builtins():
        return files(EARLIER).joinpath(f"{identity}-{version}.yaml").read_bytes().decode()
    text = builtin(identity)
    if version in ("", str(load_standard(text, identity).version)):
        return text
    known = ", ".join((*builtin_names(), *earlier_builtins()))
    raise StandardError(f"modelward has no standard {name!a}", f"choose from: {known}")


def newer_builtins(adopted: Sequence[Standard]) -> tuple[NewerBuiltin, ...]:
    """Return each adopted standard of which modelward has a higher version. The adopted one judges until then."""
    found = []
    for name in builtin_names():
        newest = load_standard(builtin(name), name).version
        in_force = max((one.version for one in adopted if one.standard == name), default=newest)
        if in_force < newest:
            found.append(NewerBuiltin(standard=name, in_force=in_force, newest=newest))
    return tuple(found)


def baseline_text() -> str:
    """Return the exact text of the baseline standard."""
    return builtin(BASELINE)


def approvals_for(standard: LoadedStandard, tier: int, change_class: str, environment: str) -> ApprovalDemand:
    """Return who must approve a change of this class, for a tier (1 is the highest risk, 4 the lowest) and environment.

    Raises StandardError if no approval rule of the standard applies.
    """
    rule = rule_for(standard.approvals, tier, change_class, environment)
    if rule is None:
        raise _silent(standard, f"who approves a {change_class} change of tier {tier} in {environment}", "approvals")
    return ApprovalDemand(
        roles=required(rule.roles),
        request_days=rule.request_days,
        approval_days=rule.approval_days,
        validator=_of_gate(standard, validation.GATE.name, tier, change_class) != [],
    )


def separates_validator(standard: LoadedStandard, tier: int, change_class: str) -> bool:
    """Return True if the validator of a version cannot also approve it under the standard."""
    controls = _of_gate(standard, sign_off.GATE.name, tier, change_class)
    parameters = [sign_off.SignOffParameters.model_validate(one.parameters_for(tier, change_class)) for one in controls]
    return any(one.apart_from_validator for one in parameters)


def oversight_for(standard: LoadedStandard, tier: int) -> OversightRule:
    """Return the rule on ratification and reviews for a tier. Raises StandardError if no rule applies."""
    rule = next((one for one in standard.oversight if tier in one.tiers), None)
    if rule is None:
        raise _silent(standard, f"how tier {tier} is overseen", "oversight")
    return rule


def retirement_for(standard: LoadedStandard, tier: int) -> RetirementRule:
    """Return the rule on retirement for a tier. Raises StandardError if no rule applies."""
    rule = next((one for one in standard.retirement if tier in one.tiers), None)
    if rule is None:
        raise _silent(standard, f"how tier {tier} is retired", "retirement")
    return rule


def emergency_for(standard: LoadedStandard, tier: int) -> EmergencyRule:
    """Return the rule on emergency releases for a tier. Raises GateRefusedError if the standard allows none."""
    rule = next((one for one in standard.emergency if tier in one.tiers), None)
    if rule is None:
        raise GateRefusedError(
            f"{standard.label} allows no emergency release of a model of tier {tier}",
            "return to an earlier version with `modelward rollback`, or stop serving with `modelward suspend`",
        )
    return rule


def waiver_days(standard: LoadedStandard, tier: int, change_class: str) -> int:
    """Return the longest duration of a waiver in days, or 0 if the standard allows no waiver."""
    controls = _of_gate(standard, waivers.GATE.name, tier, change_class)
    parameters = [waivers.WaiversParameters.model_validate(one.parameters_for(tier, change_class)) for one in controls]
    return min((one.maximum_days for one in parameters), default=0)


def blocking_severities(standard: LoadedStandard, tier: int, change_class: str) -> frozenset[Severity]:
    """Return the severities of findings that block until they are closed."""
    controls = _of_gate(standard, findings.GATE.name, tier, change_class)
    parameters = [
        findings.FindingsParameters.model_validate(one.parameters_for(tier, change_class)) for one in controls
    ]
    return frozenset(severity for one in parameters for severity in one.blocking)


def _of_gate(standard: LoadedStandard, gate: str, tier: int, change_class: str) -> list[Control]:
    fitting = [one for one in standard.controls if one.gate == gate and one.enabled]
    return [one for one in fitting if any(one.fits(tier, change_class, stage) for stage in one.stages)]


def _silent(standard: LoadedStandard, what: str, part: str) -> StandardError:
    remedy = f"add a rule under `{part}`, raise the version of the standard, and adopt the new version"
    return StandardError(f"{standard.label} does not say {what}", remedy)
