"""Open an incident for each file that differs from the record, once.

A person resolves the incident when the difference is gone, which `data/queries/file_differences.py` compares again.
"""

from __future__ import annotations

from collections.abc import Sequence

from data.records.file_difference import FileDifference
from data.records.monitoring import REGISTRY, Incident
from data.records.run_context import RunContext
from data.registry.commands.deployment import LONGEST_TITLE, OpenIncident
from data.registry.registry import Receipt, Registry
from data.text.untrusted_text import shortened, visible

MOST = 50
"""Greatest number of incidents that one comparison opens; one more says that there are more differences."""


def open_incidents(registry: Registry, differences: Sequence[FileDifference], context: RunContext) -> list[Incident]:
    """Open an incident for each difference without an unresolved one; return those that were opened.

    Raises the refusal of the registry, StoreError, AuditError.
    """
    named = [*differences[:MOST], *further_differences(differences)]
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


def further_differences(differences: Sequence[FileDifference]) -> list[FileDifference]:
    """Return the one difference that stands for all beyond the limit of one comparison; nothing within the limit."""
    if len(differences) <= MOST:
        return []
    kind = differences[0].kind
    command = "modelward verify serving" if kind == "serving" else "modelward audit verify --deep"
    return [FileDifference(kind, REGISTRY, None, f"more than {MOST} files differ", f"run `{command}`")]
