"""Reads and checks a whole submission, and reports all its problems together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import DocumentError
from data.files.artifacts import file_digest
from data.records.evidence import sha256_of
from data.records.model import ColumnMapping
from data.submission.artifact_folder import SubmittedArtifact, read_artifact
from data.submission.datasets import FILES as DATASETS
from data.submission.datasets import DatasetFacts, read_dataset
from data.submission.documents import Document, read_documents, read_text
from data.submission.environment import Environment, read_environment
from data.submission.model_file import FILE as MODEL
from data.submission.model_file import ModelFile, read_model_file
from data.submission.packing import list_files
from data.submission.plan_files import (
    MONITORING,
    TESTS,
    MonitoringFile,
    TestsFile,
    read_monitoring_file,
    read_tests_file,
)
from data.submission.problems import Problems
from data.submission.provenance import Provenance
from data.submission.stand_ins import require_real_files
from data.submission.suite import Suite, read_suites
from data.submission.version_file import FILE as VERSION
from data.submission.version_file import VersionFile, read_version_file
from data.text.yaml_text import YamlText, read_yaml

CODE = "code"


@dataclass(frozen=True)
class Submission:
    """A submission that passed every check that needs no registry; `digest` is the digest of its pack."""

    folder: Path
    digest: str
    model: ModelFile
    version: VersionFile
    tests: TestsFile
    monitoring: MonitoringFile | None
    artifact: SubmittedArtifact
    datasets: Mapping[str, DatasetFacts]
    suites: Mapping[str, Suite]
    documents: tuple[Document, ...]
    provenance: Provenance
    environment: Environment

    def dataset_path(self, role: str) -> Path:
        """Return the path of the dataset of a role."""
        return self.folder / DATASETS[role]

    @property
    def source_digest(self) -> str | None:
        """The digest of the files under `code/`; None without such files."""
        if not (self.folder / CODE).is_dir():
            return None
        files = [path for path in list_files(self.folder) if path.parts[0] == CODE]
        return sha256_of([[str(path), file_digest(self.folder / path)] for path in files]) if files else None


def accept_all_rules(document: YamlText) -> None:
    """Accept every watch rule: this layer does not know which statistics exist."""


def read_submission(
    folder: Path, digest: str, provenance: Provenance, check_rules: Callable[[YamlText], None] = accept_all_rules
) -> Submission:
    """Read and check an unpacked submission; `check_rules` raises InputError for invalid rules of monitoring.yaml.

    Raises a single problem as it is (SubmissionError, DocumentError, LogFormatError, InvalidNameError), and several as
    one SubmissionError with a line for each.
    """
    require_real_files(folder, list_files(folder))
    problems = Problems()
    model = problems.attempt(read_model, folder)
    mapping = ColumnMapping() if problems.found else model.mapping
    known = not problems.found
    submission = Submission(
        folder=folder,
        digest=digest,
        model=model,
        version=problems.attempt(_read_version, folder),
        tests=problems.attempt(_read_tests, folder),
        monitoring=problems.attempt(_read_monitoring, folder, check_rules, problems),
        artifact=problems.attempt(read_artifact, folder),
        datasets={
            role: problems.attempt(read_dataset, folder / name, role, mapping)
            for role, name in DATASETS.items()
            if known or not (folder / name).is_file()
        },
        suites=problems.attempt(read_suites, folder),
        documents=problems.attempt(read_documents, folder),
        provenance=provenance,
        environment=read_environment(folder, provenance),
    )
    problems.check()
    return submission


def read_model(folder: Path) -> ModelFile:
    """Read only the model.yaml of a folder. Raises DocumentError, SubmissionError, InvalidNameError."""
    return read_model_file(_yaml(folder, MODEL))


def _read_version(folder: Path) -> VersionFile:
    return read_version_file(_yaml(folder, VERSION))


def _read_tests(folder: Path) -> TestsFile:
    return read_tests_file(_yaml(folder, TESTS))


def _read_monitoring(folder: Path, check: Callable[[YamlText], None], problems: Problems) -> MonitoringFile | None:
    if not (folder / MONITORING).is_file():
        return None
    document = _yaml(folder, MONITORING)
    problems.attempt(check, document)
    return read_monitoring_file(document)


def _yaml(folder: Path, name: str) -> YamlText:
    if not (folder / name).is_file():
        raise DocumentError(f"{name}: file not found", "write it; `modelward init` writes a template with comments")
    return read_yaml(read_text(folder / name, name), name)
