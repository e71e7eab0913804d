"""Show on the run's page what an attestation covers: number of events, assurance, backup and restored copy."""

from __future__ import annotations

from data.queries.rows import required_row
from data.records.log import Attestation
from data.registry.registry import Registry
from data.settings import read_settings
from tasks.run.create_prefect_artifact import create_prefect_artifact
from views.evidence_address import AUDIT, evidence_url
from views.forms.version_facts import fact_table, split_digest


def show_attestation(key: str) -> None:
    """Create a Prefect artifact of the attestation."""
    row = required_row(Registry.here(), Attestation, key)
    url = evidence_url(read_settings().evidence_url, AUDIT)
    where = f"[The audit page]({url})" if url else "Verify it yourself: `modelward audit verify --deep`"
    lines = [*attestation_lines(row), "", where]
    create_prefect_artifact("attestation", "", lines, f"{row.events:,} events, assurance {row.assurance}")


def attestation_lines(row: Attestation) -> list[str]:
    """Return Markdown with every figure of the attestation."""
    return [
        "### The log and its tables are verified",
        "",
        *fact_table(
            [
                ("Events", f"{row.events:,}, of which {row.anchored:,} are anchored"),
                ("Assurance", row.assurance),
                ("Backup", split_digest(row.backup_digest)),
                ("Root of the restored copy", split_digest(row.restored_root)),
            ]
        ),
    ]
