"""The files of a home that are made from the record or taken facts from, and the receipts that people keep."""

from __future__ import annotations

from pathlib import Path

from data.logs.profile_cache import ProfileCache
from data.queries.event_proof import prove_event
from data.submission.delivery import deliver
from tests.world import World

COUNTS: tuple[tuple[str, bytes], ...] = (("monday", b'{"rows": 300}'), ("tuesday", b'{"rows": 200}'))


def add_derived_files(world: World, folder: Path) -> str:
    """Write two cached counts, pack a submission, and write the receipts of the last two events into the folder.

    Return the digest of the submission.
    """
    cache = ProfileCache(world.home.profiles, world.home.keys)
    for day, content in COUNTS:
        cache.put(content, day)
    submission = folder.with_name("submission")
    submission.mkdir()
    (submission / "model.yaml").write_text("model: ops/late\n")
    size = world.registry.head().size
    for seq in (size - 1, size - 2):
        (folder / f"receipt-{seq}").write_text(prove_event(world.registry, seq).text, "utf-8")
    return deliver(submission, world.home, "dev")
