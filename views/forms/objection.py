"""The message above a form that is shown again: why the answer was not accepted, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from data.text.markdown_text import plain


@dataclass(frozen=True)
class Objection:
    """Why an answer was not accepted, and the remedy; both are empty if there is no objection.

    There are two fields, because `what` may quote the person who answered: if one text were split into the two, that
    person could write the remedy.
    """

    what: str = ""
    remedy: str = ""


NO_OBJECTION = Objection()


def objection_lines(objection: Objection) -> list[str]:
    """Return Markdown for the top of a form; nothing without an objection."""
    if not objection.what:
        return []
    lines = [f"**⚠ Not accepted, please answer again:** {plain(objection.what, 1_000)}", ""]
    remedy = [f"**What to do:** {plain(objection.remedy, 1_000)}", ""] if objection.remedy else []
    return [*lines, *remedy, "---", ""]
