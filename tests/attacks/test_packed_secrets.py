"""Attack: a submission contains a Git repository, an environment file, a key or a token, and everybody can read it.

Result: Refused with every path; hidden files of a folder are never packed.
Caught in: `data/submission/secret_files.py`
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.files.artifacts import ArtifactStore
from data.files.home import Home
from data.submission.delivery import deliver, open_delivery

MODEL = b"model: ops/delay\n"


def forged(home: Home, **files: bytes) -> str:
    """Store a pack that no command made, with these files, and return its digest."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return ArtifactStore(home.inbox).put(buffer.getvalue())


def test_a_pack_with_a_repository_and_an_environment_file_is_refused_with_every_path(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    files = {"model.yaml": MODEL, ".git/config": b"[remote]", "code/.env": b"A=1", "keys/server.key": b"x"}
    with pytest.raises(SubmissionError) as refused:
        open_delivery(home, forged(home, **files), tmp_path / "out")
    assert all(name in refused.value.what for name in list(files)[1:])
    assert "model.yaml" not in refused.value.what


@pytest.mark.parametrize("name", ["id_rsa", "code/credentials.json", "prod.env"])
def test_a_folder_with_credentials_is_not_packed(name: str, tmp_path: Path) -> None:
    home, folder = Home(tmp_path / "home"), tmp_path / "submission"
    (folder / "code").mkdir(parents=True)
    (folder / "model.yaml").write_bytes(MODEL)
    (folder / name).write_text("x")
    with pytest.raises(SubmissionError, match=name):
        deliver(folder, home, "dev")
    assert not home.inbox.exists()


def test_a_token_in_the_code_is_not_packed(tmp_path: Path) -> None:
    home, folder = Home(tmp_path / "home"), tmp_path / "submission"
    folder.mkdir()
    (folder / "model.yaml").write_bytes(MODEL)
    (folder / "train.py").write_text("HUB = '" + "hf_" + "aB3dE5gH7j" * 4 + "'")
    with pytest.raises(SubmissionError, match=r"train\.py \(Hugging Face token\)"):
        deliver(folder, home, "dev")


def test_hidden_files_of_a_folder_stay_where_they_are(tmp_path: Path) -> None:
    """A submission folder is usually a Git repository: its hidden files are left out, and this is no fault."""
    home, folder = Home(tmp_path / "home"), tmp_path / "submission"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/config").write_text("[remote]")
    (folder / "model.yaml").write_bytes(MODEL)
    opened = open_delivery(home, deliver(folder, home, "dev"), tmp_path / "out")
    assert [path.name for path in opened.rglob("*")] == ["model.yaml"]
