"""The message above a form that is shown again: why the answer was not accepted, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from data.text.markdown_text import plain


@dataclass(frozen=True)
class Objection:
    """Why an answer was not accepted, and the remedy; both are empty if there is no objection.

    `new_code` is True if the answer had a one-time code: it may be used up, so the next answer needs a new one.

    There are two fields, because `what` may quote the person who answered: if one text were split into the two, that
    person could write the remedy.
    """

    what: str = ""
    remedy: str = ""
    new_code: bool = False


NO_OBJECTION = Objection()
NEW_CODE = "**One-time code:** enter a new one. Each code counts once, also in an answer that was not accepted."


def objection_lines(objection: Objection) -> list[str]:
    """Return Markdown for the top of a form; nothing without an objection."""
    if not objection.what:
        return []
    lines = [f"**⚠ Not accepted, please answer again:** {plain(objection.what, 1_000)}", ""]
    remedy = [f"**What to do:** {plain(objection.remedy, 1_000)}", ""] if objection.remedy else []
    code = [NEW_CODE, ""] if objection.new_code else []
    return [*lines, *remedy, *code, "---", ""]
