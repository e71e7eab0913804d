"""A message of a log stays on one line, and no text in it steers the terminal that shows it."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest

from data.text.safe_log import safe_logger

LAYERS = ("data", "gates", "monitoring", "views", "modelward")
ROOT = Path(__file__).parents[3]


def test_texts_are_shown_on_one_line_and_numbers_keep_their_format(caplog: pytest.LogCaptureFixture) -> None:
    safe_logger("tests.safe_log").warning("%s has %03d rows: %s", "a\x1b[31m\u202e", 7, ValueError("one\ntwo"))
    assert caplog.messages == [r"a\u001b[31m\u202e has 007 rows: one\u000atwo"]


def test_a_message_below_the_level_is_not_written(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        safe_logger("tests.safe_log").info("%s", "text")
    assert caplog.messages == []


def test_the_product_logs_through_it() -> None:
    """Tasks log through the logger of their run, which `tasks.run.take_steps` gives."""
    files = [path for layer in LAYERS for path in (ROOT / layer).rglob("*.py") if path.name != "safe_log.py"]
    names = {
        path: node.attr
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "getLogger"
    }
    assert names == {}
