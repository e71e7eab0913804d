"""Compare the held-out rows of a submission with its training rows, by id and by content."""

from __future__ import annotations

from pathlib import Path

from data.records.model import ColumnMapping
from data.records.version import Overlap
from data.submission.datasets import FILES
from data.submission.folder import Submission
from data.submission.row_hashes import read_row_hashes
from monitoring.row_overlap import measure_overlap
from tasks.run.take_steps import name_step, step


@step("compare datasets")
def compare_datasets(submission: Submission) -> Overlap:
    """Return the number of held-out rows that are training rows."""
    found = dataset_overlap(submission.folder, submission.model.mapping)
    name_step(
        f"compare datasets: {found.ids:,} held-out rows shared by id, {found.rows:,} by content",
        model=submission.model.key,
    )
    return found


def dataset_overlap(folder: Path, columns: ColumnMapping) -> Overlap:
    """Return the overlap of the two datasets in the folder of a submission that was read without a problem."""
    training, held_out = (read_row_hashes(folder / FILES[role], columns) for role in ("training", "held-out"))
    return measure_overlap(training.ids, training.contents, held_out.ids, held_out.contents)
