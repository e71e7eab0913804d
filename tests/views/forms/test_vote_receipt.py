"""The receipt on a run's page contains the file exactly, and the commands that verify it."""

from __future__ import annotations

from data.records.event_proof import EventProof
from tests.proofs import KEY, SignedLog
from views.forms.vote_receipt import missing_receipt_lines, receipt_lines

TEXT = SignedLog.of(5).proof(3, 5)
PROOF = EventProof(3, "id", "approval.decided", "models/a/b", 5, KEY.vkey, TEXT)


def test_the_file_is_on_the_page_unchanged() -> None:
    lines = receipt_lines(PROOF, "alma", "approve", "modelward approvals receipt b/1#1")
    fence = lines.index("```text")
    assert "\n".join(lines[fence + 1 : -1]) + "\n" == TEXT
    assert lines[-1] == "```"


def test_the_page_says_how_the_receipt_is_verified() -> None:
    text = "\n".join(receipt_lines(PROOF, "alma", "approve", "modelward approvals receipt b/1#1"))
    for part in ("audit verify --since event-3.tlog-proof", "--proof event-3.tlog-proof", "approvals receipt b/1#1"):
        assert part in text


def test_a_name_cannot_add_a_line() -> None:
    assert "\n# x" not in "\n".join(receipt_lines(PROOF, "alma\n# x", "approve", "command"))


def test_a_receipt_that_could_not_be_made_is_shown_with_the_command() -> None:
    (line,) = missing_receipt_lines(3, "modelward approvals receipt b/1#1")
    assert line.startswith("The vote is recorded as event 3.")
    assert "`modelward approvals receipt b/1#1`" in line
