"""Open an incident for each file that differs from the record, once, and say whether such a difference is still there.

A person resolves the incident when the difference is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.errors import IllegalMoveError
from data.records.monitoring import REGISTRY, Incident
from data.records.run_context import RunContext
from data.registry.commands.deployment import LONGEST_TITLE, OpenIncident
from data.registry.file_difference import FileDifference, stored_file_differences
from data.registry.redaction import redacted
from data.registry.registry import Receipt, Registry
from data.registry.serving_comparison import compare_serving
from data.registry.verification import verify_registry
from data.text.untrusted_text import shortened, visible

MOST = 50
"""Greatest number of incidents that one comparison opens; one more says that there are more differences."""


def open_incidents(registry: Registry, differences: Sequence[FileDifference], context: RunContext) -> list[Incident]:
    """Open an incident for each difference without an unresolved one; return those that were opened.

    Raises the refusal of the registry, StoreError, AuditError.
    """
    named = [*differences[:MOST], *_more(differences)]
    commands = [
        OpenIncident(
            model=one.model, kind=one.kind, version=one.version, title=title_of(one),
            remedy=shortened(one.remedy, LONGEST_TITLE),
        )
        for one in named
    ]  # fmt: skip
    opened: list[Incident] = []
    for outcome in registry.execute_together(commands, context) if commands else ():
        if not isinstance(outcome, Receipt):
            raise outcome
        opened += outcome.rows_of(Incident)
    return opened


def title_of(difference: FileDifference) -> str:
    """Return the title of the incident about a difference: two equal titles are about the same difference."""
    return visible(difference.what, LONGEST_TITLE)


def require_gone(registry: Registry, incident: Incident) -> None:
    """Compare again, and raise IllegalMoveError if the difference that opened an incident is still there.

    Raises StoreError, MissingRegistryError.
    """
    there = [one for one in _present(registry, incident.kind) if redacted(title_of(one)) == incident.title]
    if there:
        raise IllegalMoveError(f"the difference is still there: {incident.title}", there[0].remedy)


def _present(registry: Registry, kind: str) -> list[FileDifference]:
    if kind == "serving":
        found = list(compare_serving(registry).differences)
    else:
        found = stored_file_differences(verify_registry(registry, deep=True))
    return [*found, *_more(found)]


def _more(differences: Sequence[FileDifference]) -> list[FileDifference]:
    if len(differences) <= MOST:
        return []
    kind = differences[0].kind
    command = "modelward verify serving" if kind == "serving" else "modelward audit verify --deep"
    return [FileDifference(kind, REGISTRY, None, f"more than {MOST} files differ", f"run `{command}`")]
