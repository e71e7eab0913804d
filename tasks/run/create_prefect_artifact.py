"""Create a Prefect artifact on the page of a run; it only displays what the registry has recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence

from prefect import runtime
from prefect.artifacts import create_markdown_artifact

from data.settings import read_settings
from data.text.markdown_text import plain
from tasks.run.take_steps import warn_step
from views.forms.evidence_link import evidence_lines


def artifact_key(kind: str, about: str = "") -> str:
    """Return the key of a Prefect artifact from kind and model, like `gates-ops-flight-delay`."""
    parts = about.split("/")[1:3] if about.startswith("models/") else []
    return re.sub(r"[^a-z0-9]+", "-", "-".join([kind, *parts]).lower()).strip("-")


def create_prefect_artifact(kind: str, about: str, lines: Sequence[str], description: str) -> None:
    """Create a version of the Prefect artifact of this kind and model; nothing happens outside a run.

    `description` is a one-sentence summary. A failure of Prefect is only logged, because the artifact changes no
    result.
    """
    if not runtime.flow_run.id:
        return
    try:
        create_markdown_artifact("\n".join(lines), key=artifact_key(kind, about), description=plain(description))
    except Exception as error:  # noqa: BLE001 - a missing artifact changes no result
        warn_step(f"the Prefect artifact {artifact_key(kind, about)} could not be created: {error}")


def evidence_line(page: str, key: str) -> list[str]:
    """Return the last lines of a Prefect artifact: the address of all evidence, or the command that prints it."""
    return evidence_lines(page, key, read_settings().evidence_url)
