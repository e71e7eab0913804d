"""Changed bytes of an export, each verified by a bare interpreter: one process a version of Python.

tried = verified_by(python, scratch, folder, [(folder / "README.md", 7)])
tried.text          what the verifier printed about the unchanged export
tried.accepted      the changed bytes that it did not find, and those at which it ended in an error
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.audit.standalone_file import standalone_verifier

# Runs in the bare interpreter, so it uses no syntax after Python 3.9.
_PROGRAM = """
import contextlib, importlib.util, io, json, sys

verifier, folder, places = json.load(sys.stdin)
spec = importlib.util.spec_from_file_location("verify", verifier)
module = sys.modules["verify"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def verified():
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        code = module.main([folder])
    return code, printed.buffer.getvalue().decode("utf-8")


code, text = verified()
accepted = [] if code == 0 else ["unchanged: exit code %d" % code]
for path, offset in places:
    with open(path, "r+b") as file:
        file.seek(offset)
        (former,) = file.read(1)
        file.seek(offset)
        file.write(bytes([former ^ 1 << offset % 8]))
        file.flush()
        try:
            code = verified()[0]
        except BaseException as broken:
            code = repr(broken)
        file.seek(offset)
        file.write(bytes([former]))
    if code not in (1, 2):
        accepted.append("%s:%d: %s" % (path, offset, code))
sys.stdout.write(json.dumps([text, accepted]))
"""


@dataclass(frozen=True)
class TriedBytes:
    """What one interpreter printed about the unchanged export, and the changed bytes that it did not find."""

    text: str
    accepted: list[str]


def verified_by(python: str, scratch: Path, folder: Path, places: Sequence[tuple[Path, int]]) -> TriedBytes:
    """Verify an export with a copy of the verifier in `scratch`, then again with one bit of each byte flipped.

    Each byte is restored afterwards.
    """
    verifier = scratch / "verify.py"
    verifier.write_bytes(standalone_verifier())
    given = json.dumps([str(verifier), str(folder), [(str(path), offset) for path, offset in places]])
    command = [python, "-I", "-S", "-c", _PROGRAM]
    ran = subprocess.run(command, input=given, capture_output=True, text=True, env={}, encoding="utf-8", check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    return TriedBytes(*json.loads(ran.stdout))
