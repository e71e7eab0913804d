"""Attack: somebody changes a manifest, its signature or the served bytes, so that a server loads another model.

Result: Found: the log's key signs each manifest, every slot is compared with the record on demand and each night, and
a server that runs `modelward-check` loads nothing after it.
Caught in: `data/queries/serving_comparison.py`, `data/audit/checker/`
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.audit.keys import SigningKey
from data.audit.note import sign_text
from data.audit.serving_statement import verified_statement
from data.errors import AuditError
from data.files.manifest import digest_of
from data.queries import serving_record as record
from data.queries.serving_comparison import compare_serving
from data.queries.serving_record import serving_record
from data.records.deployment import Slot
from data.records.person import Actor
from data.records.run_context import RunContext
from data.registry.log_keys import DeclaredKey
from data.registry.manifest_signer import sign_slots
from modelward.__main__ import app
from tasks.attest.compare_manifests import compare_manifests
from tasks.run.take_steps import PLAIN_CALLS
from tests.served_slot import FIRST, SECOND, ServedSlot, serve_two_versions
from tests.world import Template

pytestmark = pytest.mark.closed_registry


@pytest.fixture(scope="module")
def served(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSlot]:
    """The slot of the module; each test restores what it changes."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield serve_two_versions(founded.copy(tmp_path_factory.mktemp("served") / "home", monkeypatch))


@pytest.fixture(scope="module")
def earlier(served: ServedSlot) -> str:
    """The manifest of version 1, as it was published."""
    (begun,) = [one for one in served.world.events("operation.begun") if one["rows"][0]["values"]["former_manifest"]]
    return str(begun["rows"][0]["values"]["former_manifest"])


@contextmanager
def restored(served: ServedSlot) -> Iterator[None]:
    """Restore the served folder and the bytes at the end of the block."""
    folder, stored = served.manifest.parent, served.bytes
    files = {path: path.read_bytes() for path in (stored, *folder.glob("*")) if path.is_file()}
    try:
        yield
    finally:
        for path in served.world.home.serving.rglob("*"):
            if path.is_file() and path not in files:
                path.unlink()
        for path, content in files.items():
            path.write_bytes(content)


