"""Render documentation with paragraphs, headings, lists and code only: no links, images or HTML.

Only block rules of the parser are on, so the characters of emphasis, links, images, HTML and entities are shown as they
were written.
"""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup, escape

from data.text.untrusted_text import safe

LOWEST = 6
MOST_NESTED = 40
"""The deepest nesting of the parser, two levels for each list inside another. It drops what is nested deeper."""

# "zero" has paragraphs and plain text only; the other rules are listed, so that a new version cannot add one.
PARSER = MarkdownIt("zero", {"html": False, "linkify": False, "maxNesting": MOST_NESTED}).enable(
    ["heading", "list", "fence"]
)


def as_markup(text: str, level: int = 4) -> Markup:
    """Return the text as HTML; its first heading is `h4` for level 4, lower headings follow, at most `h6`."""
    tokens = PARSER.parse(text)
    # The parser drops the content of lists that are nested too deep: such a text is shown as it was written.
    if any(token.type == "list_item_open" and token.level + 1 >= MOST_NESTED for token in tokens):
        return _code(text)
    return Markup("\n").join(_Blocks(level).rendered(SyntaxTreeNode(tokens)))


class _Blocks:
    """Renders the blocks of one text in order; the level of a heading depends on the headings before it."""

    def __init__(self, level: int) -> None:
        self._level = level
        self._depth = 0

    def rendered(self, parent: SyntaxTreeNode) -> Iterator[Markup]:
        """Yield the HTML of each block below a node."""
        for node in parent.children:
            if node.type == "heading":
                yield self._heading(node)
            elif node.type in {"bullet_list", "ordered_list"}:
                yield self._list(node)
            elif node.type == "fence":
                yield _code(node.content.removesuffix("\n"))
            else:
                yield _paragraph(node)

    def _heading(self, node: SyntaxTreeNode) -> Markup:
        # No level may be skipped: a heading is at most one level below the heading before it.
        self._depth = min(int(node.tag[1:]), self._depth + 1)
        level = min(self._level + self._depth - 1, LOWEST)
        return Markup("<h{0}>{1}</h{0}>").format(level, _words(node))

    def _list(self, node: SyntaxTreeNode) -> Markup:
        items = [Markup("\n").join(self.rendered(item)) for item in node.children]
        start = Markup(' start="{}"').format(node.attrs["start"]) if "start" in node.attrs else ""
        content = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
        return Markup("<{0}{1}>{2}</{0}>").format(node.tag, start, content)


def _paragraph(node: SyntaxTreeNode) -> Markup:
    """Return a paragraph as HTML; a table as preformatted text; an item of a tight list without `p` element."""
    words = _content(node)
    if words.startswith("|"):
        return _code(words)
    return _words(node) if node.hidden else Markup("<p>{}</p>").format(_words(node))


def _code(text: str) -> Markup:
    return Markup('<pre tabindex="0">{}</pre>').format(escape(safe(text)))


def _words(node: SyntaxTreeNode) -> Markup:
    return escape(safe(_content(node)))


def _content(node: SyntaxTreeNode) -> str:
    return "".join(child.content for child in node.children)
