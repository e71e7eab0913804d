"""Write the dossier of a retirement as JSON, stored by digest, and as JSON and Markdown to the reports folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import rfc8785

from data.errors import PublishError
from data.files.artifacts import ArtifactStore, file_digest
from data.files.durable_file import write_durably
from data.files.file_fault import file_faults
from data.queries.retirement_dossier import retirement_dossier
from data.records.names import short
from data.records.run_context import RunContext
from data.registry.registry import Registry
from data.text.counted import counted
from tasks.run.business_time import moment
from tasks.run.create_prefect_artifact import create_prefect_artifact
from tasks.run.take_steps import name_step, step
from views.forms.dossier_text import dossier_text


@dataclass(frozen=True)
class WrittenDossier:
    """The digests of a dossier: of its JSON, which is in the artifact store, and of its Markdown."""

    digest: str
    text_digest: str


@step("write dossier")
def write_dossier(key: str, retain_until: datetime, context: RunContext) -> WrittenDossier:
    """Collect and write the dossier; return its digests.

    Raises ArtifactError when evidence that the dossier needs is missing, PublishError when the reports cannot be
    written.
    """
    registry = Registry.here()
    dossier = retirement_dossier(registry, key, moment(context.as_of), retain_until)
    content, text = rfc8785.dumps(dossier.document()), dossier_text(dossier)
    digest = ArtifactStore(registry.home.artifacts).put(content)
    name = "retirement-" + short(dossier.version.key).replace("/", "-").replace(" ", "-")
    reports = registry.home.reports
    with file_faults(reports, kind=PublishError, before="the dossier is not complete: "):
        write_durably(reports / f"{name}.json", content)
        write_durably(reports / f"{name}.md", text.encode())
    create_prefect_artifact("retirement-dossier", "", [text], name)
    name_step(
        f"write dossier: {counted(len(dossier.events), 'event')}, {counted(len(dossier.parties), 'consumer')}",
        retirement=key,
    )
    return WrittenDossier(digest, file_digest(reports / f"{name}.md"))
