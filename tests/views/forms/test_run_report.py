"""What a run shows of its report: failures first, text escaped, and long lists only counted."""

from __future__ import annotations

from views.forms.run_report import report_lines, report_summary

HOSTILE = "no | ![x](http://evil.example)\n| approve |"
INERT = r"no \| \!\[x\]\(http:<!-- -->//evil.example\) \| approve \|"


def test_a_report_begins_with_failures() -> None:
    report = {"reminders": ["olga reminded"], "failed": [HOSTILE], "approvals": []}
    assert report_lines("review", report)[:6] == [
        *("### review: 1 done, 1 failed", "", "#### failed", "", f"- {INERT}", ""),
    ]
    assert report_lines("review", {"a": []}) == ["### review: nothing was due"]


def test_the_summary_counts_failures_only_if_there_are_any() -> None:
    assert report_summary({"reminders": ["a", "b"], "failed": ["c"]}) == "2 done, 1 failed"
    assert report_summary({"reminders": ["a", "b"], "failed": []}) == "2 done"


def test_entries_beyond_the_limit_are_only_counted() -> None:
    lines = report_lines("review", {"a": ["x"] * 1_234})
    assert (len(lines), lines[-1]) == (105, "- and 1,134 more")
