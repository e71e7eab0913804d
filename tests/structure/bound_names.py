"""Find every name that a file binds: values, parameters, attributes, functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

PASSING = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda
Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Bound(NamedTuple):
    """A name and its line; `passing` is True if it exists only in a comprehension or a lambda."""

    name: str
    line: int
    passing: bool


def bound(node: ast.AST, *, passing: bool = False) -> Iterator[Bound]:
    """Yield the names bound in a tree, in no order, without imports: another file chose their names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Defined):
            yield Bound(child.name, child.lineno, passing=False)
        elif isinstance(child, ast.arg):
            yield Bound(child.arg, child.lineno, passing=isinstance(node, ast.arguments) and passing)
        elif isinstance(child, ast.Name | ast.Attribute) and isinstance(child.ctx, ast.Store):
            yield Bound(child.id if isinstance(child, ast.Name) else child.attr, child.lineno, passing)
        elif (isinstance(child, ast.MatchAs | ast.MatchStar) and child.name) or (
            isinstance(child, ast.ExceptHandler) and child.name
        ):
            yield Bound(child.name, child.lineno, passing)
        inside = isinstance(child, PASSING) or (passing and not isinstance(child, Defined))
        yield from bound(child, passing=inside)
