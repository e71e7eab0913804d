"""Documentation is rendered with paragraphs, headings, lists and code; everything else stays plain text."""

from __future__ import annotations

import pytest

from views.pages.plain_markdown import as_markup

SHOWN = {
    "a paragraph": ("One\ntwo", "<p>One\ntwo</p>"),
    "a heading at the level it is given": ("# Purpose", "<h4>Purpose</h4>"),
    "a heading below another": ("# A\n## B\n### C\n#### D", "<h4>A</h4>\n<h5>B</h5>\n<h6>C</h6>\n<h6>D</h6>"),
    "a heading that leaves levels out": ("# A\n#### B", "<h4>A</h4>\n<h5>B</h5>"),
    "a first heading that is low": ("### A", "<h4>A</h4>"),
    "a heading that is closed": ("# A ##", "<h4>A</h4>"),
    "a heading that is closed with room": ("# A  #  ", "<h4>A</h4>"),
    "marks inside a heading": ("# A # B", "<h4>A # B</h4>"),
    "a heading of nothing": ("# ##", "<h4></h4>"),
    "a list": ("- one\n- two\n  and more", "<ul><li>one</li><li>two\nand more</li></ul>"),
    "a numbered list": ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
    "a numbered list that begins later": ("3. one\n4. two", '<ol start="3"><li>one</li><li>two</li></ol>'),
    "a list in a list": ("- a\n  - b\n  - c", "<ul><li>a\n<ul><li>b</li><li>c</li></ul></li></ul>"),
    "a list with room between its items": ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    "an item of several blocks": ("- # A\n\n  b", "<ul><li><h4>A</h4>\n<p>b</p></li></ul>"),
    "emphasis, code and entities as words": ("**a** `b` &lt; \\*", "<p>**a** `b` &amp;lt; \\*</p>"),
    "an address as words": (
        "<https://example.org> www.example.org",
        "<p>&lt;https://example.org&gt; www.example.org</p>",
    ),
    "a definition of a link as words": ("[a]: https://example.org", "<p>[a]: https://example.org</p>"),
    "a quotation as words": ("> a", "<p>&gt; a</p>"),
    "code as preformatted text": ("```py\na  <b>\n```", '<pre tabindex="0">a  &lt;b&gt;</pre>'),
    "a fence that is never closed": ("```\na", '<pre tabindex="0">a</pre>'),
    "a table as preformatted text": ("| a | b |", '<pre tabindex="0">| a | b |</pre>'),
    "markup as words": ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
    "a link as words": ("[here](https://example.org)", "<p>[here](https://example.org)</p>"),
    "a picture as words": ("![it](https://example.org/x.png)", "<p>![it](https://example.org/x.png)</p>"),
    "what turns text as its code": ("a\u202eb\u2066", "<p>a\\u202eb\\u2066</p>"),
    "a hidden character in a heading": ("# a\u200bb", "<h4>a\\u200bb</h4>"),
    "templates as words": ("{{ 7 * 7 }}", "<p>{{ 7 * 7 }}</p>"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "markup"), SHOWN.values(), ids=SHOWN)
def test_documentation_is_rendered(text: str, markup: str) -> None:
    assert as_markup(text) == markup


def test_text_with_lists_nested_too_deep_is_shown_as_code() -> None:
    deep = "- " * 30 + "hidden?"
    assert as_markup(deep) == f'<pre tabindex="0">{deep}</pre>'
    shallow = "- " * 19 + "shown"
    assert as_markup(shallow).count("<li>") == 19
    assert "shown" in as_markup(shallow)


LONG = 39_000
HOSTILE = {
    "spaces inside a heading": "# a" + " " * LONG + "b",
    "marks inside a heading": "# a" + " #" * (LONG // 2) + "b",
    "nothing but marks": "# " + "#" * LONG + "b",
    "spaces before what could be an item": " " * LONG + "a",
    "digits that could be a number": "1" * LONG,
    "an item of spaces": "-" + " " * LONG,
    "a word in spaces before an item": "- a" + " " * LONG + "b\n" + " " * LONG,
    "lists in lists": "- " * (LONG // 2) + "a",
    "lists that are indented ever deeper": "\n".join(" " * (2 * depth) + "- a" for depth in range(190)),
    "short lines": "# a\n- b\n" * (LONG // 8),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_longest_accepted_text_is_rendered_within_seconds(text: str) -> None:
    assert as_markup(text)
