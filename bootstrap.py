"""Make `.venv` ready and run a command in it: `python3 bootstrap.py [COMMAND [ARGUMENT ...]]`.

It uses the standard library only. A Python too old for modelward can run it too, and then only searches for a newer
one. Packages come from `constraints.txt`, each checked by its hash: with uv if it is installed, else with a uv that pip
installs into `.venv`, else with pip. A stamp file shows later calls that there is nothing to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterable, Iterator, Mapping, NamedTuple, NoReturn, Optional, Sequence, Tuple

LOWEST, BELOW = (3, 11), (3, 14)
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3", "python")
PROBE = "import sys; print(sys.version_info[0], sys.version_info[1], getattr(sys, '_base_executable', sys.executable))"


class BootstrapError(Exception):
    """Raised when the environment cannot be made; the message is one line and ends with the remedy."""


class Interpreter(NamedTuple):
    """The path and the version of a Python interpreter."""

    path: str
    version: Tuple[int, int]

    @property
    def is_supported(self) -> bool:
        return LOWEST <= self.version < BELOW


class Place(NamedTuple):
    """The folder of the project and the paths of its environment."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def bin(self) -> Path:
        return self.venv / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def stamp(self) -> Path:
        return self.venv / "modelward.stamp"

    @property
    def lock(self) -> Path:
        return self.root / "constraints.txt"


# -- which Python ---------------------------------------------------------------------------------


def probe(path: str) -> Optional[Interpreter]:
    """Return the interpreter at this path; None if it does not run (a pyenv shim without an installed version)."""
    try:
        answer = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, timeout=30, check=True)
        major, minor, executable = answer.stdout.strip().split(" ", 2)
        return Interpreter(executable, (int(major), int(minor)))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def interpreters_on_path() -> Iterator[Interpreter]:
    """Yield every Python that runs and is on PATH under a usual name."""
    for name in CANDIDATES:
        path = shutil.which(name)
        found = probe(path) if path else None
        if found:
            yield found


def running_interpreter() -> Interpreter:
    """Return the Python that runs this file; inside an environment, the one that the environment was made from."""
    return Interpreter(getattr(sys, "_base_executable", sys.executable), sys.version_info[:2])


def choose_interpreter(running: Interpreter, others: Iterable[Interpreter]) -> Interpreter:
    """Return the running Python if it is supported, else the first supported one of `others`."""
    if running.is_supported:
        return running
    for other in others:
        if other.is_supported:
            return other
    raise BootstrapError(
        "Python 3.11, 3.12 or 3.13 is needed, and only {}.{} was found, at {}: install one of them so that "
        "`python3.13`, `python3.12` or `python3.11` is on PATH".format(*running.version, running.path)
    )


# -- is there anything to do ----------------------------------------------------------------------


