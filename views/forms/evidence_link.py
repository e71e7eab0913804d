"""The link to the evidence page of a version or request, or the command that writes the page, as Markdown."""

from __future__ import annotations

from views.evidence_address import evidence_url, report_command


def evidence_fact(page: str, key: str, base: str) -> tuple[str, str]:
    """Return the link to the evidence page below `base`, or, if `base` is empty, the command that writes the page."""
    url = evidence_url(base, page)
    return ("All evidence", f"[read it on one page]({url})" if url else f"`{report_command(key)}`")


def evidence_lines(page: str, key: str, base: str) -> list[str]:
    """Return the last lines of a Prefect artifact: an empty line, then the link or the command of `evidence_fact`."""
    url = evidence_url(base, page)
    return ["", f"[All evidence]({url})" if url else f"All evidence: `{report_command(key)}`"]
