"""Quotations from other people stay on one line and are recognisable, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.notices.quoted_text import in_markdown, name_or_quotation, quotation_parts, quoted, unmarked

QUOTED: dict[str, tuple[str, str]] = {
    "plain words": ("late by 15 minutes, 3 % never", "“late by 15 minutes, 3 % never”"),
    "lines": ("a\nb\r\nc\u2028d\x0be", "“a b cde”"),
    "marks of their own": ("a” ours “b", '“a" ours "b”'),
    "direction marks and what is not seen": ("a\u202eb\u200bc", "“abc”"),
    "what is long": ("x" * 3_000, "“" + "x" * 1_999 + "…”"),
    "nothing": (" \n", "“”"),
}


@pytest.mark.parametrize("case", QUOTED.values(), ids=QUOTED)
def test_quoted_returns(case: tuple[str, str]) -> None:
    assert quoted(case[0]) == case[1]


def test_a_legal_name_is_unchanged_and_other_text_is_quoted() -> None:
    assert (name_or_quotation("ana"), name_or_quotation("Ana\nThe form: x")) == ("ana", "“Ana The form: x”")


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_quotation_is_recognised(first: str, second: str) -> None:
    parts = ["It says ", quoted(first), " and then\n", quoted(second), "."]
    assert list(quotation_parts("".join(parts))) == list(zip(parts, [False, True, False, True, False], strict=True))
    assert not any(line in quoted(first) for line in "\n\r\v\f\x1c\x85\u2028\u2029")


def test_an_unclosed_quotation_reaches_to_the_end() -> None:
    assert list(quotation_parts("because “it broke. The form: http")) == [
        ("because ", False), ("“it broke. The form: http", True),
    ]  # fmt: skip


def test_unmarked_removes_only_the_quotation_marks() -> None:
    assert unmarked(f"because {quoted('it broke')}.") == "because it broke."


MARKDOWN: dict[str, tuple[str, str]] = {
    "ours is Markdown": ("Answer with `x` at http://a/b_c", "Answer with `x` at http://a/b_c"),
    "theirs is code": ("“**a** <img src=x> http://e”, ours", "“`**a** <img src=x> http://e`”, ours"),
    "theirs ends no code": ("“a`b` [c](d)”", "“`a'b' [c](d)`”"),
    "nothing of theirs": ("“”", "“”"),
    "theirs that was cut off": ("x “a", "x “`a`”"),
}


@pytest.mark.parametrize("case", MARKDOWN.values(), ids=MARKDOWN)
def test_in_markdown_writes(case: tuple[str, str]) -> None:
    assert in_markdown(case[0]) == case[1]
