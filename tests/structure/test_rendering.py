"""Only views render: no module of flows or tasks builds Markdown, escapes text for it, or draws a table or a chart."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.structure.markdown_literals import markdown_literals
from tests.structure.source_trees import Trees

# What Markdown is made with: a module that renders imports at least one of them, unless all its text is trusted.
TOOLS = ("data.text.markdown_text", "views.forms.markdown_table", "views.charts", "markdown_it", "markupsafe", "html")
# The one file that gives text to Prefect's page, with a description of which it escapes.
PUBLISHER = Path("tasks/run/create_prefect_artifact.py")


def above(trees: Trees) -> dict[Path, ast.Module]:
    return {path: tree for path, tree in trees.items() if path.parts[0] in ("flows", "tasks")}


def imported(tree: ast.Module) -> list[str]:
    """Return each module and name that is imported, wherever the statement is."""
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [*plain, *(f"{node.module}.{alias.name}" for node in named for alias in node.names)]


def comes_from(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def test_no_text_of_a_flow_or_task_is_markdown(trees: Trees) -> None:
    found = [f"{path}:{text}" for path, tree in above(trees).items() for text in markdown_literals(tree)]
    assert not found, "move the text to a module of views/forms: a task fetches records and calls the view"


def test_no_flow_or_task_imports_what_markdown_is_made_with(trees: Trees) -> None:
    found = [
        f"{path}: {name}"
        for path, tree in above(trees).items()
        for name in imported(tree)
        if comes_from(name, TOOLS) and path != PUBLISHER
    ]
    assert not found, "move the rendering to a module of views/forms"


def test_one_task_gives_artifacts_to_prefect(trees: Trees) -> None:
    found = [
        f"{path}: {name}"
        for path, tree in above(trees).items()
        for name in imported(tree)
        if comes_from(name, ("prefect.artifacts",)) and path != PUBLISHER
    ]
    assert not found, f"call create_prefect_artifact of {PUBLISHER}"


MARKDOWN = {
    "a heading": 'f"### {title}"',
    "a heading after a line": '"done\\n# Title"',
    "an item of a list": 'f"- {name}"',
    "an item of a numbered list": '"1. first"',
    "bold": 'f"**{outcome}**"',
    "a row of a table": 'f"| {a} | {b} |"',
    "cells without the outer lines": 'f"{a} | {b}"',
    "the rule of a table": '"|---|--:|"',
    "a separator": '" | ".join(cells)',
    "an inner separator": '"|".join(cells)',
    "marks that are multiplied": '"#" * 3 + title',
    "a mark that is joined": '"- " + name',
    "a link": 'f"[{name}]({url})"',
    "a quotation": '"> note"',
    "a fence of code": '"```text"',
    "HTML": '"<details>"',
    "a comment that parts an address": '"<!-- -->"',
    "an escape": 'text.replace("|", "\\\\|")',
}
NOT_MARKDOWN = {
    "docstrings": '"""**Bold**."""\nMOST = 3\n"""- most"""\ndef f():\n    """# Title."""',
    "a command in a message": 'shown = "run `modelward audit verify`"',
    "a name with hyphens": 'shown = "flight-delay, not-watched"',
    "a dash in a sentence": 'shown = "a - b"',
    "a number of a version": 'shown = "v1.2 of 3"',
    "a type as text": 'cast("int | None", value)',
    "a pattern": 'LINE = re.compile(r"- (a|b)*")',
    "an arrow": 'shown = f"{old} -> {new}"',
    "a figure below zero": 'shown = "-1"',
    "a hyphen between parts": 'shown = "-".join(parts)',
    "a name with underscores": 'shown = "flow_run_id"',
    "no text": 'shown = ""',
}


@pytest.mark.parametrize("source", MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_is_found(source: str) -> None:
    assert markdown_literals(ast.parse(f"shown = {source}"))


@pytest.mark.parametrize("source", NOT_MARKDOWN.values(), ids=NOT_MARKDOWN)
def test_other_text_is_allowed(source: str) -> None:
    assert markdown_literals(ast.parse(source)) == []


def test_an_import_inside_of_a_function_is_found() -> None:
    tree = ast.parse("def f():\n    from views.forms.markdown_table import markdown_table\n    import html\n")
    assert [comes_from(name, TOOLS) for name in imported(tree)] == [True, True]
