"""List what waits for people, from the registry alone: approval requests, and versions that need a validator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.lookup import reference
from data.queries.pending_work import AssessedVersion, pending_work
from data.records.person import Role
from data.registry.registry import Registry
from gates.standard import LoadedStandard, approvals_for, load_standard
from modelward.cli.terminal import say, show_table


@dataclass(frozen=True)
class Waiting:
    """An open question: its subject, purpose and deadline, the signatures it still needs, and who can give them."""

    about: str
    purpose: str
    until: datetime | None
    needs: str
    people: tuple[str, ...]


def signatures(missing: Mapping[Role, int]) -> str:
    """Return the missing signatures of a request as text: `2 × approver`."""
    return ", ".join(f"{count} × {role.value}" for role, count in missing.items())


def requires_validator(assessed: AssessedVersion) -> bool:
    """Return True if the standard of a version requires a validator, or if the standard cannot be read."""
    model, verdicts, standard = assessed.model, assessed.verdicts, assessed.standard
    change = assessed.version.change.change_class
    try:
        rules = _rules_of(standard.digest, standard.key)
        return approvals_for(rules, model.tier, change, verdicts.environment or "production").validator
    except ModelwardError:
        return True


@lru_cache(maxsize=16)
def _rules_of(digest: str, key: str) -> LoadedStandard:
    """Return the adopted standard with this digest; it is parsed once, however many versions it applies to."""
    return load_standard(ArtifactStore(Home.here().artifacts).read(digest).decode(), key)


def waiting_now(longest: float | None = None) -> list[Waiting]:
    """Return everything that waits for people in the registry of this home, at the registry's time.

    Waits at most `longest` seconds for the lock of the registry. Raises StoreError, MissingRegistryError.
    """
    work = pending_work(Registry.here(longest))
    requests = [
        Waiting(
            reference(one.request.key), one.request.purpose, one.request.expires_at, signatures(one.missing), one.people
        )
        for one in work.requests
    ]
    validations = [
        Waiting(reference(one.version.key), "validate", None, "1 × validator", one.people)
        for one in filter(requires_validator, work.assessed)
    ]
    return requests + validations


def show_waiting(found: Sequence[Waiting]) -> None:
    """Print the open questions, the signatures they still need, and who can give them."""
    rows = [(one.about, one.purpose, one.until, one.needs, one.people or "nobody") for one in found]
    columns = ("question", "purpose", "until", "still needs", "by")
    show_table(columns, rows, "nothing waits for people", whole=3)
    if rows:
        say("→ answer in the Prefect UI, or with `modelward approvals answer`")
