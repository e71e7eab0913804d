"""Values that a form has preselected: Prefect's page submits them with the typed ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def preselected(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each form field that offers only one choice, by field name."""
    fields = schema.get("properties", {}).items()
    return {name: field["default"] for name, field in fields if field.get("enum", ()) == [field.get("default")]}
