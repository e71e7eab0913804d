"""A world in which two versions were deployed one after the other, with their manifests written and signed.

served = serve_two_versions(world)       version 1 is superseded, version 2 serves as champion in production
served.check("--any-age")                run `modelward-check` on the manifest, as a model server does
"""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.audit.checker.checker_command import main
from data.files.serving import SlotAddress
from data.queries.serving_record import serving_record
from data.records.person import Actor
from data.records.run_context import RunContext
from data.records.version import Version
from data.registry.commands.deployment import CompleteDeployment
from data.registry.registry import Registry
from tasks.deploy.carry_out_operation import ServingChange, carry_out
from tests.operations import deploy_command
from tests.world import MODEL, World

PLACE = SlotAddress(MODEL)
FIRST, SECOND = f"{MODEL}/versions/1", f"{MODEL}/versions/2"


@dataclass(frozen=True)
class ServedSlot:
    """The slot champion in production of a world."""

    world: World

    @property
    def registry(self) -> Registry:
        return Registry(self.world.home)

    @property
    def manifest(self) -> Path:
        return self.world.home.manifest(MODEL, PLACE.environment, PLACE.slot)

    @property
    def note(self) -> Path:
        digest = serving_record(self.registry).slots[0].slot.manifest_digest
        return self.manifest.with_name(f"{str(digest).removeprefix('sha256:')}.note")

    @property
    def bytes(self) -> Path:
        return Path(json.loads(self.manifest.read_text())["path"])

    def check(self, *options: str, model: str = "ops/delay", path: Path | None = None) -> tuple[int, dict[str, Any]]:
        """Verify the manifest as a model server does; return the exit code and the printed outcome."""
        key = serving_record(self.registry).vkey
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = main([str(path or self.manifest), "--model", model, "--key", key, "--json", *options])
        return code, json.loads(printed.getvalue())


def publish(world: World, run: str) -> str:
    """Register a version, have it approved, and publish it; return its key."""
    request = world.approved()
    version = world.get(Version, request.subject)
    change = ServingChange(
        place=PLACE,
        begin=lambda: deploy_command(world, request),
        act=lambda target: target.publish(PLACE, version, request.use, world.now, run),
        verify=lambda target: target.verify(PLACE, version),
        complete=lambda digest: CompleteDeployment(model=MODEL, manifest_digest=digest),
        acting="publish to production",
    )
    carry_out(change, RunContext(Actor(id="otto"), world.now, run))
    return version.key


def serve_two_versions(world: World) -> ServedSlot:
    """Publish version 1 and then version 2."""
    publish(world, "run-1")
    world.move(days=1)
    publish(world, "run-2")
    return ServedSlot(world)
