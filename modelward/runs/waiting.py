"""What waits for people: requests for a decision, and versions for a validator's conclusion. Prefect is not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.lookup import reference
from data.queries.pending_work import AssessedVersion, pending_work
from data.records.person import Role
from data.registry.registry import Registry
from gates.standard import approvals_for, load_standard
from modelward.cli.terminal import say, show_table


@dataclass(frozen=True)
class Waiting:
    """A question that is open: about what, until when, which roles it still needs, and who holds them."""

    about: str
    purpose: str
    until: datetime | None
    needs: str
    people: tuple[str, ...]


def signatures(missing: Mapping[Role, int]) -> str:
    """The signatures that a request still needs, as people read them: `2 × approver`."""
    return ", ".join(f"{count} × {role.value}" for role, count in missing.items())


def requires_validator(assessed: AssessedVersion) -> bool:
    """Whether the approval rules of its standard ask for a validator; a standard that cannot be read asks for one."""
    model, verdicts, standard = assessed.model, assessed.verdicts, assessed.standard
    change = assessed.version.change.change_class
    try:
        text = ArtifactStore(Home.here().artifacts).read(standard.digest).decode()
        rules = load_standard(text, standard.key)
        return approvals_for(rules, model.tier, change, verdicts.environment or "production").validator
    except ModelwardError:
        return True


def waiting_now(longest: float | None = None) -> list[Waiting]:
    """Everything that waits for people in the registry of this home, at its own time.

    The lock of the registry is waited for, at most `longest` seconds. Raises StoreError, MissingRegistryError.
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
    """What waits, what it still needs, and who could give that."""
    rows = [(one.about, one.purpose, one.until, one.needs, one.people or "nobody") for one in found]
    columns = ("waits", "for", "until", "still needs", "who could")
    show_table(columns, rows, "nothing waits for anybody", whole=3)
    if rows:
        say("→ they answer in the Prefect UI, or with `modelward approvals answer`")
