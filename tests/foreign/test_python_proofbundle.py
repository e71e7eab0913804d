"""Proof files and checkpoints are accepted by the Python package `proofbundle`, and false ones refused.

It is the only package on the registry of Python that reads tlog-proofs. Those of sigstore and TUF verify the entries of
their own logs only, and `pymerkle` has another form of proofs. Without the package the tests fail where CI is set;
elsewhere they are skipped.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest

from data.audit.standalone.proof_file import read_consistency
from data.audit.standalone.signed_note import read_checkpoint
from tests.foreign.foreign_cases import ForeignCase, cases

MISSING = "the verifier by others was not run: install the package proofbundle, as `python3 bootstrap.py` does"


@pytest.fixture(scope="module")
def package() -> dict[str, ModuleType]:
    """The modules of the package by their names."""
    try:
        names = ("checkpoint", "errors", "merkle", "tlogproof")
        return {name: importlib.import_module(f"proofbundle.{name}") for name in names}
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)


def is_accepted(package: dict[str, ModuleType], case: ForeignCase) -> bool:
    """Return what the package says about a statement."""
    try:
        if case.kind == "checkpoint":
            return bool(package["checkpoint"].verify_checkpoint(case.file, case.key)["ok"])
        if case.kind == "inclusion":
            return bool(package["tlogproof"].verify_tlog_proof(case.file, case.record, case.key)["ok"])
        proof, older = read_consistency(case.file), read_checkpoint(case.old)
        assert proof is not None
        assert older is not None
        sizes, roots = (older.size, proof.checkpoint.size), (older.root, proof.checkpoint.root)
        return bool(package["merkle"].verify_consistency(*sizes, proof.path, *roots))
    except package["errors"].ProofBundleError:
        return False


@pytest.mark.parametrize("kind", ["checkpoint", "inclusion", "consistency"])
def test_true_statements_are_accepted_and_false_ones_refused(kind: str, package: dict[str, ModuleType]) -> None:
    given = [case for case in cases() if case.kind == kind]
    assert [case.name for case in given if is_accepted(package, case) != case.is_true] == []
