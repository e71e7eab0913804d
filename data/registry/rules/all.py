"""Collect every rule of the registry, by the type of command that the rule judges."""

from __future__ import annotations

from collections.abc import Mapping

from data.registry.command import Command, Rule
from data.registry.rules import (
    approval,
    decision,
    deployment,
    emergency,
    incident,
    log,
    model,
    monitoring,
    operation,
    person,
    proof,
    retirement,
    review,
    version,
    waiver,
)

RULES: Mapping[type[Command], Rule] = {
    **approval.RULES,
    **decision.RULES,
    **deployment.RULES,
    **emergency.RULES,
    **incident.RULES,
    **log.RULES,
    **model.RULES,
    **monitoring.RULES,
    **operation.RULES,
    **person.RULES,
    **proof.RULES,
    **retirement.RULES,
    **review.RULES,
    **version.RULES,
    **waiver.RULES,
}
