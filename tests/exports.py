"""Exports of real histories for tests, a run of their verifier by a bare interpreter, and ways to change a file.

def test_something(export: Path) -> None:         # the whole registry, in a folder of this test's own
    flip(export / "log" / "journal.jsonl", 100)
    assert not verify_export(export).ok
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from data.audit import keys
from data.audit.body import leaf_hash
from data.audit.keys import SigningKey
from data.audit.note import sign_text
from data.audit.standalone.verifier_command import main
from tests.world import MODEL, Template, World

PYTHONS = tuple(f"3.{minor}" for minor in range(9, 15))
"""The versions of Python that a verifier must run on, if they are installed."""
# What histories of tests refer to by digest without storing it.
UNSTORED: tuple[object, ...] = ("purpose", "lost", "impact", "dossier", [7, 0])


@dataclass(frozen=True)
class Exports:
    """The folders of three exports of one registry, and the world itself, which tests must not change."""

    everything: Path
    model: Path
    model_whole_log: Path
    world: World

    @property
    def key(self) -> SigningKey:
        """The key of the log, which only a thief would use here."""
        origin = json.loads(next(iter(self.world.registry.journal.bodies())))["log"]
        return keys.load(self.world.home.keys, origin)


def store_documents(world: World) -> None:
    """Store the documents that the histories of tests only refer to."""
    for value in UNSTORED:
        world.artifacts.put(rfc8785.dumps(value))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def exports(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Three exports of a registry with the short histories of two models."""
    from data.registry.export import export_registry
    from tests.short_histories import add_short_histories

    root = tmp_path_factory.mktemp("exported")
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(root / "home", patch)
        with world.registry.session():
            add_short_histories(world)
        store_documents(world)
        places = [root / name for name in ("everything", "model", "model-whole-log")]
        export_registry(world.registry, places[0])
        export_registry(world.registry, places[1], MODEL)
        export_registry(world.registry, places[2], MODEL, whole_log=True)
    return Exports(*places, world)


@dataclass(frozen=True)
class SmallExports:
    """An export of one registry with one model that serves, the export of that model, and the key of the log."""

    everything: Path
    model: Path
    key: SigningKey


@pytest.fixture(scope="session")
def small_exports(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> SmallExports:
    """Exports that are verified in less than half the time of `exports`; tests must not change them."""
    from data.registry.export import export_registry
    from tests.operations import deployed

    root = tmp_path_factory.mktemp("small")
    with pytest.MonkeyPatch.context() as patch:
        world = founded.copy(root / "home", patch)
        with world.registry.session():
            deployed(world)
        store_documents(world)
        for name, scope in (("everything", None), ("model", MODEL)):
            export_registry(world.registry, root / name, scope)
        key = keys.load(world.home.keys, world.registry.head().origin)
    return SmallExports(root / "everything", root / "model", key)


@pytest.fixture
def small_export(small_exports: SmallExports, tmp_path: Path) -> Path:
    """A copy of the small export that a test may change."""
    return Path(shutil.copytree(small_exports.everything, tmp_path / "small-export"))


@pytest.fixture
def export(exports: Exports, tmp_path: Path) -> Path:
    """A copy of the export of the whole registry that a test may change."""
    return Path(shutil.copytree(exports.everything, tmp_path / "export"))


@pytest.fixture
def model_export(exports: Exports, tmp_path: Path) -> Path:
    """A copy of the export of one model that a test may change."""
    return Path(shutil.copytree(exports.model, tmp_path / "model-export"))


@functools.cache
def interpreters() -> dict[str, str]:
    """Return the path of an interpreter of each version in PYTHONS that is found and starts."""
    found = {version: _interpreter(version) for version in PYTHONS}
    return {version: path for version, path in found.items() if path}


def each_bare_python(versions: Sequence[str] = PYTHONS) -> pytest.MarkDecorator:
    """Run a test with each of these versions of Python; one that is not installed is skipped and says its name."""

    def case(version: str) -> Any:
        missing = pytest.mark.skipif(
            version not in interpreters(), reason=f"Python {version} is not installed: no export was verified with it"
        )
        return pytest.param(interpreters().get(version, ""), id=f"Python {version}", marks=missing)

    return pytest.mark.parametrize("python", [case(version) for version in versions])


def _interpreter(version: str) -> str:
    """Return the first interpreter of this version that starts: on the path, of pyenv, the one that runs the tests, or
    of uv; empty if none does."""
    installed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    of_pyenv = sorted(map(str, installed.glob(f"{version}.*/bin/python3")))
    candidates = [shutil.which(f"python{version}"), *of_pyenv, sys.executable]
    return next((path for path in candidates if path and _starts(path, version)), "") or _found_by_uv(version)


def _starts(path: str, version: str) -> bool:
    command = [path, "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, check=False, text=True).stdout.strip() == version


def _found_by_uv(version: str) -> str:
    command = [sys.executable, "-m", "uv", "python", "find", "--offline", "--no-project", version]
    found = subprocess.run(command, capture_output=True, check=False, text=True).stdout.strip()
    return found if found and _starts(found, version) else ""


def run_verifier(folder: Path, *options: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the verifier of an export as an auditor does: with no package and no setting of this environment."""
    command = [python, "-I", "-S", str(folder / "verify.py"), *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", env={}, check=False)


def run_in_process(folder: Path, capfd: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    """Verify an export by the code that its file is made of; return the exit code and what was printed. Far cheaper
    than a process."""
    code = main([str(folder), *options])
    return (code, *capfd.readouterr())


def flip(path: Path, offset: int, bits: int = 1) -> None:
    """Change one byte of a file."""
    content = bytearray(path.read_bytes())
    content[offset] ^= bits
    path.write_bytes(content)


def edit_lines(path: Path, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the lines of a file."""
    path.write_bytes(b"".join(line + b"\n" for line in edit(path.read_bytes().split(b"\n")[:-1])))


def edit_json(path: Path, number: int, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change the JSON object in a line of a file, and spell it canonically again; a seal behind it stays."""
    lines = path.read_bytes().split(b"\n")
    body, tab, seal = lines[number].partition(b"\t")
    value = json.loads(body)
    edit(value)
    lines[number] = rfc8785.dumps(value) + tab + seal
    path.write_bytes(b"\n".join(lines))


def seal_of(body: bytes, seq: int, key: SigningKey) -> bytes:
    """Return the end of a journal line: a tab and the seal of the event."""
    statement = f"modelward event seal v1\n{key.name}\n{seq}\n{leaf_hash(body).hex()}\n"
    return b"\t" + base64.b64encode(key.sign(statement.encode()))


def forge_manifest(folder: Path, key: SigningKey | None = None, **changes: object) -> None:
    """Write the manifest again for the files as they are now; sign it with `key`, or leave the former note."""
    path = folder / "manifest.json"
    fields = json.loads(path.read_bytes())
    contents = {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    files = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in contents.items()
        if name not in ("manifest.json", "manifest.note")
    }
    manifest = rfc8785.dumps({**fields, "files": files, **changes})
    path.write_bytes(manifest)
    if key is not None:
        digest = hashlib.sha256(manifest).hexdigest()
        note = sign_text(f"modelward export v1\n{fields['origin']}\nsha256:{digest}\n", key)
        (folder / "manifest.note").write_text(note, "utf-8")
