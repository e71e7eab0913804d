"""Leave what a run found on its page in Prefect. It is shown there, never kept there: the registry has recorded it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from prefect import runtime
from prefect.artifacts import create_markdown_artifact

from data.settings import read_settings
from data.text.markdown_text import plain
from views.evidence_address import evidence_url, report_command

log = logging.getLogger(__name__)


def artifact_key(kind: str, about: str = "") -> str:
    """`gates-ops-flight-delay`: the kind and the model of a key, in the letters that Prefect allows."""
    parts = about.split("/")[1:3] if about.startswith("models/") else []
    return re.sub(r"[^a-z0-9]+", "-", "-".join([kind, *parts]).lower()).strip("-")


def leave_artifact(kind: str, about: str, lines: Sequence[str], description: str) -> None:
    """A version of the artifact of this kind and model; `description` says in a sentence how it came out.

    Outside of a run there is nowhere to leave it.

    What a run did stands, whether or not Prefect takes a page about it: that it did not is logged.
    """
    if not runtime.flow_run.id:
        return
    try:
        create_markdown_artifact("\n".join(lines), key=artifact_key(kind, about), description=plain(description))
    except Exception as error:  # noqa: BLE001 - a page that is missing undoes nothing
        log.warning("the artifact %s could not be left: %s", artifact_key(kind, about), error)


def evidence_line(page: str, key: str) -> list[str]:
    """Where all of the evidence is read, as the last line of an artifact."""
    url = evidence_url(read_settings().evidence_url, page)
    return ["", f"[All evidence]({url})" if url else f"All evidence: `{report_command(key)}`"]
