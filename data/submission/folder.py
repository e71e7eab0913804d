"""Reads and checks a whole submission, and reports all its problems together."""

from __future__ import annotations

from collections.abc import Mapping
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
from data.submission.known_columns import KnownColumns, PlanChecks, check_suite_columns, known_columns
from data.submission.model_file import FILE as MODEL
from data.submission.model_file import ModelFile, column_places, read_model_file
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

    def at(self, file: str, *path: str | int) -> str:
        """Return `file:line` of a value in a YAML file of the submission."""
        return _yaml(self.folder, file).at(*path)

    @property
    def source_digest(self) -> str | None:
        """The digest of the files under `code/`; None without such files."""
        if not (self.folder / CODE).is_dir():
            return None
        files = [path for path in list_files(self.folder) if path.parts[0] == CODE]
        return sha256_of([[str(path), file_digest(self.folder / path)] for path in files]) if files else None


def accept_all(document: YamlText, known: KnownColumns) -> None:
    """Accept every metric and statistic: this layer does not know which exist."""


ACCEPT_ALL = PlanChecks(tests=accept_all, rules=accept_all)


def read_submission(folder: Path, digest: str, provenance: Provenance, checks: PlanChecks = ACCEPT_ALL) -> Submission:
    """Read and check an unpacked submission; `checks` raise InputError for invalid tests and watch rules.

    Raises a single problem as it is (SubmissionError, DocumentError, LogFormatError, InvalidNameError), and several as
    one SubmissionError with a line for each.
    """
    require_real_files(folder, list_files(folder))
    problems = Problems()
    model = problems.attempt(read_model, folder)
    version = problems.attempt(_read_version, folder)
    datasets = _read_datasets(folder, model, problems)
    known = known_columns(model, datasets)
    submission = Submission(
        folder=folder,
        digest=digest,
        model=model,
        version=version,
        tests=problems.attempt(_read_tests, folder, checks, known, problems),
        monitoring=problems.attempt(_read_monitoring, folder, checks, known, problems),
        artifact=problems.attempt(read_artifact, folder),
        datasets=datasets,
        suites=problems.attempt(_read_suites, folder, known, problems),
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


def _read_datasets(folder: Path, model: ModelFile | None, problems: Problems) -> dict[str, DatasetFacts]:
    """Return the datasets; one with a problem is None. Without a model.yaml only a missing file is a problem."""
    mapping = model.mapping if model is not None else ColumnMapping()
    named_at = column_places(_yaml(folder, MODEL), model) if model is not None else {}
    return {
        role: problems.attempt(read_dataset, folder / name, role, mapping, named_at)
        for role, name in DATASETS.items()
        if model is not None or not (folder / name).is_file()
    }


def _read_suites(folder: Path, known: KnownColumns, problems: Problems) -> dict[str, Suite]:
    suites = read_suites(folder)
    problems.attempt(check_suite_columns, folder, suites, known)
    return suites


def _read_tests(folder: Path, checks: PlanChecks, known: KnownColumns, problems: Problems) -> TestsFile:
    document = _yaml(folder, TESTS)
    problems.attempt(checks.tests, document, known)
    return read_tests_file(document)


def _read_monitoring(
    folder: Path, checks: PlanChecks, known: KnownColumns, problems: Problems
) -> MonitoringFile | None:
    if not (folder / MONITORING).is_file():
        return None
    document = _yaml(folder, MONITORING)
    problems.attempt(checks.rules, document, known)
    return read_monitoring_file(document)


def _yaml(folder: Path, name: str) -> YamlText:
    if not (folder / name).is_file():
        raise DocumentError(f"{name}: file not found", "write it; `modelward init` writes a template with comments")
    return read_yaml(read_text(folder / name, name), name)
