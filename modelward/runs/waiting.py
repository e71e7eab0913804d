"""List what waits for people, from only the registry: approval requests, and versions that need a validator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from data.errors import ModelwardError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.queries.cleared_versions import ApprovalCase
from data.queries.lookup import reference
from data.queries.paging import EVERYTHING, PageRequest, RowPage
from data.queries.pending_work import WaitingRequest, WaitingVersion, pending_work
from data.records.person import Role
from data.registry.registry import Registry
from gates.standard import LoadedStandard, approvals_for, load_standard
from modelward.cli.terminal import say, show_table

VALIDATOR = "1 × validator"


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


def requires_validator(case: ApprovalCase) -> bool:
    """Return True if the standard requires a validator in this case, or if the standard cannot be read."""
    try:
        rules = _rules_of(case.standard.digest, case.standard.key)
        return approvals_for(rules, case.tier, case.change_class, case.environment).validator
    except ModelwardError:
        return True


@lru_cache(maxsize=16)
def _rules_of(digest: str, key: str) -> LoadedStandard:
    """Return the adopted standard with this digest; it is parsed once, however many versions it applies to."""
    return load_standard(ArtifactStore(Home.here().artifacts).read(digest).decode(), key)


def waiting_now(longest: float | None = None, page: PageRequest = EVERYTHING) -> RowPage[Waiting]:
    """Return a page of what waits for people in the registry of this home, at the registry's time.

    Waits at most `longest` seconds for the lock of the registry. Raises StoreError, MissingRegistryError.
    """
    found = pending_work(Registry.here(longest), requires_validator, page).page
    return RowPage(tuple(map(_question, found.rows)), page, found.total)


def _question(waiting: WaitingRequest | WaitingVersion) -> Waiting:
    if isinstance(waiting, WaitingVersion):
        return Waiting(reference(waiting.version.key), "validate", None, VALIDATOR, waiting.people)
    request, needs = waiting.request, signatures(waiting.missing)
    return Waiting(reference(request.key), request.purpose, request.expires_at, needs, waiting.people)


def show_waiting(found: RowPage[Waiting]) -> None:
    """Print the open questions, the signatures they still need, who can give them, and how to list those left out."""
    rows = [(one.about, one.purpose, one.until, one.needs, one.people or "nobody") for one in found.rows]
    columns = ("question", "purpose", "until", "still needs", "by")
    show_table(columns, rows, "nothing waits for people", whole=3)
    if found.total > len(rows):
        say(f"→ {found.total - len(rows):,} more wait: `modelward approvals list` shows all {found.total:,}")
    if rows:
        say("→ answer in the Prefect UI, or with `modelward approvals answer`")
