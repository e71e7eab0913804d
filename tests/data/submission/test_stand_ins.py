"""Something else stands in the place of a file: it is refused with the command that fetches or writes the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import SubmissionError
from data.submission.artifact_folder import read_artifact
from data.submission.folder import read_submission
from data.submission.packing import list_files, pack
from data.submission.provenance import Provenance
from data.submission.stand_ins import require_real_files
from tests.submissions import write_filled

TRAINING, MODEL = "data/training.parquet", "artifact/model.bin"
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
ANNEX = "/annex/objects/SHA256E-s31390--f50d7ac4c6b9031379986bc362fcefb65f1e52621ce1708d537e740fefc59cc0.bin\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_filled(tmp_path / "submission")


def text(path: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).write_text(content)


def link(path: str, target: str, content: bytes | None = None) -> Callable[[Path], None]:
    """Replace a file by a link to the target, which has the content, if any is given."""

    def make(folder: Path) -> None:
        place, there = folder / path, folder.parent / target
        place.unlink()
        place.symlink_to(there)
        if content is not None:
            there.parent.mkdir(parents=True)
            there.write_bytes(content)

    return make


def instead(path: str, other: str) -> Callable[[Path], None]:
    """Leave only another file where a data tool did not fetch the one that is wanted."""

    def make(folder: Path) -> None:
        (folder / path).unlink()
        (folder / other).write_text("outs:\n- md5: 1f\n  path: x\n")

    return make


def spark(path: str, parts: int = 1) -> Callable[[Path], None]:
    """Write a file as Spark does: a folder of part files and the empty file _SUCCESS."""

    def make(folder: Path) -> None:
        held = (folder / path).read_bytes()
        (folder / path).unlink()
        (folder / path).mkdir()
        (folder / path / "_SUCCESS").touch()
        for number in range(parts):
            (folder / path / f"part-{number:05}.snappy.parquet").write_bytes(held)

    return make


STAND_INS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a pointer of Git LFS": (text(TRAINING, LFS), f"{TRAINING} is a pointer of Git LFS", "git lfs pull"),
    "a pointer as artifact": (text(MODEL, LFS), f"{MODEL} is a pointer of Git LFS", "git lfs pull"),
    "a pointer of an old Git LFS": (
        text("code/train.py", LFS.replace("git-lfs.github", "hawser.github")),
        "code/train.py is a pointer of Git LFS",
        "git lfs pull",
    ),
    "a pointer of git-annex": (text(MODEL, ANNEX), f"{MODEL} is a pointer of git-annex", f"git annex get {MODEL}"),
    "a link of git-annex": (
        link(MODEL, "repo/.git/annex/objects/aa/x"),
        f"{MODEL} is a symbolic link",
        f"git annex get {MODEL} && git annex unlock {MODEL}",
    ),
    "a file of DVC that was not pulled": (
        instead(TRAINING, f"{TRAINING}.dvc"),
        f"{TRAINING} is not there, only its pointer of DVC",
        f"dvc pull {TRAINING}.dvc",
    ),
    "a folder of DVC that was not pulled": (
        lambda folder: (folder / "images.dvc").touch(),
        "images is not there, only its pointer of DVC",
        "dvc pull images.dvc",
    ),
    "a link into the cache of DVC": (
        link(TRAINING, "repo/.dvc/cache/files/md5/1f/aa", b"PAR1"),
        f"{TRAINING} is a symbolic link",
        f"`dvc unprotect {TRAINING}`",
    ),
    "a link into an empty cache of DVC": (
        link(TRAINING, "repo/.dvc/cache/files/md5/1f/aa"),
        f"{TRAINING} is a symbolic link",
        f"`dvc pull {TRAINING}.dvc && dvc unprotect {TRAINING}`",
    ),
    "a link to nothing": (link(MODEL, "gone/model.bin"), "which does not exist", "put the file itself there"),
    "an empty dataset": (text(TRAINING, ""), f"{TRAINING} is an empty file", f"git restore {TRAINING}"),
    "an empty artifact": (text(MODEL, ""), f"{MODEL} is an empty file", f"git restore {MODEL}"),
    "an empty model.yaml": (text("model.yaml", ""), "model.yaml is an empty file", "git restore model.yaml"),
    "a file in iCloud": (
        instead(TRAINING, "data/.training.parquet.icloud"),
        f"{TRAINING} is in iCloud",
        f"brctl download {TRAINING}",
    ),
    "the page of a sign-in": (
        text(TRAINING, "<!DOCTYPE html><title>Sign in</title>"),
        f"{TRAINING} is a web page",
        "download the file again",
    ),
    "a folder of part files": (spark(TRAINING, 3), f"{TRAINING} is a folder of 3 part files", "read_table"),
    "a folder for a suite": (spark("suites/training.json"), "suites/training.json is a folder", "write one file"),
}


@pytest.mark.parametrize(("make", "what", "command"), STAND_INS.values(), ids=STAND_INS)
def test_a_submission_is_refused_with_the_command_for(
    folder: Path, tmp_path: Path, make: Callable[[Path], object], what: str, command: str
) -> None:
    make(folder)
    for read in (lambda: pack(folder, tmp_path / "inbox"), lambda: read_submission(folder, "", Provenance())):
        with pytest.raises(SubmissionError) as refused:
            read()
        (line,) = refused.value.what.splitlines()
        assert what in line
        assert command in line
        assert "submission folder" in refused.value.remedy
    assert not (tmp_path / "inbox").exists()


def test_every_fault_is_reported_at_once(folder: Path) -> None:
    for path in (TRAINING, MODEL):
        (folder / path).write_text(LFS)
    (folder / "tests.yaml").write_text("")
    with pytest.raises(SubmissionError) as refused:
        require_real_files(folder, list_files(folder))
    assert [line.split()[0] for line in refused.value.what.splitlines()] == [MODEL, TRAINING, "tests.yaml"]


def test_every_link_is_reported_at_once(folder: Path) -> None:
    for path in (TRAINING, MODEL):
        link(path, "gone")(folder)
    with pytest.raises(SubmissionError) as refused:
        list_files(folder)
    assert [line.split()[0] for line in refused.value.what.splitlines()] == [MODEL, TRAINING]


def command_in(line: str) -> str:
    return line.split("`")[1].replace("python -c", f"{sys.executable} -c")


def test_the_command_for_a_link_puts_the_file_in_its_place(folder: Path) -> None:
    link(MODEL, "store/model.bin", b"weights")(folder)
    (folder / "code" / "train.py").unlink()
    (folder / "code").rmdir()
    (folder.parent / "src").mkdir()
    (folder.parent / "src" / "train.py").write_text("print()\n")
    (folder / "code").symlink_to(folder.parent / "src")
    with pytest.raises(SubmissionError) as refused:
        list_files(folder)
    for line in refused.value.what.splitlines():
        subprocess.run(command_in(line), shell=True, check=True, cwd=folder)
    assert {PurePosixPath(MODEL), PurePosixPath("code/train.py")} <= set(list_files(folder))
    assert (folder / MODEL).read_bytes() == b"weights"


def test_the_command_for_part_files_writes_one_file_with_every_row_and_type(folder: Path) -> None:
    table = pa.table({"id": pa.array([1, None, 2**53 + 1], pa.int64()), "flag": pa.array([1, 0, None], pa.int8())})
    pq.write_table(table, folder / TRAINING)
    spark(TRAINING, 2)(folder)
    with pytest.raises(SubmissionError) as refused:
        require_real_files(folder, list_files(folder))
    subprocess.run(command_in(refused.value.what), shell=True, check=True, cwd=folder)
    assert pq.read_table(folder / TRAINING).equals(pa.concat_tables([table, table]))


def test_an_empty_file_of_code_is_ordinary(folder: Path) -> None:
    (folder / "code" / "__init__.py").touch()
    require_real_files(folder, list_files(folder))


def test_the_pointer_that_dvc_keeps_beside_a_file_is_no_second_artifact(folder: Path) -> None:
    (folder / f"{MODEL}.dvc").write_text("outs:\n- path: model.bin\n")
    require_real_files(folder, list_files(folder))
    assert read_artifact(folder).record.file_name == "model.bin"
