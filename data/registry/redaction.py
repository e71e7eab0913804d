"""Replace secrets in a value before it is written to the log, since nothing in the log can be deleted later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[redacted]"
SECRET_NAME = re.compile(
    r"(?i)passw|secret|api[_-]?key|access[_-]?key|private[_-]?key|authorization|bearer|(?<![a-z])(otp|seed|token)(?![a-z])"
)
SECRET_VALUE = re.compile(
    r"(?<![A-Za-z0-9/_-])(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"
    r"|sk-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*)"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----)?|otpauth://\S+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",
    re.DOTALL,
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
"""A digest is recorded to be compared, also that of a seed: it does not reveal what it was made of."""
SCHEMAS = frozenset({"columns"})
"""Fields that map column names to column types: a column name such as `token` hides nothing there."""


def redacted(value: Any) -> Any:
    """Return the value with secrets replaced: each text under a key that denotes a secret, such as `password`, and each
    part of a text that has the form of a known secret, such as an API key.
    """
    if isinstance(value, Mapping):
        return {key: _redacted_item(key, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(item) for item in value]
    return SECRET_VALUE.sub(HIDDEN, value) if isinstance(value, str) else value


def _redacted_item(key: str, item: Any) -> Any:
    if isinstance(item, str) and item and SECRET_NAME.search(key) and not DIGEST.fullmatch(item):
        return HIDDEN
    if key in SCHEMAS and isinstance(item, Mapping):
        return {name: item[name] if isinstance(item[name], str) else redacted(item[name]) for name in item}
    return redacted(item)
