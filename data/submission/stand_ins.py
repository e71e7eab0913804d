"""Finds files that are not there: in their place is a link, a pointer of a data tool, an empty file or a folder.

Data tools leave these where their files were not fetched. Each fault names the command that fetches or writes the file,
to be run in the submission folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath, PurePosixPath
from shlex import quote
from typing import Final

from data.errors import SubmissionError

REMEDY: Final = "run these commands in the submission folder, then register it again"
POINTERS: Final = (
    (b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS", "git lfs install && git lfs pull"),
    (b"version https://hawser.github.com/spec/", "a pointer of Git LFS", "git lfs install && git lfs pull"),
    (b"/annex/objects/", "a pointer of git-annex", "git annex get {path}"),
)
LARGEST_POINTER: Final = 32_768
WEB_PAGES: Final = (b"<!doctype html", b"<html")
ONE_FILE: Final = (
    "python -c \"import pyarrow.parquet as p; p.write_table(p.read_table('{path}'), '{path}.one')\""
    " && rm -r {path} && mv {path}.one {path}"
)
NEEDS_BYTES: Final = ("*.yaml", "data/*", "suites/*", "artifact/*")
"""Files that cannot be empty; an empty file of code is ordinary."""
SINGLE: Final = ("*.yaml", "data/*.parquet", "suites/*.json", "docs/*.md")
"""Files that must not be folders."""
DVC: Final = ".dvc"
ICLOUD: Final = ".icloud"
SHOWN: Final = 20


def require_real_files(folder: Path, files: Iterable[PurePosixPath]) -> None:
    """Raise SubmissionError with a line for each file of the submission that has something else in its place."""
    faults = [*_folders(folder), *(one for path in sorted(files) for one in _faults(folder, path)), *_icloud(folder)]
    if faults:
        raise SubmissionError("\n".join(faults[:SHOWN]), REMEDY)


def link_fault(folder: Path, path: PurePosixPath) -> str:
    """Return what is wrong with a symbolic link in a submission, and the command that replaces it by its file."""
    link, shown = folder / path, quote(str(path))
    target = str(link.readlink())
    what = f"{path} is a symbolic link to {ascii(target)[1:-1][:120]}"
    if "/annex/objects/" in target:
        return f"{what}, an object of git-annex → `git annex get {shown} && git annex unlock {shown}`"
    if "/.dvc/cache/" in target or "/files/md5/" in target:
        pull = "" if link.exists() else f"dvc pull {shown}{DVC} && "
        return f"{what}, the cache of DVC → `{pull}dvc unprotect {shown}`"
    if not link.exists():
        return f"{what}, which does not exist → put the file itself there"
    copy = "cp -RL" if link.is_dir() else "cp"
    return f"{what} → `{copy} {shown} {shown}.copy && rm {shown} && mv {shown}.copy {shown}`"


def parts_fault(place: Path, shown: PurePath) -> str:
    """Return what is wrong with a folder of part files, as Spark writes it, and the command that joins them."""
    parts = sum(1 for part in place.rglob("*.parquet") if part.is_file())
    return f"a folder of {parts} part files → `{ONE_FILE.format(path=shown)}` writes them as one file"


def _folders(folder: Path) -> Iterator[str]:
    for place in (one for pattern in SINGLE for one in sorted(folder.glob(pattern)) if one.is_dir()):
        path = PurePosixPath(place.relative_to(folder))
        is_dataset = path.suffix == ".parquet"
        yield f"{path} is {parts_fault(place, path) if is_dataset else 'a folder → write one file of this name'}"


def _faults(folder: Path, path: PurePosixPath) -> Iterator[str]:
    if path.suffix == DVC and not (folder / path.with_suffix("")).exists():
        yield f"{path.with_suffix('')} is not there, only its pointer of DVC → `dvc pull {quote(str(path))}`"
        return
    place = folder / path
    size = place.stat().st_size
    if size == 0:
        if any(path.match(pattern) for pattern in NEEDS_BYTES if len(path.parts) == pattern.count("/") + 1):
            yield f"{path} is an empty file → `git restore {quote(str(path))}` if it was committed; else write it again"
        return
    begin = _begin(place)
    if size <= LARGEST_POINTER:
        for mark, what, command in POINTERS:
            if begin.startswith(mark):
                yield f"{path} is {what}, not the file → `{command.format(path=quote(str(path)))}`"
    if path.parts[0] in ("data", "artifact") and begin.lower().startswith(WEB_PAGES):
        yield f"{path} is a web page, such as a sign-in page → download the file again with access to it"


def _icloud(folder: Path) -> Iterator[str]:
    for place in sorted(folder.rglob(f".*{ICLOUD}")):
        path = PurePosixPath(place.relative_to(folder))
        missing = path.with_name(path.name.removeprefix(".").removesuffix(ICLOUD))
        if not (folder / missing).exists():
            yield f"{missing} is in iCloud, not on this computer → `brctl download {quote(str(missing))}`"


def _begin(place: Path) -> bytes:
    with place.open("rb") as file:
        return file.read(64)