def test_a_note_signed_before_a_rotation_counts_and_one_by_a_former_key_after_it_does_not(
    served: ServedSlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (former,) = serving_record(served.registry).keys
    for rotated_at, count in (("2099-01-01T00:00:00.000000Z", 0), (former.since, 1)):
        new = DeclaredKey(SigningKey("log", bytes(32)).vkey, 99, rotated_at)
        monkeypatch.setattr(record, "log_keys", lambda _, new=new: [former, new])
        found = differences(served)
        assert len(found) == count
        assert all("at a time when another key was in force" in what for what in found)


def differences(served: ServedSlot) -> list[str]:
    return [one.what for one in compare_serving(served.registry).differences]


def signable(served: ServedSlot) -> list[Slot]:
    found = compare_serving(served.registry)
    return [*found.unsigned, *found.sound]


def edit_manifest(served: ServedSlot, **changes: object) -> None:
    fields = {**json.loads(served.manifest.read_text()), **changes}
    served.manifest.write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")


def edit_manifest_and_note(served: ServedSlot) -> None:
    text = served.note.read_text("utf-8")
    former = digest_of(served.manifest.read_text())
    edit_manifest(served, version=FIRST)
    digest = digest_of(served.manifest.read_text())
    path = served.manifest.with_name(f"{digest.removeprefix('sha256:')}.note")
    path.write_text(text.replace(former, digest).replace(SECOND, FIRST), "utf-8")


def sign_with_another_key(served: ServedSlot) -> None:
    name = serving_record(served.registry).origin
    served.note.write_text(
        sign_text(served.note.read_text("utf-8").partition("\n\n")[0] + "\n", SigningKey(name, bytes(32))), "utf-8"
    )


CHANGES: dict[str, tuple[Callable[[ServedSlot], object], str]] = {
    "another version named": (lambda s: edit_manifest(s, version=FIRST), "its manifest names ops/delay v1"),
    "another path named": (lambda s: edit_manifest(s, path="/tmp/other"), "is not the recorded one"),
    "another digest named": (lambda s: edit_manifest(s, digest="sha256:" + "0" * 64), "is not the recorded one"),
    "manifest and note edited": (edit_manifest_and_note, "its manifest names ops/delay v1"),
    "a space appended": (lambda s: s.manifest.write_text(s.manifest.read_text() + " "), "is not the recorded one"),
    "garbage instead of the manifest": (lambda s: s.manifest.write_bytes(b"\xff{"), "cannot be read"),
    "the manifest removed": (lambda s: s.manifest.unlink(), "it has no manifest"),
    "other bytes": (lambda s: s.bytes.write_bytes(b"another model"), "no longer holds the bytes"),
    "the bytes removed": (lambda s: s.bytes.unlink(), "are missing"),
    "the note removed": (lambda s: s.note.unlink(), "is not signed"),
    "the note emptied": (lambda s: s.note.write_bytes(b""), "did not sign"),
    "one byte of the note changed": (
        lambda s: s.note.write_bytes(s.note.read_bytes().replace(b"champion", b"champiom")),
        "did not sign",
    ),
    "the note of another key": (sign_with_another_key, "did not sign"),
}  # fmt: skip


def test_nothing_differs_while_nobody_changed_anything_and_a_server_loads_the_model(served: ServedSlot) -> None:
    assert differences(served) == []
    code, outcome = served.check()
    assert (code, outcome["version"], outcome["path"], outcome["fault"]) == (0, SECOND, str(served.bytes), "")


@pytest.mark.parametrize(("change", "found"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_found_and_no_server_loads_the_model(
    served: ServedSlot, change: Callable[[ServedSlot], object], found: str
) -> None:
    with restored(served):
        change(served)
        (difference,) = differences(served)
        code, outcome = served.check()
    assert found in difference
    assert (code, outcome["ok"], outcome["path"]) == (1, False, None)


def test_a_change_fails_the_nightly_comparison_and_the_command(served: ServedSlot) -> None:
    command = ["verify", "serving", "--json"]
    with restored(served):
        assert (
            PLAIN_CALLS.take(compare_manifests, RunContext(Actor(id="otto"), served.world.now)),
            CliRunner().invoke(app, command).exit_code,
        ) == (1, 0)
    with restored(served):
        edit_manifest(served, version=FIRST)
        with pytest.raises(AuditError, match="its manifest names ops/delay v1"):
            PLAIN_CALLS.take(compare_manifests, RunContext(Actor(id="otto"), served.world.now))
        result = CliRunner().invoke(app, command)
    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (1, False)


def test_the_genuine_manifest_of_an_earlier_version_is_found(served: ServedSlot, earlier: str, tmp_path: Path) -> None:
    """Its note is genuine too: a server that keeps the newest event, or demands a fresh signature, refuses it."""
    memory = ["--remember", str(tmp_path / "newest.json")]
    assert served.check(*memory)[0] == 0
    with restored(served):
        served.manifest.write_text(earlier)
        (difference,) = differences(served)
        code, outcome = served.check(*memory)
        late, _ = served.check("--max-age", "0")
    assert "its manifest names ops/delay v1" in difference
    assert (code, late) == (1, 1)
    assert "this server has seen event" in outcome["fault"]


def test_a_manifest_copied_to_another_model_is_found_and_refused(served: ServedSlot) -> None:
    with restored(served):
        folder = served.world.home.serving / "ops" / "other"
        folder.mkdir()
        for path in (served.manifest, served.note):
            (folder / path.name).write_bytes(path.read_bytes())
        (difference,) = differences(served)
        code, outcome = served.check(model="ops/other", path=folder / "current.json")
    assert "serving/ops/other/current.json is a manifest, and the record has no such slot" in difference
    assert (code, outcome["fault"]) == (
        1, "the manifest is that of ops/delay production champion, not of ops/other production champion",
    )  # fmt: skip


def test_a_manifest_behind_a_symbolic_link_is_found(served: ServedSlot, tmp_path: Path) -> None:
    copy = tmp_path / "current.json"
    copy.write_bytes(served.manifest.read_bytes())
    with restored(served):
        served.manifest.unlink()
        served.manifest.symlink_to(copy)
        (difference,) = differences(served)
        served.manifest.unlink()
    assert "leads out of the serving folder" in difference


def test_only_the_recorded_manifest_is_signed(served: ServedSlot) -> None:
    """An unsigned manifest, as an earlier version left it, is signed; an edited one is not. No note is replaced."""
    with restored(served):
        served.note.unlink()
        assert sign_slots(served.registry, compare_serving(served.registry).unsigned) == 1
        assert (differences(served), served.check()[0]) == ([], 0)
    with restored(served):
        served.note.write_bytes(b"somebody's")
        assert signable(served) == []
    with restored(served):
        served.note.unlink()
        edit_manifest(served, version=FIRST)
        assert signable(served) == []


def test_a_later_signature_is_fresh_and_names_the_event_that_completed_the_deployment(served: ServedSlot) -> None:
    before = verified_statement(served.note.read_text("utf-8"), serving_record(served.registry).vkey)
    assert sign_slots(served.registry, signable(served)) == 1
    after = verified_statement(served.note.read_text("utf-8"), serving_record(served.registry).vkey)
    assert after.signed_at > before.signed_at
    assert after.event == served.world.events("deployment.completed")[-1]["seq"]
    assert before.event == served.world.events("operation.begun")[-1]["seq"]
