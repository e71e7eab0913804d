"""Preview a submission: check the folder, and show what the standard requires, before anything is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.rows import rows
from data.records.approval import RequiredRole
from data.records.log import Standard
from data.records.names import short
from data.records.person import Person
from data.registry.registry import Registry
from data.submission.documents import GENERATED
from data.submission.folder import read_submission
from data.submission.provenance import Provenance
from gates import documentation
from gates.control import Control
from gates.standard import LoadedStandard, approvals_for, builtin, load_standard
from tasks.register.check_owner import check_owner
from tasks.register.check_rules import PLAN_CHECKS

ENVIRONMENT = "production"


@dataclass(frozen=True)
class SubmissionPreview:
    """The tier of a submission, and what its first standard requires of it.

    `missing_sections` must still be written, `short_sections` have too few words; `validator` is true if a validator
    must conclude, and `roles` must sign for production.
    """

    model: str
    tier: int
    standard: str
    missing_sections: tuple[str, ...]
    short_sections: tuple[str, ...]
    validator: bool
    roles: tuple[RequiredRole, ...]


def preview_submission(folder: Path) -> SubmissionPreview:
    """Return the preview of a submission folder and record nothing. Raises the same errors as registration."""
    submission = read_submission(folder, "", Provenance(), PLAN_CHECKS)
    if Registry.here().exists:
        check_owner(submission, rows(Registry.here(), Person))
    model, change = submission.model, submission.version.change_class.value
    tier = model.tier.tier(len(model.consumers))
    standard = _standard(model.standards[0].standard)
    demand = approvals_for(standard, tier, change, ENVIRONMENT)
    required = dict(_sections(standard.demanded(tier, change, "assess"), tier, change))
    words = {one.name: one.words for one in submission.documents}
    missing = tuple(name for name in required if name not in words)
    return SubmissionPreview(
        model=short(model.key),
        tier=tier,
        standard=standard.label,
        missing_sections=missing,
        short_sections=tuple(name for name in required if name not in missing and words[name] < required[name]),
        validator=demand.validator,
        roles=demand.roles,
    )


def _sections(controls: Sequence[Control], tier: int, change: str) -> Iterator[tuple[str, int]]:
    """Yield each section that people must write, with the minimum number of words."""
    for control in controls:
        if control.gate == documentation.GATE.name:
            parameters = documentation.DocumentationParameters.model_validate(control.parameters_for(tier, change))
            yield from ((name, parameters.minimum_words) for name in parameters.sections if name != GENERATED)


def _standard(name: str) -> LoadedStandard:
    """Return the highest adopted version of a standard, or else the built-in one. Raises StandardError."""
    registry = Registry.here()
    adopted = rows(registry, Standard, standard=name) if registry.exists else []
    if not adopted:
        return load_standard(builtin(name), name)
    newest = max(adopted, key=lambda one: one.version)
    return load_standard(ArtifactStore(Home.here().artifacts).read(newest.digest).decode(), newest.key)
