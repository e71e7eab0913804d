"""The environment: a submitted lock file proves it, the packages of the packing machine are only a claim."""

from __future__ import annotations

from pathlib import Path

from data.submission.environment import Environment, read_environment
from data.submission.provenance import Provenance

PACKED = Provenance(packages=("a==1", "b==2"))


def test_a_lock_file_in_the_folder_is_used_first(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "uv.lock").write_text("in code\n")
    assert read_environment(tmp_path, PACKED) == Environment(b"in code\n", "derived")
    (tmp_path / "requirements.txt").write_text("a==1\n")
    assert read_environment(tmp_path, PACKED) == Environment(b"a==1\n", "derived")


def test_without_a_lock_file_the_installed_packages_are_claimed(tmp_path: Path) -> None:
    assert read_environment(tmp_path, PACKED) == Environment(b"a==1\nb==2\n", "claimed")


def test_without_lock_file_and_packages_the_environment_is_unknown(tmp_path: Path) -> None:
    assert read_environment(tmp_path, Provenance()) == Environment(None, "claimed")
