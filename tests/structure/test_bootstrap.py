"""bootstrap.py chooses a Python, does nothing when the environment is ready, and names the remedy of each failure."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import bootstrap
from bootstrap import BootstrapError, Interpreter, Place

OLD = Interpreter("/old/python3", (3, 9))
NEW = Interpreter("/new/python3", (3, 14))
GOOD = Interpreter("/good/python3.12", (3, 12))
OTHER = Interpreter("/other/python3.11", (3, 11))

CHOICES = {
    "the running Python where it is supported": (GOOD, [OTHER], GOOD),
    "another one where the running Python is too old": (OLD, [GOOD], GOOD),
    "another one where the running Python is too new": (NEW, [GOOD], GOOD),
    "the first that is supported": (OLD, [NEW, OTHER, GOOD], OTHER),
}


@pytest.mark.parametrize("running,others,chosen", CHOICES.values(), ids=CHOICES)
def test_the_chosen_python_is(running: Interpreter, others: list[Interpreter], chosen: Interpreter) -> None:
    assert bootstrap.choose_interpreter(running, others) == chosen


def test_no_supported_python_is_an_error_that_says_what_to_install() -> None:
    with pytest.raises(BootstrapError, match=r"only 3\.9 was found, at /old/python3: install one of them"):
        bootstrap.choose_interpreter(OLD, [NEW])


def test_other_pythons_are_not_probed_if_the_running_one_is_supported() -> None:
    others = iter([OTHER])
    bootstrap.choose_interpreter(GOOD, others)
    assert next(others) == OTHER


def test_a_probe_returns_path_and_version() -> None:
    found = bootstrap.probe(sys.executable)
    assert found is not None
    assert found.version == sys.version_info[:2]


SHIMS = {
    "does not exist": None,
    "fails, as a pyenv shim without a version does": "#!/bin/sh\nexit 127\n",
    "answers something else": "#!/bin/sh\necho hello\n",
}


@pytest.mark.parametrize("script", SHIMS.values(), ids=SHIMS)
def test_a_python_is_skipped_that(script: str | None, tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    if script:
        shim.write_text(script)
        shim.chmod(0o755)
    assert bootstrap.probe(str(shim)) is None


def test_the_supported_versions_equal_those_of_the_project(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = ">={}.{},<{}.{}".format(*bootstrap.LOWEST, *bootstrap.BELOW)
    assert project["requires-python"] == bounds


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A project folder whose environment is ready; it has only the files that bootstrap.py reads."""
    place = Place(tmp_path)
    place.bin.mkdir(parents=True)
    place.python.symlink_to(sys.executable)
    (place.venv / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")
    place.lock.write_text("uv==1.0 \\\n    --hash=sha256:00\nvine==2.0 \\\n    --hash=sha256:01\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    place.stamp.write_text(bootstrap.stamp_of(place))
    return place


def test_a_ready_environment_runs_no_installer(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was started"))
    bootstrap.prepare(place)


CHANGES = {
    "the lock changed": ("constraints.txt", "uv==1.1\n"),
    "the project file changed": ("pyproject.toml", "[project]\nname = 'x'\n"),
    "the environment has another Python": (".venv/pyvenv.cfg", "version_info = 3.13.0\n"),
    "the stamp is of something else": (".venv/modelward.stamp", "0"),
    "the Python behind it is gone": (".venv/bin/python", None),
}


@pytest.mark.parametrize("file,text", CHANGES.values(), ids=CHANGES)
def test_an_environment_is_not_ready_when(file: str, text: str | None, place: Place) -> None:
    assert bootstrap.is_ready(place)
    (place.root / file).unlink() if text is None else (place.root / file).write_text(text)
    assert not bootstrap.is_ready(place)


def test_an_environment_moved_to_another_folder_is_not_ready(place: Place, tmp_path: Path) -> None:
    moved = place.root.rename(tmp_path.parent / f"{tmp_path.name}-moved")
    assert not bootstrap.is_ready(Place(moved))


def test_no_environment_is_neither_ready_nor_usable(tmp_path: Path) -> None:
    assert not bootstrap.is_ready(Place(tmp_path))
    assert not bootstrap.is_usable(Place(tmp_path))


def test_an_environment_whose_python_runs_is_kept(place: Place) -> None:
    assert bootstrap.is_usable(place)


def test_a_broken_environment_is_replaced(place: Place) -> None:
    (place.venv / "left over").touch()
    place.python.unlink()
    bootstrap.make_venv(place, bootstrap.running_interpreter())
    assert bootstrap.is_usable(place)
    assert not (place.venv / "left over").exists()


def test_a_venv_that_cannot_be_made_names_what_to_install(place: Place) -> None:
    with pytest.raises(
        BootstrapError, match=r"^/no/python could not make .*: check .*apt-get install python3-venv.* or uv$"
    ):
        bootstrap.make_venv(place, Interpreter("/no/python", (3, 12)))


def test_packages_that_cannot_be_installed_name_what_to_check(place: Place) -> None:
    place.python.unlink()
    with pytest.raises(BootstrapError, match="check the network and the proxy"):
        bootstrap.install(place, uv="/no/uv")


def test_a_uv_that_does_not_run_is_skipped_for_the_one_in_the_environment(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, script in {tmp_path / "path": "exit 127", place.bin: "exit 0"}.items():
        folder.mkdir(exist_ok=True)
        (folder / "uv").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert bootstrap.find_uv(place) == str(place.bin / "uv")
    (place.bin / "uv").unlink()
    assert bootstrap.find_uv(place) is None


def test_a_requirement_has_the_hashes_of_the_lock(place: Place) -> None:
    lock = place.lock.read_text()
    assert bootstrap.requirement_of("uv", lock) == "uv==1.0 \\\n    --hash=sha256:00\n"
    with pytest.raises(BootstrapError, match="does not name ruff: restore it"):
        bootstrap.requirement_of("ruff", lock)


def test_installers_download_no_python_and_inherit_no_python_paths() -> None:
    made = bootstrap.installer_environment(
        {"PYTHONPATH": "/x", "UV_PYTHON_DOWNLOADS": "automatic", "PIP_CERT": "/mine"}
    )
    assert made["UV_PYTHON_DOWNLOADS"] == "never"
    assert made["UV_COMPILE_BYTECODE"] == "1"
    assert made["PIP_CERT"] == "/mine"
    assert "PYTHONPATH" not in made


def test_a_missing_command_names_the_remedy(place: Place) -> None:
    with pytest.raises(BootstrapError, match="nothing is not in .venv: run `make clean`"):
        bootstrap.become(place, ["nothing"])


def test_a_command_runs_with_the_environment_first_on_its_path(place: Place) -> None:
    program = place.bin / "show"
    program.write_text('#!/bin/sh\necho "$1 $VIRTUAL_ENV ${PATH%%:*}"\n')
    program.chmod(0o755)
    code = "import bootstrap, pathlib, sys; bootstrap.become(bootstrap.Place(pathlib.Path(sys.argv[1])), ['show', 'a'])"
    folder = Path(bootstrap.__file__).parent
    command = [sys.executable, "-c", code, str(place.root)]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["a", str(place.venv), str(place.bin)]
