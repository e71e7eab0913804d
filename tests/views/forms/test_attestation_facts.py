"""What a run shows of an attestation: every figure, and where the log can be verified."""

from __future__ import annotations

from data.records.log import Attestation
from views.forms.attestation_facts import attestation_lines


def attestation() -> Attestation:
    return Attestation.model_construct(
        events=1_200, anchored=1_100, assurance="anchored", backup_digest="sha256:ab", restored_root="cd"
    )


def test_every_figure_is_a_row() -> None:
    lines = attestation_lines(attestation(), "")
    assert lines[2] == "| Events | 1,200, of which 1,100 are anchored |"
    assert lines[4:7] == [
        "| Assurance | anchored |",
        "| Backup | `sha256:ab` |",
        "| Root of the restored copy | `cd` |",
    ]


def test_the_last_line_is_the_audit_page_or_the_command() -> None:
    assert attestation_lines(attestation(), "")[-1] == "Verify it yourself: `modelward audit verify --deep`"
    served = attestation_lines(attestation(), "http://127.0.0.1:4290")
    assert served[-1] == "[The audit page](http://127.0.0.1:4290/audit.html)"
