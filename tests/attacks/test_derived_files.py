"""Attack: somebody changes a file that people read or a registration takes facts from: a report page, the manifest of
the pages, a dossier, or the provenance beside a packed submission.

Result: Found: a dossier is compared with its event, a page is written again and named, and a changed provenance is
refused
Caught in: `data/audit/verifier/dossiers.py`, `views/pages/page_manifest.py`, `data/submission/delivery.py`
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.errors import SubmissionError
from data.files.artifacts import file_digest
from data.queries.verification import verify_registry
from data.registry.commands.retirement import ArchiveRetirement
from data.registry.registry import Registry
from data.submission.delivery import deliver, delivered_provenance
from tests import retirement_states
from tests.operations import deployed, prepared
from tests.world import MODEL, Template, World
from views.evidence_address import AUDIT, INVENTORY, model_page
from views.pages.page_manifest import NAME
from views.pages.site import site_folder, write_site

pytestmark = pytest.mark.closed_registry
DOSSIER = "retirement-ops-delay-v1"


def archived(world: World) -> None:
    """Archive the retirement of version 1, with a dossier in the artifact store and in the reports."""
    deployed(world)
    retirement_states.withdrawn(world)
    content, text = b'{"dossier": 1}', b"# Dossier"
    world.home.reports.mkdir()
    for ending, written in ((".json", content), (".md", text)):
        (world.home.reports / f"{DOSSIER}{ending}").write_bytes(written)
    command = retirement_states.archive(world)
    digests = (world.artifacts.put(content), file_digest(world.home.reports / f"{DOSSIER}.md"))
    fields = dict(zip(("dossier_digest", "text_digest"), digests, strict=True))
    world.do(ArchiveRetirement(key=command.key, retain_until=command.retain_until, **fields))


@pytest.fixture(scope="module")
def world(founded: Template, tmp_path_factory: pytest.TempPathFactory) -> World:
    template = prepared(founded, tmp_path_factory.mktemp("archived") / "home", archived)
    return World(template.root, template.now)


@pytest.mark.parametrize("ending", [".json", ".md"])
def test_a_changed_dossier_is_found(world: World, ending: str) -> None:
    path = world.home.reports / f"{DOSSIER}{ending}"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"1", b"2") + b" approved")
    (finding,) = [one for one in verify_registry(Registry(world.home), deep=True).findings if one.store == "reports"]
    path.write_bytes(before)
    assert finding.what == f"the dossier {DOSSIER}{ending} is not the one that was recorded"


def test_a_changed_page_is_written_again_even_if_the_manifest_of_the_pages_was_changed_too(world: World) -> None:
    folder = site_folder(world.home)
    assert write_site(world.home, folder).altered == ()
    page, manifest = folder / model_page(MODEL), folder / NAME
    before = page.read_text("utf-8")
    page.write_text("<p>all is well</p>", "utf-8")
    assert write_site(world.home, folder).altered == (model_page(MODEL),)
    page.write_text("<p>all is well</p>", "utf-8")
    content = json.loads(manifest.read_text("utf-8"))
    content["pages"][model_page(MODEL)] = file_digest(page)
    manifest.write_text(json.dumps(content), "utf-8")
    done = write_site(world.home, folder)
    assert (done.written, done.altered) == ((MODEL,), (NAME,))
    assert page.read_text("utf-8")[:200] == before[:200]


@pytest.mark.parametrize("address", [INVENTORY, AUDIT])
def test_a_changed_page_about_no_model_is_named(world: World, address: str) -> None:
    folder = site_folder(world.home)
    write_site(world.home, folder)
    (folder / address).write_text("<p>all is well</p>", "utf-8")
    assert write_site(world.home, folder).altered == (address,)


def test_a_page_that_no_report_wrote_is_named(world: World) -> None:
    folder = site_folder(world.home)
    write_site(world.home, folder)
    page = folder / MODEL / "99.html"
    page.write_text("<p>approved</p>", "utf-8")
    assert write_site(world.home, folder).added == (f"{MODEL}/99.html",)
    page.unlink()
    assert write_site(world.home, folder).added == ()


def test_a_changed_provenance_is_refused_until_the_folder_is_packed_again(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "model.yaml").write_text("model: ops/late\n")
    digest = deliver(folder, world.home, "dev")
    (stored,) = (world.home.inbox / "provenance").iterdir()
    stored.write_text(stored.read_text().replace('"dev"', '"somebody else"'))
    with pytest.raises(SubmissionError, match="is not as it was written"):
        delivered_provenance(world.home, digest)
    deliver(folder, world.home, "dev")
    assert delivered_provenance(world.home, digest).submitter == "dev"
