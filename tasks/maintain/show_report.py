"""Show on the run's page what a run over everything did, by kind, and first of all what it could not do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.text.markdown_text import plain
from tasks.run.leave_artifact import leave_artifact

MOST = 100
FAILED = "failed"


def show_report(kind: str, report: Mapping[str, Sequence[str]]) -> None:
    """What was done, as an artifact named after the kind of run."""
    done = sum(len(told) for name, told in report.items() if name != FAILED)
    failed = len(report.get(FAILED, ()))
    summary = f"{done} done, {failed} failed" if failed else f"{done} done"
    leave_artifact(kind, "", report_lines(kind, report, summary), summary)


def report_lines(kind: str, report: Mapping[str, Sequence[str]], summary: str) -> list[str]:
    """Markdown: a list for each kind of thing, failures first; of very many the rest is counted."""
    if not any(report.values()):
        return [f"### {kind}: nothing was due"]
    ranked = sorted(report.items(), key=lambda item: (item[0] != FAILED, item[0]))
    lines = [f"### {kind}: {summary}"]
    for name, told in ranked:
        lines += ["", f"#### {plain(name)}", "", *(f"- {plain(one)}" for one in told[:MOST])]
        lines += [f"- and {len(told) - MOST:,} more"] if len(told) > MOST else []
    return lines
