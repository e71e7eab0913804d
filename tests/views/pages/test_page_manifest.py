"""The manifest of a folder of pages says which models' pages are current, and refuses folders with other contents."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from data.errors import InputError
from data.files.content_seal import ContentSeal
from views.evidence_address import INVENTORY, model_page
from views.pages.page_manifest import NAME, PageManifest, replace_file

KEY = "models/ops/delay"


class FixedSeal(ContentSeal):
    """A seal whose key is not in a file."""

    _key = bytes(32)


SEAL = FixedSeal(Path())


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return a folder with the page of one model, under the stamp `1`."""
    manifest = PageManifest(tmp_path / "pages", SEAL, {KEY: "1"})
    manifest.put(model_page(KEY), "<p>")
    manifest.write()
    return manifest.folder


def test_a_new_folder_has_an_empty_manifest(tmp_path: Path) -> None:
    assert PageManifest.of(tmp_path / "new", SEAL).stamps == {}
    (tmp_path / "empty").mkdir()
    assert PageManifest.of(tmp_path / "empty", SEAL).stamps == {}


def test_a_written_manifest_is_read_back(written: Path) -> None:
    manifest = PageManifest.of(written, SEAL)
    assert (manifest.stamps, list(manifest.pages), manifest.altered) == ({KEY: "1"}, [model_page(KEY)], ())


def test_a_page_is_current_if_its_stamp_matches_and_its_file_exists(written: Path) -> None:
    manifest = PageManifest.of(written, SEAL)
    assert (manifest.has(KEY, "1"), manifest.has(KEY, "2"), manifest.has("models/ops/other", "1")) == (
        True, False, False,
    )  # fmt: skip
    (written / model_page(KEY)).unlink()
    assert not PageManifest.of(written, SEAL).has(KEY, "1")


def test_a_changed_page_is_not_current(written: Path) -> None:
    (written / model_page(KEY)).write_text("<b>")
    manifest = PageManifest.of(written, SEAL)
    assert (manifest.has(KEY, "1"), manifest.altered) == (False, (model_page(KEY),))


def test_the_pages_that_a_model_no_longer_has_are_removed(written: Path) -> None:
    manifest = PageManifest.of(written, SEAL)
    manifest.put(INVENTORY, "<p>")
    assert manifest.replace(KEY, [(f"{KEY}/1.html", "<p>"), (f"{KEY}/2.html", "<p>")]) == 2
    assert sorted(manifest.pages) == [INVENTORY, f"{KEY}/1.html", f"{KEY}/2.html"]
    assert not (written / model_page(KEY)).exists()
    assert manifest.replace("", []) == 0
    assert sorted(manifest.pages) == [f"{KEY}/1.html", f"{KEY}/2.html"]


def test_a_page_that_no_report_wrote_is_named_unless_an_earlier_version_wrote_the_folder(written: Path) -> None:
    (written / "more.html").touch()
    manifest = PageManifest.of(written, SEAL)
    assert manifest.added == ()
    manifest.put(INVENTORY, "<p>")
    manifest.write()
    assert PageManifest.of(written, SEAL).added == ("more.html",)


def test_a_manifest_that_names_the_changed_page_does_not_count(written: Path) -> None:
    (written / model_page(KEY)).write_text("<b>")
    digest = "sha256:" + hashlib.sha256(b"<b>").hexdigest()
    content = json.loads((written / NAME).read_text())
    (written / NAME).write_text(json.dumps({**content, "pages": {model_page(KEY): digest}}))
    manifest = PageManifest.of(written, SEAL)
    assert (manifest.stamps, manifest.altered) == ({}, (NAME,))


UNREADABLE = {
    "no JSON": b"{",
    "no text": b"\xff",
    "a list": b"[]",
    "no models": b"{}",
    "models that are a list": b'{"models": [], "pages": {}, "seal": "00"}',
    "no seal": b'{"models": {}, "pages": {}}',
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_manifest_has_no_stamps(content: bytes, written: Path) -> None:
    (written / NAME).write_bytes(content)
    assert PageManifest.of(written, SEAL).stamps == {}


def test_a_folder_with_other_contents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match="contains files that are not evidence pages"):
        PageManifest.of(tmp_path, SEAL)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.html").touch()
    with pytest.raises(InputError, match="is a file"):
        PageManifest.of(tmp_path / "page.html", SEAL)


def test_a_file_is_replaced_atomically(tmp_path: Path) -> None:
    target = tmp_path / "deeper" / "page.html"
    for text in ("first", "second"):
        replace_file(target, text)
    assert target.read_text("utf-8") == "second"
    assert list(target.parent.iterdir()) == [target]
