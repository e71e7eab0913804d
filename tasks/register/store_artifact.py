"""Keep a submission's artifact, documents and environment by digest."""

from __future__ import annotations

from data.errors import DigestMismatchError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.submission.folder import Submission
from tasks.run.take_steps import name_step, step


@step("store artifact")
def store_artifact(submission: Submission) -> str | None:
    """Store the bytes; answers with the digest of the environment, None when nothing is known of it.

    Raises DigestMismatchError when the artifact is no longer what was read.
    """
    store = ArtifactStore(Home.here().artifacts)
    artifact = submission.artifact
    kept = store.put_file(artifact.file) if artifact.file is not None else store.put(artifact.pin)
    if kept != artifact.record.digest:
        raise DigestMismatchError(f"the artifact changed while it was registered: {kept}, not {artifact.record.digest}")
    name_step(f"store {artifact.record.kind} {kept.removeprefix('sha256:')[:12]}", digest=kept)
    for document in submission.documents:
        store.put(document.text.encode())
    return store.put(submission.environment.content) if submission.environment.content is not None else None
