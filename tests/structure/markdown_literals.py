"""Finds the string literals of a module that are Markdown or HTML, outside of docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

# What renders: a heading, list item, quotation, rule, code fence or table row at the start of a line; bold, links,
# pictures, table rules and cells, HTML and escapes anywhere. A `code` span is not listed: messages quote commands so.
MARKUP = re.compile(
    r"^[ \t]*(#{1,6}\s|[-*+]\s|>\s|\d+\.\s|```|~~~|---+$|\|)"
    r"|\*\*|__|\]\(|:?--+:?\||\s\|\s|</?[a-z]+>|<!--|&[a-z]+;|\\[|*_]",
    re.MULTILINE,
)
# A piece that becomes Markdown when it is joined to others, such as `"#" * 3` or `" | ".join(cells)`.
PIECE = re.compile(r"[ \n]*([#>|*+]+[ ]*|- +)|\|[^|]*|[^|]*\|")
PLACEHOLDER = "x"


def docstrings(tree: ast.Module) -> set[ast.AST]:
    """Return the docstrings, also those of constants: strings that are statements."""
    return {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def not_shown(tree: ast.Module) -> set[ast.AST]:
    """Return the first arguments of `re.…(pattern)` and `cast("type", value)`: patterns, and types as text."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    return {call.args[0] for call in calls if re.fullmatch(r"re\.\w+|cast", ast.unparse(call.func))}


def text_of(node: ast.AST) -> str:
    """Return the text of a literal, with a placeholder for each value that an f-string inserts."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else PLACEHOLDER


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string literal; an f-string is one literal."""
    passed = docstrings(tree) | not_shown(tree)
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if is_text and node not in passed and node not in parts:
            yield getattr(node, "lineno", 0), text_of(node)


def markdown_literals(tree: ast.Module) -> list[str]:
    """Return line and text of each string literal that is Markdown or HTML, or a piece of it."""
    return [f"{line} {text!r}" for line, text in literals(tree) if MARKUP.search(text) or PIECE.fullmatch(text)]
