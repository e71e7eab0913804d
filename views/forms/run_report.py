"""The report of a maintenance run as Markdown: failures first, then what was done by job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.text.markdown_text import plain

MOST = 100
FAILED = "failed"


def report_summary(report: Mapping[str, Sequence[str]]) -> str:
    """Return how many entries were done and how many failed."""
    done = sum(len(entries) for name, entries in report.items() if name != FAILED)
    failed = len(report.get(FAILED, ()))
    return f"{done} done, {failed} failed" if failed else f"{done} done"


def report_lines(kind: str, report: Mapping[str, Sequence[str]]) -> list[str]:
    """Return Markdown with a list for each job, failures first; entries beyond 100 in a job are only counted."""
    if not any(report.values()):
        return [f"### {kind}: nothing was due"]
    ranked = sorted(report.items(), key=lambda item: (item[0] != FAILED, item[0]))
    lines = [f"### {kind}: {report_summary(report)}"]
    for name, entries in ranked:
        lines += ["", f"#### {plain(name)}", "", *(f"- {plain(one)}" for one in entries[:MOST])]
        lines += [f"- and {len(entries) - MOST:,} more"] if len(entries) > MOST else []
    return lines
