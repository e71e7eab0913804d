"""Build the reference of a version: the edges of each column, and the counts of its datasets on these edges."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import rfc8785

from data.errors import ArtifactError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.records.model import ColumnMapping
from data.submission.folder import Submission
from monitoring import profile_file, score_file
from monitoring.column_kind import ColumnKind
from monitoring.edge_placement import edges_of_files
from monitoring.edges import REGISTER_AGAIN, Edges
from monitoring.profile import Profile
from monitoring.scan import Layout, profile_files
from monitoring.scores import ScoreHistogram, count_scores
from tasks.run.take_steps import name_step, step

FORMAT = 1
SCORE = "score"


@dataclass(frozen=True)
class Reference:
    """A version's edges, and for each dataset role a profile and a score × label histogram counted on these edges."""

    edges: Edges
    profiles: Mapping[str, Profile]
    scores: Mapping[str, ScoreHistogram]


@step("build reference")
def build_reference(submission: Submission) -> str:
    """Place the edges on the training data, count both datasets on the edges, and store the result by digest.

    The columns are the features under their own names, and `score`. Return the digest of the reference: a JSON document
    with the digests of its parts. Raises LogFormatError when a column cannot be counted.
    """
    mapping = submission.model.mapping
    paths = {role: submission.dataset_path(role) for role in submission.datasets}
    columns = {one.name: ColumnKind(one.kind) for one in mapping.features} | {SCORE: ColumnKind.NUMERIC}
    renamed = {SCORE: mapping.score}
    edges = edges_of_files([paths["training"]], columns, renamed)
    layout = Layout(mapping=renamed)
    profiles = {role: profile_files([path], edges, role, layout)[0] for role, path in paths.items()}
    scores = {role: _scores(path, mapping) for role, path in paths.items()}
    digest = store_reference(Reference(edges, profiles, scores))
    name_step(f"build reference: {len(columns)} columns", reference=digest)
    return digest


def read_reference(store: ArtifactStore, digest: str) -> Reference:
    """Return the reference stored under a digest.

    Raises ArtifactError when a part is missing or the format is unknown, StatisticsError when a part is damaged.
    """
    document = json.loads(store.read(digest))
    if document.get("format") != FORMAT:
        raise ArtifactError(
            f"the reference {digest} has format {document.get('format')}; this modelward reads only format {FORMAT}",
            REGISTER_AGAIN,
        )
    edges = Edges.from_json(store.read(document["edges"]).decode(), document["edges"])
    return Reference(
        edges,
        {role: profile_file.from_bytes(store.read(part), edges) for role, part in document["profiles"].items()},
        {role: score_file.from_bytes(store.read(part)) for role, part in document["scores"].items()},
    )


def store_reference(reference: Reference) -> str:
    """Store a reference and its parts in the artifact store; return the digest that `read_reference` takes."""
    store = ArtifactStore(Home.here().artifacts)
    document = {
        "format": FORMAT,
        "edges": store.put(reference.edges.to_json().encode()),
        "profiles": {role: store.put(profile_file.to_bytes(one)) for role, one in reference.profiles.items()},
        "scores": {role: store.put(score_file.to_bytes(one)) for role, one in reference.scores.items()},
    }
    return store.put(rfc8785.dumps(document))  # type: ignore[arg-type] # its types do not accept a dict of text


def _scores(path: Path, mapping: ColumnMapping) -> ScoreHistogram:
    table = pq.read_table(path, columns=[mapping.score, mapping.label])
    score, label = (
        np.asarray(pc.cast(table.column(name), "float64").to_numpy()) for name in (mapping.score, mapping.label)
    )
    return count_scores(score, label)
