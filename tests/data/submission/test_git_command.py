"""Git is asked about the repository that contains the folder, whatever the variables of the process say."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.submission.git_command import run_git
from data.submission.provenance import read_provenance
from tests.git_repositories import git_in


def repository(path: Path) -> str:
    """Create a repository with a submission, and return its commit."""
    (path / "m").mkdir(parents=True)
    (path / "m" / "model.yaml").write_text(f"model: ops/{path.name}\n")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", path.name)):
        git_in(path, *arguments, name=path.name, email="dev@example.org")
    return (run_git(path, "rev-parse", "HEAD") or "").strip()


VARIABLES = {
    "a hook sets the repository": {"GIT_DIR": "other/.git"},
    "a tool sets repository and worktree": {"GIT_DIR": "other/.git", "GIT_WORK_TREE": "other"},
    "a tool sets the index": {"GIT_INDEX_FILE": "other/.git/index"},
    "a tool sets the objects": {"GIT_OBJECT_DIRECTORY": "other/.git/objects"},
    "a tool sets a namespace and a prefix": {"GIT_NAMESPACE": "x", "GIT_PREFIX": "other/"},
    "a tool sets the configuration": {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.worktree",
        "GIT_CONFIG_VALUE_0": "other",
    },
}


@pytest.mark.parametrize("case", VARIABLES)
def test_the_folder_s_own_repository_is_asked(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = repository(tmp_path / "mine"), repository(tmp_path / "other")
    for name, value in VARIABLES[case].items():
        monkeypatch.setenv(name, str(tmp_path / value) if value.startswith("other") else value)
    found = read_provenance(tmp_path / "mine" / "m", "dev")
    assert mine != other
    assert (found.commit, found.dirty, found.is_proven) == (mine, False, True)
    assert found.authors_since(None) == ("mine <dev@example.org>",)


def test_a_command_that_fails_or_takes_too_long_gives_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_git(tmp_path, "rev-parse", "HEAD") is None
    repository(tmp_path / "mine")
    assert run_git(tmp_path / "mine", "cat-file", "--batch-check=%(objecttype)", given="HEAD\n") == "commit\n"
    monkeypatch.setattr("data.submission.git_command.SECONDS", 0)
    assert run_git(tmp_path / "mine", "rev-parse", "HEAD") is None
