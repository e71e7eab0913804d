"""A version with a stored file of every kind that a deep verification hashes."""

from __future__ import annotations

from dataclasses import dataclass

from data.audit.body import canonical
from data.records.evidence import sha256_of
from data.records.log import Standard
from data.records.version import Metric, Section, Version
from data.registry.commands.version import RecordEvidence, SubmittedDataset
from tests.world import World


@dataclass(frozen=True)
class VersionFiles:
    """The digest of each kind of stored file of one version; `parts` are those that the reference profile names."""

    digests: dict[str, str]
    parts: dict[str, str]
    version: str


def register_with_every_file(world: World) -> VersionFiles:
    """Register a version with a file of every kind, and record a metric and a new text for it."""
    parts = {name: world.artifacts.put(name.encode()) for name in ("edges", "training", "scores")}
    document = {"format": 1, "edges": parts["edges"], "profiles": {"training": parts["training"]},
                "scores": {"training": parts["scores"]}}  # fmt: skip
    report = world.artifacts.put(b"quality report")
    dataset = SubmittedDataset(
        role="training", kind="content", identity=sha256_of("rows"), rows=9, columns={"distance": "double"},
        quality="passed", quality_report=report, quality_rows_floor=1, quality_expectations=3,
    )  # fmt: skip
    profile = world.artifacts.put(canonical(document))
    key = world.version(reference_digest=profile, datasets=(dataset,))
    (section,) = world.find(Section, version=key)
    text = world.artifacts.put(b"a performance section that was generated later")
    later = section.model_copy(
        update={"key": f"{key}/sections/performance", "name": "performance", "text_digest": text}
    )
    world.do(RecordEvidence(version=key, sections=(later,)))
    world.measured(key)
    version, standard = world.get(Version, key), world.find(Standard)[0]
    digests = {
        "artifact": version.artifact.digest, "environment": version.environment_digest,
        "submission": version.submission_digest, "text of a section": section.text_digest,
        "generated text of a card": text, "quality report": report, "reference profile": profile,
        "evidence of a metric": world.find(Metric, version=key)[0].evidence_digest, "standard": standard.digest,
    }  # fmt: skip
    return VersionFiles({name: str(digest) for name, digest in digests.items()}, parts, key)
