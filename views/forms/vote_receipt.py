"""The receipt of a vote on a run's page: the file that the approver keeps, and how to verify it at any later time."""

from __future__ import annotations

from collections.abc import Sequence

from data.records.event_proof import EventProof
from data.text.markdown_text import plain, quoted


def receipt_lines(proof: EventProof, person: str, decision: str, command: str) -> list[str]:
    """Return Markdown: the file, who voted what, and the commands that verify it; `command` writes it again."""
    name = proof.file_name
    about = (
        f"The vote is event {proof.seq}, and the signed log of {proof.size} events contains it. Keep the text below as "
        f"the file `{name}`, where the owner of this host cannot change it. With it you can show at any later time "
        "whether the log still has your vote:"
    )
    without_log = (
        f"* without the log: `python3 -I -S verify.py --proof {name} --key KEY`, with the key of the log from a "
        f"source that you trust; here it is {quoted(proof.vkey)}"
    )
    return [
        f"### Receipt: {plain(person)}, {decision}",
        "",
        about,
        "",
        f"* against the registry: `modelward audit verify --since {name}`",
        f"* against an export: `python3 -I -S verify.py FOLDER --proof {name}`",
        without_log,
        f"* the file again: `{command}`",
        "",
        *_fenced(proof.text),
    ]


def missing_receipt_lines(event: int, command: str) -> list[str]:
    """Return Markdown for a vote whose receipt could not be made; `command` makes it later."""
    return [f"The vote is recorded as event {event}. Its receipt could not be made; get it with `{command}`."]


def _fenced(text: str) -> Sequence[str]:
    return ["```text", *text.removesuffix("\n").split("\n"), "```"]
