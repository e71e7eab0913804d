"""Changes to what serves: manifests, their signed notes, the served bytes, and the folder."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from data.audit.keys import SigningKey
from data.audit.note import sign_text
from data.files.manifest import digest_of
from tests.served_slot import FIRST
from tests.tampering.flipped_bit import flip
from tests.tampering.kind import ExpectedFinding, Kind, Tamper
from tests.tampering.tampered_home import TamperedHome


def manifest(says: str, **changes: object) -> Tamper:
    """Edit fields of the manifest."""

    def tamper(home: TamperedHome, _: random.Random) -> ExpectedFinding:
        edit_manifest(home, **changes)
        return ExpectedFinding(None, says)

    return tamper


def served(home: TamperedHome) -> str:
    """Return the key of the version that serves."""
    return str(json.loads(home.served.manifest.read_text())["version"])


def edit_manifest(home: TamperedHome, **changes: object) -> None:
    path = home.served.manifest
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}, indent=2, sort_keys=True) + "\n")


def file_of(
    place: Callable[[TamperedHome], Path], change: Callable[[Path, random.Random], object], says: str
) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        change(place(home), chosen)
        return ExpectedFinding(None, says)

    return tamper


def manifest_and_note(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    """Name another version in manifest and note, and give the note the name of the new manifest."""
    text, serving = home.served.note.read_text("utf-8"), served(home)
    former = digest_of(home.served.manifest.read_text())
    edit_manifest(home, version=FIRST)
    digest = digest_of(home.served.manifest.read_text())
    path = home.served.manifest.with_name(f"{digest.removeprefix('sha256:')}.note")
    path.write_text(text.replace(former, digest).replace(serving, FIRST), "utf-8")
    return ExpectedFinding(None, "its manifest names ops/delay v1")


def note_of_another_key(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    path = home.served.note
    text = path.read_text("utf-8").partition("\n\n")[0] + "\n"
    path.write_text(sign_text(text, SigningKey(home.origin, chosen.randbytes(32))), "utf-8")
    return ExpectedFinding(None, "did not sign")


def note_about_another_version(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    """Sign another statement about the same manifest with the stolen key."""
    path = home.served.note
    text = path.read_text("utf-8").partition("\n\n")[0] + "\n"
    path.write_text(sign_text(text.replace(served(home), FIRST), home.key), "utf-8")
    return ExpectedFinding(None, "states something else than the record")


def earlier_manifest(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    """Write the genuine manifest of the version before again; its genuine note is still there."""
    begun = [event for event in home.events if event["type"] == "operation.begun"]
    texts = [event["rows"][0]["values"].get("former_manifest") for event in begun]
    home.served.manifest.write_text(next(text for text in texts if text))
    return ExpectedFinding(None, "its manifest names ops/delay v2")


def copied_to_another_model(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    folder = home.home.serving / "ops" / f"other-{chosen.randrange(100)}"
    folder.mkdir()
    for path in (home.served.manifest, home.served.note):
        shutil.copy(path, folder / path.name)
    return ExpectedFinding(None, "the record has no such slot")


def copied_to_another_slot(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    folder = home.served.manifest.parent / "staging" / "champion"
    folder.mkdir(parents=True)
    shutil.copy(home.served.manifest, folder / "current.json")
    return ExpectedFinding(None, "the record has no such slot")


def behind_a_link(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    path, copy = home.served.manifest, home.live / "elsewhere.json"
    shutil.copy(path, copy)
    path.unlink()
    path.symlink_to(copy)
    return ExpectedFinding(None, "leads out of the serving folder")


def folder_removed(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    shutil.rmtree(home.home.serving)
    return ExpectedFinding(None, "it has no manifest")


def row_edited(home: TamperedHome, _: random.Random) -> ExpectedFinding:
    """Name version 1 in the row of the slot, so that the record itself would say it."""
    home.sql(("UPDATE slot SET version = ? WHERE version = ?", [FIRST, served(home)]))
    return ExpectedFinding(None, "the registry differs from its log")


def remove(path: Path, _: random.Random) -> None:
    path.unlink()


def the_manifest(home: TamperedHome) -> Path:
    return home.served.manifest


def the_note(home: TamperedHome) -> Path:
    return home.served.note


def the_bytes(home: TamperedHome) -> Path:
    return home.served.bytes


KINDS = [
    Kind("manifest: bit", "One bit of the manifest of a slot is flipped.",
         file_of(the_manifest, flip, "production champion of ops/delay"), "serving"),
    Kind("manifest: another version", "The manifest names another version.",
         manifest("its manifest names ops/delay v1", version=FIRST), "serving"),
    Kind("manifest: another path", "The manifest names another path.",
         manifest("is not the recorded one", path="/tmp/other"), "serving"),
    Kind("manifest: another digest", "The manifest names another digest.",
         manifest("is not the recorded one", digest="sha256:" + "0" * 64), "serving"),
    Kind("manifest: suspended", "The manifest says that the slot is suspended.",
         manifest("is not the recorded one", state="suspended"), "serving"),
    Kind("manifest: removed", "The manifest is removed.",
         file_of(the_manifest, remove, "it has no manifest"), "serving"),
    Kind("manifest: garbage", "The manifest is replaced by bytes that are not JSON.",
         file_of(the_manifest, lambda path, chosen: path.write_bytes(b"\xff" + chosen.randbytes(9)),
                 "cannot be read"), "serving"),
    Kind("manifest: with its note", "Manifest and note name another version.", manifest_and_note, "serving"),
    Kind("manifest: earlier", "The genuine manifest of an earlier version is written again.", earlier_manifest,
         "serving"),
    Kind("manifest: of another model", "Manifest and note are copied to another model.", copied_to_another_model,
         "serving"),
    Kind("manifest: of another slot", "The manifest is copied to another environment.", copied_to_another_slot,
         "serving"),
    Kind("manifest: link", "The manifest is replaced by a symbolic link to a copy.", behind_a_link, "serving"),
    Kind("note: bit", "One bit of the signed note of a manifest is flipped.",
         file_of(the_note, flip, "did not sign"), "serving"),
    Kind("note: removed", "The signed note of a manifest is removed.",
         file_of(the_note, remove, "is not signed"), "serving"),
    Kind("note: emptied", "The signed note of a manifest is emptied.",
         file_of(the_note, lambda path, _: path.write_bytes(b""), "did not sign"), "serving"),
    Kind("note: of another key", "Another key of the same name signs the note.", note_of_another_key, "serving"),
    Kind("note: about another version", "The stolen key signs a note about another version.",
         note_about_another_version, "serving"),
    Kind("served bytes: bit", "One bit of the served bytes is flipped.",
         file_of(the_bytes, flip, "no longer holds the bytes"), "serving"),
    Kind("served bytes: replaced", "The served bytes are replaced.",
         file_of(the_bytes, lambda path, chosen: path.write_bytes(chosen.randbytes(64)), "no longer holds the bytes"),
         "serving"),
    Kind("served bytes: removed", "The served bytes are removed.",
         file_of(the_bytes, remove, "are missing"), "serving"),
    Kind("served folder removed", "The whole served folder is removed.", folder_removed, "serving"),
    Kind("slot edited", "The row of the slot names another version.", row_edited, "serving"),
]  # fmt: skip
