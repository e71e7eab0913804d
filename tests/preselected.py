"""What a form has chosen already: Prefect's page hands it in with the rest, and nobody types it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def preselected(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The one choice of each field that offers no other, by the field's name."""
    fields = schema.get("properties", {}).items()
    return {name: field["default"] for name, field in fields if field.get("enum", ()) == [field.get("default")]}
