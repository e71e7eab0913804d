"""The list of all gates, by the name that a control of a standard uses in `gate:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gates import (
    champion_comparison,
    data_quality,
    documentation,
    findings,
    generalisation_gap,
    monitoring_plan,
    performance,
    provenance,
    sign_off,
    stability,
    testing,
    validation,
    waivers,
)
from gates.contract import Gate

_GATES: tuple[Gate[Any], ...] = (
    champion_comparison.GATE,
    data_quality.GATE,
    documentation.GATE,
    findings.GATE,
    generalisation_gap.GATE,
    monitoring_plan.GATE,
    performance.GATE,
    provenance.GATE,
    sign_off.GATE,
    stability.GATE,
    testing.GATE,
    validation.GATE,
    waivers.GATE,
)
GATES: Mapping[str, Gate[Any]] = {gate.name: gate for gate in _GATES}
