"""artifact/: exactly one file, or a pin of a model that runs elsewhere; the content is never interpreted."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from data.errors import DocumentError, InputError, SubmissionError
from data.submission.artifact_folder import SubmittedArtifact, read_artifact


def read(folder: Path, **files: str) -> SubmittedArtifact:
    (folder / "artifact").mkdir()
    for name, content in files.items():
        (folder / "artifact" / name.replace("_", ".")).write_text(content)
    return read_artifact(folder)


def test_a_file_is_recorded_with_digest_size_and_name(tmp_path: Path) -> None:
    found = read(tmp_path, model_bin="bytes")
    assert found.record.digest == "sha256:" + hashlib.sha256(b"bytes").hexdigest()
    assert (found.record.kind, found.record.size, found.record.file_name) == ("file", 5, "model.bin")
    assert found.file == tmp_path / "artifact" / "model.bin"


def test_a_file_may_be_in_a_subfolder(tmp_path: Path) -> None:
    (tmp_path / "artifact" / "deep").mkdir(parents=True)
    (tmp_path / "artifact" / "deep" / "model.bin").write_text("bytes")
    assert read_artifact(tmp_path).record.file_name == "model.bin"


PINS = {
    "an endpoint": ("endpoint_yaml", "provider: acme\nsnapshot: large-2013-03-01\ntemperature: '0'\n", "endpoint"),
    "a container": ("container_yaml", "image: registry.example/late\ndigest: sha256:ab\n", "container"),
}


@pytest.mark.parametrize("name, text, kind", PINS.values(), ids=PINS)
def test_a_pin_is_recorded_with_its_values(tmp_path: Path, name: str, text: str, kind: str) -> None:
    found = read(tmp_path, **{name: text})
    assert (found.record.kind, found.file) == (kind, None)
    assert found.record.digest == "sha256:" + hashlib.sha256(found.pin).hexdigest()


CASES: dict[str, tuple[dict[str, str], type[InputError], str]] = {
    "no file": ({}, SubmissionError, "artifact/ must contain exactly one file, but has 0"),
    "two files": (
        {"a": "1", "b": "2"},
        SubmissionError,
        "must contain exactly one file, but has 2: artifact/a, artifact/b",
    ),
    "an empty file": ({"model_bin": ""}, SubmissionError, "artifact/model.bin: the file is empty"),
    "a pin without a snapshot": (
        {"endpoint_yaml": "provider: a\n"},
        SubmissionError,
        "endpoint.yaml:1: snapshot must be",
    ),
    "a pin of a number": (
        {"endpoint_yaml": "provider: a\nsnapshot: b\ntemperature: 0\n"},
        SubmissionError,
        "artifact/endpoint.yaml:3: temperature must be given as text",
    ),
    "a broken pin": ({"endpoint_yaml": "provider: [\n"}, DocumentError, "artifact/endpoint.yaml:2: not YAML"),
}


@pytest.mark.parametrize("files, error, what", CASES.values(), ids=CASES)
def test_an_artifact_folder_is_refused_with(
    tmp_path: Path, files: dict[str, str], error: type[InputError], what: str
) -> None:
    with pytest.raises(error) as refused:
        read(tmp_path, **files)
    assert what in refused.value.what


def test_a_missing_artifact_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="must contain exactly one file, but has 0"):
        read_artifact(tmp_path)
