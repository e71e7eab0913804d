"""Show the report of a run on its page in Prefect: failures first, then what was done by job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.text.markdown_text import plain
from tasks.run.create_prefect_artifact import create_prefect_artifact

MOST = 100
FAILED = "failed"


def show_report(kind: str, report: Mapping[str, Sequence[str]]) -> None:
    """Create a Prefect artifact of the report, named after the kind of run."""
    done = sum(len(entries) for name, entries in report.items() if name != FAILED)
    failed = len(report.get(FAILED, ()))
    summary = f"{done} done, {failed} failed" if failed else f"{done} done"
    create_prefect_artifact(kind, "", report_lines(kind, report, summary), summary)


def report_lines(kind: str, report: Mapping[str, Sequence[str]], summary: str) -> list[str]:
    """Return Markdown with a list for each job, failures first; entries beyond 100 in a job are only counted."""
    if not any(report.values()):
        return [f"### {kind}: nothing was due"]
    ranked = sorted(report.items(), key=lambda item: (item[0] != FAILED, item[0]))
    lines = [f"### {kind}: {summary}"]
    for name, entries in ranked:
        lines += ["", f"#### {plain(name)}", "", *(f"- {plain(one)}" for one in entries[:MOST])]
        lines += [f"- and {len(entries) - MOST:,} more"] if len(entries) > MOST else []
    return lines
