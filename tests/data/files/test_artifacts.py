"""The artifact store keeps bytes under their digest, checks them at each reading, and never interprets them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ArtifactError, DigestMismatchError
from data.files.artifacts import CHUNK, ArtifactStore, file_digest

EMPTY = "sha256:" + hashlib.sha256(b"").hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


@given(content=st.binary(max_size=100))
def test_stored_bytes_are_read_by_their_digest(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = ArtifactStore(tmp_path_factory.mktemp("a"))
    digest = store.put(content)
    assert (digest, store.read(digest)) == ("sha256:" + hashlib.sha256(content).hexdigest(), content)


def test_the_same_bytes_are_stored_once(store: ArtifactStore) -> None:
    digest = store.put(b"x")
    before = store.path(digest).stat().st_ino
    assert store.put(b"x") == digest
    assert store.path(digest).stat().st_ino == before
    assert len([path for path in store.root.rglob("*") if path.is_file()]) == 1


def test_a_large_file_is_copied_in_chunks(store: ArtifactStore, tmp_path: Path) -> None:
    source = tmp_path / "model.bin"
    source.write_bytes(os.urandom(CHUNK + 17))
    digest = store.put_file(source)
    assert digest == file_digest(source) == file_digest(store.path(digest))
    store.verify(digest)
    assert list(store.root.rglob("tmp*")) == []


def link(folder: Path) -> Path:
    (folder / "real").write_bytes(b"x")
    (folder / "link").symlink_to(folder / "real")
    return folder / "link"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


SOURCES = {"a link": link, "a folder": lambda folder: folder, "a pipe": pipe, "nothing": lambda folder: folder / "none"}


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES)
def test_only_regular_files_are_accepted(make: object, store: ArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="not a regular file"):
        store.put_file(make(tmp_path))  # type: ignore[operator]


NO_DIGESTS = {
    "a path that climbs": "sha256:../../etc/passwd",
    "another algorithm": "md5:" + "0" * 32,
    "capitals": EMPTY.upper(),
    "a digit too many": EMPTY + "0",
    "nothing": "",
    "a line break": EMPTY + "\n",
}


@pytest.mark.parametrize("text", NO_DIGESTS.values(), ids=NO_DIGESTS)
def test_text_that_is_not_a_digest_is_refused(text: str, store: ArtifactStore) -> None:
    for act in (store.path, store.has, store.read, store.verify):
        with pytest.raises(ArtifactError, match="is not a digest"):
            act(text)


def test_missing_bytes_raise_an_error(store: ArtifactStore) -> None:
    assert not store.has(EMPTY)
    for act in (store.read, store.verify):
        with pytest.raises(ArtifactError, match="are missing"):
            act(EMPTY)


def test_changed_bytes_raise_an_error(store: ArtifactStore) -> None:
    digest = store.put(b"original")
    store.path(digest).write_bytes(b"Original")
    assert store.has(digest)
    for act in (store.read, store.verify):
        with pytest.raises(DigestMismatchError, match="no longer holds"):
            act(digest)
