"""Why an answer to a form was not accepted, and what to do about it: shown above the form that asks again."""

from __future__ import annotations

from dataclasses import dataclass

from data.text.markdown_text import plain


@dataclass(frozen=True)
class Objection:
    """Why an answer was not accepted and the question is asked again, and what to do about it; empty for none.

    There are two fields, because the first may hold words of the person who answered: a single text would have to be
    split, and that person could write a remedy of their own.
    """

    what: str = ""
    remedy: str = ""


NO_OBJECTION = Objection()


def objection_lines(objection: Objection) -> list[str]:
    """Markdown above everything else in a form; nothing without an objection."""
    if not objection.what:
        return []
    lines = [f"**⚠ Not accepted, please answer again:** {plain(objection.what, 1_000)}", ""]
    remedy = [f"**What to do:** {plain(objection.remedy, 1_000)}", ""] if objection.remedy else []
    return [*lines, *remedy, "---", ""]
