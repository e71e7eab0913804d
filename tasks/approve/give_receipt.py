"""Give an approver the receipt of a vote: a file that proves later that the log contains the vote."""

from __future__ import annotations

from data.errors import ModelwardError
from data.queries.event_proof import prove_event
from data.records.names import short
from data.registry.registry import Receipt, Registry
from tasks.run.create_prefect_artifact import create_prefect_artifact
from tasks.run.take_steps import warn_step
from views.evidence_address import receipt_command
from views.forms.vote_receipt import missing_receipt_lines, receipt_lines


def give_receipt(receipt: Receipt, person: str, decision: str) -> None:
    """Show the receipt of a recorded vote on the run's page, where Prefect stores it.

    The vote counts without it: if no receipt can be made, this is logged and the page says how to get one.
    """
    command = receipt_command(receipt.subject)
    try:
        lines = receipt_lines(prove_event(Registry.here(), receipt.seq), person, decision, command)
    except ModelwardError as error:
        warn_step(f"the receipt of event {receipt.seq} could not be made: {error.what}")
        lines = missing_receipt_lines(receipt.seq, command)
    about = f"receipt of {person} for {short(receipt.subject)}: {decision}"
    create_prefect_artifact(f"receipt-{person}", receipt.subject, lines, about)
