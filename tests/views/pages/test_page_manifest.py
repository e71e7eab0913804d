"""The manifest of a folder of pages says which models' pages are current, and refuses folders with other contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import InputError
from views.evidence_address import model_page
from views.pages.page_manifest import NAME, PageManifest, replace_file

KEY = "models/ops/delay"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return a folder with the page of one model, under the stamp `1`."""
    folder = tmp_path / "pages"
    replace_file(folder / model_page(KEY), "<p>")
    PageManifest(folder, {KEY: "1"}).write()
    return folder


def test_a_new_folder_has_an_empty_manifest(tmp_path: Path) -> None:
    assert PageManifest.of(tmp_path / "new").stamps == {}
    (tmp_path / "empty").mkdir()
    assert PageManifest.of(tmp_path / "empty").stamps == {}


def test_a_written_manifest_is_read_back(written: Path) -> None:
    assert PageManifest.of(written) == PageManifest(written, {KEY: "1"})


def test_a_page_is_current_if_its_stamp_matches_and_its_file_exists(written: Path) -> None:
    manifest = PageManifest.of(written)
    assert (manifest.has(KEY, "1"), manifest.has(KEY, "2"), manifest.has("models/ops/other", "1")) == (
        True, False, False,
    )  # fmt: skip
    (written / model_page(KEY)).unlink()
    assert not manifest.has(KEY, "1")


UNREADABLE = {
    "no JSON": b"{",
    "no text": b"\xff",
    "a list": b"[]",
    "no models": b"{}",
    "models that are a list": b'{"models": []}',
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_manifest_has_no_stamps(content: bytes, written: Path) -> None:
    (written / NAME).write_bytes(content)
    assert PageManifest.of(written).stamps == {}


def test_a_folder_with_other_contents_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match="contains files that are not evidence pages"):
        PageManifest.of(tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.html").touch()
    with pytest.raises(InputError, match="is a file"):
        PageManifest.of(tmp_path / "page.html")


def test_a_file_is_replaced_atomically(tmp_path: Path) -> None:
    target = tmp_path / "deeper" / "page.html"
    for text in ("first", "second"):
        replace_file(target, text)
    assert target.read_text("utf-8") == "second"
    assert list(target.parent.iterdir()) == [target]
