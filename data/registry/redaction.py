"""Replace secrets in a value before it is written to the log, since nothing in the log can be deleted later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from data.text.secret_patterns import HIDDEN, without_secrets_in

SECRET_NAME = re.compile(
    r"(?i)passw|secret|api[_-]?key|access[_-]?key|private[_-]?key|authorization|bearer|(?<![a-z])(otp|seed|token)(?![a-z])"
)
SCHEMAS = frozenset({"columns"})
"""Fields that map column names to column types: a column name such as `token` hides nothing there."""


def redacted(value: Any) -> Any:
    """Return the value with secrets replaced: each text under a key that denotes a secret, such as `password`, and each
    part of a text that has the form of a known secret, such as an API key (`data/text/secret_patterns.py`).
    """
    if isinstance(value, Mapping):
        return {key: _redacted_item(key, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(item) for item in value]
    return without_secrets_in(value) if isinstance(value, str) else value


def _redacted_item(key: str, item: Any) -> Any:
    if isinstance(item, str) and item and SECRET_NAME.search(key):
        return HIDDEN
    if key in SCHEMAS and isinstance(item, Mapping):
        return {name: item[name] if isinstance(item[name], str) else redacted(item[name]) for name in item}
    return redacted(item)