def venv_version(place: Place) -> str:
    """Return the full Python version in `pyvenv.cfg`; an empty text if there is no environment."""
    try:
        lines = (place.venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    settings = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    return settings.get("version_info") or settings.get("version", "")


def stamp_of(place: Place) -> str:
    """Return a digest of the lock, pyproject.toml, the Python and the folder, whose path is in installed scripts."""
    digest = hashlib.sha256()
    for part in (place.lock.read_bytes(), (place.root / "pyproject.toml").read_bytes()):
        digest.update(hashlib.sha256(part).digest())
    digest.update("{}\0{}".format(venv_version(place), place.root).encode())
    return digest.hexdigest()


def is_ready(place: Place) -> bool:
    """Return True if the stamp was written for exactly these files and the environment's Python still exists."""
    return place.python.exists() and place.stamp.is_file() and place.stamp.read_text() == stamp_of(place)


def is_usable(place: Place) -> bool:
    """Return True if the environment's Python runs and is supported, so that packages can be added to it."""
    found = probe(str(place.python)) if place.python.exists() else None
    return found is not None and found.is_supported


# -- making it so ---------------------------------------------------------------------------------


def installer_environment(given: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment of installers: compile bytecode, download no Python, use system certificates."""
    trusted = ssl.get_default_verify_paths()
    certificates = trusted.cafile or trusted.capath
    defaults = {"UV_SYSTEM_CERTS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if certificates and "SSL_CERT_FILE" not in given:
        defaults["PIP_CERT"] = certificates
    fixed = {"UV_COMPILE_BYTECODE": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    kept = {key: value for key, value in given.items() if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return {**defaults, **kept, **fixed}


def say(text: str) -> None:
    """Print progress to standard error: standard output belongs to the command that is run."""
    print("modelward:", text, file=sys.stderr, flush=True)


def succeeds(command: Sequence[str], *, quiet: bool = False) -> bool:
    """Run an installer and return True if it exits with 0; its output goes to standard error."""
    output = subprocess.DEVNULL if quiet else sys.stderr
    environment = dict(installer_environment(os.environ))
    try:
        return subprocess.run(command, stdout=output, stderr=output, env=environment, check=False).returncode == 0
    except OSError:
        return False


def find_uv(place: Place) -> Optional[str]:
    """Return the path of a uv that runs, on PATH or installed into the environment by an earlier call; else None."""
    found = (shutil.which("uv"), shutil.which("uv", path=str(place.bin)))
    return next((path for path in found if path and succeeds([path, "--version"], quiet=True)), None)


def make_venv(place: Place, chosen: Interpreter) -> None:
    """Replace `.venv` by an empty environment. Raises BootstrapError."""
    say("making .venv with Python {}.{} ({})".format(*chosen.version, chosen.path))
    if place.venv.is_symlink() or place.venv.is_file():
        place.venv.unlink()
    shutil.rmtree(place.venv, ignore_errors=True)
    uv = shutil.which("uv")
    with_uv = uv is not None and succeeds([uv, "venv", "--quiet", "--python", chosen.path, str(place.venv)])
    if not with_uv and not succeeds([chosen.path, "-m", "venv", str(place.venv)]):
        raise BootstrapError(
            "{} could not make {}: check that the folder is writable, then install the venv module "
            "(Debian and Ubuntu: `apt-get install python3-venv`) or uv".format(chosen.path, place.venv)
        )


def requirement_of(name: str, lock: str) -> str:
    """Return the lines of one package in the lock, with its hashes. Raises BootstrapError if it is not there."""
    lines = lock.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(name + "==")), None)
    if start is None:
        raise BootstrapError("constraints.txt does not name {}: restore it, or run `make lock`".format(name))
    end = start
    while lines[end].endswith("\\"):
        end += 1
    return "\n".join(lines[start : end + 1]) + "\n"


def pip_of(place: Place) -> Sequence[str]:
    """Return the command line of the environment's pip; install pip first if it is missing (uv leaves it out)."""
    if not succeeds([str(place.python), "-m", "pip", "--version"], quiet=True):
        succeeds([str(place.python), "-m", "ensurepip"], quiet=True)
    return [str(place.python), "-m", "pip", "install", "--quiet", "--retries", "2"]


def uv_through_pip(place: Place) -> Optional[str]:
    """Install the locked uv into the environment and return its path; None if that failed."""
    say("no uv on PATH: installing it into .venv")
    requirement = requirement_of("uv", place.lock.read_text(encoding="utf-8"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as only_uv:
        only_uv.write(requirement)
        only_uv.flush()
        installed = succeeds([*pip_of(place), "--no-deps", "--require-hashes", "-r", only_uv.name])
    return str(place.bin / "uv") if installed else None


def install_with(command: Sequence[str], place: Place) -> bool:
    """Install the packages of the lock, then the project, built by the locked backend; return True on success."""
    packages = ["--no-deps", "--require-hashes", "-r", str(place.lock)]
    project = ["--no-deps", "--no-build-isolation", "--editable", str(place.root)]
    return succeeds([*command, *packages]) and succeeds([*command, *project])


def install(place: Place, uv: Optional[str]) -> None:
    """Install everything in the lock, with uv if possible, else with pip. Raises BootstrapError."""
    uv = uv or uv_through_pip(place)
    say("installing the packages of constraints.txt with {}".format("uv" if uv else "pip"))
    if uv and install_with([uv, "pip", "install", "--quiet", "--python", str(place.python)], place):
        return
    if uv:
        say("uv failed; trying pip, which takes a minute or two")
    if not install_with(pip_of(place), place):
        raise BootstrapError(
            "the packages could not be installed (the lines above say why): check the network and the proxy and "
            "index settings of pip, and that the disk has 1 GB free, then run the same command again"
        )


def prepare(place: Place) -> None:
    """Bring `.venv` up to date with the lock and pyproject.toml; one process at a time. Raises BootstrapError."""
    if is_ready(place):
        return
    with place.lock.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(place):
            return
        begun = time.monotonic()
        if not is_usable(place):
            make_venv(place, choose_interpreter(running_interpreter(), interpreters_on_path()))
        place.stamp.unlink() if place.stamp.exists() else None
        install(place, find_uv(place))
        place.stamp.write_text(stamp_of(place), encoding="utf-8")
        say("ready in {:.0f} s".format(time.monotonic() - begun))


def become(place: Place, command: Sequence[str]) -> NoReturn:
    """Replace this process by a command of the environment. Raises BootstrapError if it is not installed."""
    program = place.bin / command[0]
    if not program.exists():
        raise BootstrapError("{} is not in .venv: run `make clean`, then the same command again".format(command[0]))
    path = os.pathsep.join([str(place.bin), os.environ.get("PATH", os.defpath)])
    os.execve(str(program), list(command), {**os.environ, "VIRTUAL_ENV": str(place.venv), "PATH": path})


def main(arguments: Sequence[str]) -> int:
    """Prepare the environment, then run the command if one was given; return 3 if the environment cannot be made."""
    place = Place(Path(__file__).resolve().parent)
    try:
        prepare(place)
        if arguments:
            become(place, arguments)
    except BootstrapError as refusal:
        say(str(refusal))
        return 3
    except OSError as fault:
        say("{}: check that this folder is complete and writable, then run the same command again".format(fault))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
