"""Checkpoints and proofs are accepted by `sumdb/note` and `sumdb/tlog` of the Go project, and false ones refused.

Debian has both: `apt-get install golang-go golang-golang-x-mod-dev`. Without them the tests fail where CI is set, as in
`.ci/run`; elsewhere they are skipped.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from data.audit.standalone.proof_file import read_inclusion
from data.queries.event_proof import prove_event
from data.queries.log_continuation import prove_continuation
from tests.foreign.foreign_cases import ForeignCase, cases
from tests.world import World

PROGRAM = Path(__file__).with_name("sumdb_check.go")
PACKAGES = Path("/usr/share/gocode")
MISSING = (
    "the verifiers by others were not run: install them with `apt-get install golang-go golang-golang-x-mod-dev`,"
    " which needs a Debian with these packages"
)
Verify = Callable[[Sequence[ForeignCase]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Verify:
    """Compile the program; return a function that gives its result for each case."""
    go, module = shutil.which("go"), PACKAGES / "src/golang.org/x/mod/sumdb/tlog"
    if go is None or not module.is_dir():
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("go")
    program = folder / "sumdb_check"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(PACKAGES), "GOCACHE": str(folder / "cache")}
    subprocess.run([go, "build", "-p", "1", "-o", program, PROGRAM], env=environment, check=True, cwd=folder)

    def results(given: Sequence[ForeignCase]) -> list[dict[str, Any]]:
        lines = [
            json.dumps({
                "kind": one.kind, "key": one.key, "file": one.file, "old": one.old,
                "record": base64.b64encode(one.record).decode(),
            })
            for one in given
        ]  # fmt: skip
        text = "".join(f"{line}\n" for line in lines)
        found = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in found.stdout.splitlines()]

    return results


def test_true_statements_are_accepted_and_false_ones_refused(verify: Verify) -> None:
    given = cases()
    found = verify(given)
    assert len(found) == len(given) > 1000
    pairs = zip(given, found, strict=True)
    assert [(case.name, result["why"]) for case, result in pairs if result["ok"] != case.is_true] == []


def test_the_proofs_of_a_registry_are_accepted(verify: Verify, world: World, tmp_path: Path) -> None:
    key = str(world.events()[0]["data"]["vkey"])
    given = []
    for seq in (0, 1, 7, 30, len(world.events()) - 1):
        proof = prove_event(world.registry, seq)
        content = read_inclusion(proof.text)
        body = str((content.event_fields() or {})["body"]).encode() if content else b""
        given.append(ForeignCase("inclusion", str(seq), key, proof.text, True, body))
        (tmp_path / "kept").write_text(proof.text, "utf-8")
        continued = prove_continuation(world.registry, str(tmp_path / "kept"))
        note = proof.text.partition("\n\n")[2]
        given.append(ForeignCase("consistency", str(seq), key, continued.text, True, old=note))
    assert [(case.name, result) for case, result in zip(given, verify(given), strict=True) if not result["ok"]] == []
