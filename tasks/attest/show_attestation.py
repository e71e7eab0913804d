"""Show on the run's page what an attestation covers: number of events, assurance, backup and restored copy."""

from __future__ import annotations

from data.queries.rows import required_row
from data.records.log import Attestation
from data.registry.registry import Registry
from data.settings import read_settings
from tasks.run.create_prefect_artifact import create_prefect_artifact
from views.forms.attestation_facts import attestation_lines


def show_attestation(key: str) -> None:
    """Create a Prefect artifact of the attestation."""
    row = required_row(Registry.here(), Attestation, key)
    lines = attestation_lines(row, read_settings().evidence_url)
    create_prefect_artifact("attestation", "", lines, f"{row.events:,} events, assurance {row.assurance}")
