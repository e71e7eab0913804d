"""What an attestation covers, as Markdown: number of events, assurance, backup and restored copy."""

from __future__ import annotations

from data.records.log import Attestation
from views.evidence_address import AUDIT, evidence_url
from views.forms.version_facts import fact_table, split_digest


def attestation_lines(row: Attestation, base: str) -> list[str]:
    """Return Markdown with every figure of the attestation, and the audit page below `base` or how to verify."""
    url = evidence_url(base, AUDIT)
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
        "",
        f"[The audit page]({url})" if url else "Verify it yourself: `modelward audit verify --deep`",
    ]
