"""Text of others in a form renders as itself and as nothing else."""

from __future__ import annotations

import pytest

from tasks.plain_text import plain

CASES = {
    "plain words stay": ("late by 15 minutes, 3 % never", "late by 15 minutes, 3 % never"),
    "markdown is escaped": ("**bold** [a](b)", "\\*\\*bold\\*\\* \\[a\\]\\(b\\)"),
    "a table cell cannot be left": ("a | b", "a \\| b"),
    "HTML is escaped": ("<img src=x>", "&lt;img src=x&gt;"),
    "a template stays text": ("{{ 7 * 7 }}", "\\{\\{ 7 \\* 7 \\}\\}"),
    "lines become one": ("a\nb\r\nc", "a b  c"),
    "direction changes show": ("abc\u202ecba", "abc\ufffdcba"),
    "control characters show": ("a\x1b[31mb", "a\ufffd\\[31mb"),
    "long text is cut": ("x" * 500, "x" * 399 + "…"),
}


@pytest.mark.parametrize(("text", "shown"), CASES.values(), ids=CASES.keys())
def test_text_of_others(text: str, shown: str) -> None:
    assert plain(text) == shown
