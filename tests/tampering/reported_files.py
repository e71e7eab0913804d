"""What a home reports about the record: the dossier of a retirement, an incident, and the evidence pages."""

from __future__ import annotations

from datetime import timedelta

from data.files.artifacts import file_digest
from data.records.monitoring import REGISTRY
from data.registry.commands.deployment import OpenIncident
from data.registry.commands.retirement import (
    ApproveRetirement,
    ArchiveRetirement,
    BeginSunset,
    OpenRetirement,
    RecordTraffic,
    WithdrawVersion,
)
from tests import retirement_states
from tests.world import World
from views.pages.site import site_folder, write_site

RETIRED = "models/ops/old"
DOSSIER = "retirement-ops-old-v1"
CONTENT, TEXT = b'{"dossier": 1}', b"# Dossier\n"


def retire_a_version(world: World) -> str:
    """Retire the only version of a model that nobody uses, and open an incident; return the digest of the dossier."""
    version = world.version(RETIRED)
    key, sunset_at = f"{version}/retirement", world.now + timedelta(hours=1)
    world.do(
        OpenRetirement(
            version=version, reason="nobody uses it", sunset_at=sunset_at, quiet_days=1, parties=(),
            impact_digest=world.artifacts.put(b"impact"),
        ),
        by="olga",
    )  # fmt: skip
    world.do(ApproveRetirement(key=key, request=retirement_states.requested(world, key)))
    world.now = sunset_at
    world.do(BeginSunset(key=key))
    world.move(days=1)
    world.do(
        RecordTraffic(
            key=key, from_at=sunset_at, to_at=world.now, rows=0, evidence_digest=world.artifacts.put(b"traffic")
        )
    )
    world.do(WithdrawVersion(key=key))
    world.home.reports.mkdir(exist_ok=True)
    for ending, content in ((".json", CONTENT), (".md", TEXT)):
        (world.home.reports / f"{DOSSIER}{ending}").write_bytes(content)
    dossier, text = world.artifacts.put(CONTENT), file_digest(world.home.reports / f"{DOSSIER}.md")
    until = world.now + timedelta(days=7 * 365)
    world.do(ArchiveRetirement(key=key, dossier_digest=dossier, text_digest=text, retain_until=until))
    world.do(OpenIncident(model=REGISTRY, kind="files", title="a profile differs"), by="olga")
    return dossier


def write_pages(world: World) -> None:
    """Write the evidence pages of the retired model to their folder in the home."""
    write_site(world.home, site_folder(world.home), [RETIRED])
