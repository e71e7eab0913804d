"""Untrusted text in a form renders as plain text; tests/browser shows it in Prefect's own renderer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text.markdown_text import code, plain, quoted
from data.text.untrusted_text import is_harmful

CASES = {
    "plain words stay": ("late by 15 minutes, 3 % never", "late by 15 minutes, 3 % never"),
    "markdown is escaped": ("**bold** [a](b)", "\\*\\*bold\\*\\* \\[a\\]\\(b\\)"),
    "a table cell cannot be left": ("a | b", "a \\| b"),
    "a cell cannot be left by a backslash before the bar": ("a \\| b", "a \\\\\\| b"),
    "HTML is escaped": ("<img src=x>", "&lt;img src=x&gt;"),
    "an entity stays as it was typed": ("&#x202e; &lt;b&gt;", "&amp;\\#x202e; &amp;lt;b&amp;gt;"),
    "a template stays text": ("{{ 7 * 7 }}", "\\{\\{ 7 \\* 7 \\}\\}"),
    "a bare address is no link": ("see http://a.b", "see http:<!-- -->//a.b"),
    "nor is one without a scheme": ("see WWW.a.b", "see WWW<!-- -->.a.b"),
    "nor is one for mail": ("ask me@a.b", "ask me<!-- -->@a.b"),
    "an image is not fetched": ("![x](http://a/b)", "\\!\\[x\\]\\(http:<!-- -->//a/b\\)"),
    "lines become one": ("a\nb\r\nc\x0b", "a b c�"),
    "separators of lines that few know": ("a\u2028b\u2029c\x85", "a b c�"),
    "wide spaces push nothing away": ("a\u3000\u00a0\u2003b", "a b"),
    "direction changes show": ("abc\u202ecba", "abc\ufffdcba"),
    "characters of no width show": ("ad\u200bmin\ufeff", "ad\ufffdmin\ufffd"),
    "letters that are not seen show": ("a\u3164b\u2800c\U000e0041", "a�b�c�"),
    "control characters show": ("a\x1b[31mb", "a\ufffd\\[31mb"),
    "marks do not pile up": ("a" + "\u0301" * 9, "a" + "\u0301" * 3 + "�" * 6),
    "other scripts stay": ("Größe, été, 東京, ירושלים", "Größe, été, 東京, ירושלים"),
    "long text is cut": ("x" * 500, "x" * 399 + "…"),
    "nothing stays nothing": (" \n ", ""),
}


@pytest.mark.parametrize(("text", "shown"), CASES.values(), ids=CASES.keys())
def test_plain_writes(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_quoted_writes_quotation_marks_or_a_dash() -> None:
    assert (quoted("a | b"), quoted(" ")) == ("“a \\| b”", "–")


def test_code_cannot_be_closed_by_its_content() -> None:
    assert (code("a`b"), code(" ")) == ("`a'b`", "")


@given(st.text(max_size=600), st.integers(min_value=1, max_value=600))
def test_plain_gives_one_line_of_limited_length(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert shown.splitlines() in ([], [shown])
    assert not [one for one in shown if is_harmful(one)]
    assert len(shown) <= limit * len("<!-- -->@")
