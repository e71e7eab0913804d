"""The folder of pages: every link has a target, and only pages that changed are written again."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from data.errors import InputError, NotFoundError
from data.files.home import Home
from data.queries import pending_signatures
from data.queries.log_proof import LogProof
from data.records.approval import ApprovalRequest
from data.records.person import Role
from data.records.review import Severity
from data.records.version import Version
from data.registry.commands.model import DeclareConsumer
from data.registry.commands.review import OpenFinding
from data.registry.registry import Registry
from tests.model_histories import LONG_NAME
from tests.views.pages.test_render import Outline
from tests.world import MODEL, Template, World
from views.evidence_address import INVENTORY, model_page, request_page, version_page
from views.pages import inventory_page, long_lists
from views.pages import site as site_module
from views.pages.inventory_view import InventoryView, inventory_view
from views.pages.render import read_page, render_model
from views.pages.site import WrittenSite, site_folder, write_site

CHURN = "models/crm/churn"


@pytest.fixture
def full_world(full_inventory: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return full_inventory.copy(tmp_path / "home", monkeypatch)


@pytest.fixture(scope="module")
def site(full_inventory: Template, tmp_path_factory: pytest.TempPathFactory) -> WrittenSite:
    return write_site(World(full_inventory.root, full_inventory.now).home, tmp_path_factory.mktemp("site") / "pages")


@pytest.fixture(scope="module")
def outlines(site: WrittenSite) -> dict[Path, Outline]:
    return {file: Outline(file.read_text("utf-8")) for file in site.root.rglob("*.html")}


def test_inventory_audit_models_monitoring_and_versions_have_pages(site: WrittenSite) -> None:
    pages = {str(file.relative_to(site.root)) for file in site.root.rglob("*.html")}
    models = {MODEL, CHURN, LONG_NAME, "models/risk/only-listed", "models/risk/fraud"}
    versions = {f"{MODEL}/1", f"{MODEL}/2", f"{CHURN}/1", f"{LONG_NAME}/1", "models/risk/fraud/1"}
    named = {f"{one}/{page}" for one in models for page in ("index", "monitoring")} | versions
    assert pages == {"index.html", "audit.html", *(f"{one}.html" for one in named)}
    assert site.pages == len(pages)


def test_every_link_leads_to_a_page_and_an_id_on_it(outlines: dict[Path, Outline]) -> None:
    names = {file: {attributes.get("id") for _, attributes, _ in one.found} for file, one in outlines.items()}
    for file, outline in outlines.items():
        for link in outline.all("a"):
            parts = urlsplit(link["href"])
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            assert not parts.scheme, (file, link)
            assert target in outlines, (file, link)
            assert not parts.fragment or parts.fragment in names[target], (file, link)


def test_no_page_requests_anything_or_contains_untrusted_markup(outlines: dict[Path, Outline]) -> None:
    for file, outline in outlines.items():
        tags = {tag for tag, _, _ in outline.found}
        names = {name for _, attributes, _ in outline.found for name in attributes}
        assert not tags & {"script", "img", "link", "iframe", "object", "embed", "base", "form", "image"}, file
        assert not {name for name in names if name.startswith("on")} | names & {"style", "src", "srcset"}, file
        assert not {"\u202e", "\u2066"} & set(file.read_text("utf-8")), file


def test_headings_skip_no_level_and_ids_are_unique(outlines: dict[Path, Outline]) -> None:
    for file, outline in outlines.items():
        levels = [int(tag[1]) for tag, _, _ in outline.found if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
        assert levels.count(1) == 1, file
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), file
        ids = [attributes["id"] for _, attributes, _ in outline.found if "id" in attributes]
        assert len(ids) == len(set(ids)), file


def test_a_request_is_found_at_its_address(full_world: World, site: WrittenSite, outlines: dict[Path, Outline]) -> None:
    (pending,) = [one for one in full_world.find(ApprovalRequest) if one.state == "pending"]
    page, _, place = request_page(pending.key).partition("#")
    outline = outlines[site.root / page]
    assert place in {attributes.get("id") for _, attributes, _ in outline.found}
    assert {"verdicts", "findings"} <= {attributes.get("id") for _, attributes, _ in outline.found}
    assert pending.request_digest in outline.text.replace(" ", "")


INVENTORY_SAYS = {
    "what is late": "late 2013-",
    "whose approval waits, and who can sign": "1 × approver: Axel (axel)",
    "a finding with its owner": "Finding 1 on v1, high, open Dev (dev)",
    "a waiver to be decided": "Waiver of PRF-1 for v1 to be decided",
    "a model that has no version": "risk/only-listed no version",
    "that an approval expires": "Approval of v1 expires",
}


def test_long_lists_have_pages_of_their_own_and_every_link_on_them_leads_to_a_page(
    full_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_lists, "MOST_ROWS", 3)
    root = write_site(full_world.home, tmp_path / "pages", [MODEL]).root
    files = {file: Outline(file.read_text("utf-8")) for file in (root / MODEL).glob("*.html")}
    assert {"events-1.html", "events-2.html", "steps-2.html"} <= {file.name for file in files}
    for file, outline in files.items():
        for link in outline.all("a"):
            path = urlsplit(link["href"]).path
            assert not path or (file.parent / path).is_file(), (file.name, link)


@pytest.mark.parametrize("words", INVENTORY_SAYS.values(), ids=INVENTORY_SAYS)
def test_the_inventory_contains(words: str, site: WrittenSite, outlines: dict[Path, Outline]) -> None:
    assert words in outlines[site.root / INVENTORY].text


VERSION_SAYS = {
    "the words of its documentation": "It says who may leave. <script>alert(1)</script> [a link](https://example.org",
    "a picture as the words it is": "![a picture]",
    "that a section is older than what it describes": "stale",
    "that a text is lost": "The text is no longer kept here",
    "how a decision was proven": "one-time code",
    "its datasets": "held-out 20,000",
}


@pytest.mark.parametrize("words", VERSION_SAYS.values(), ids=VERSION_SAYS)
def test_a_version_page_contains(words: str, site: WrittenSite, outlines: dict[Path, Outline]) -> None:
    assert words in outlines[site.root / version_page(f"{CHURN}/versions/1")].text


def test_only_the_model_that_changed_is_written_again(full_world: World, tmp_path: Path) -> None:
    target = tmp_path / "site"
    fields = {"model": CHURN, "owner": "olga", "contact": "desk@example.org"}
    full_world.do(DeclareConsumer(system="desk", **fields), by="olga")
    assert len(write_site(full_world.home, target).written) == 5
    assert write_site(full_world.home, target).written == ()

    full_world.do(DeclareConsumer(system="counter", **fields), by="olga")

    assert write_site(full_world.home, target).written == (CHURN,)
    assert "counter" in (target / model_page(CHURN)).read_text("utf-8")


def says(target: Path, page: str) -> str:
    return Outline((target / page).read_text("utf-8")).text


def test_the_people_who_can_sign_now_are_on_inventory_and_model_page(full_world: World, tmp_path: Path) -> None:
    target = tmp_path / "site"
    write_site(full_world.home, target)
    assert "1 × approver: Axel (axel) Dev (dev)" in says(target, model_page(CHURN))
    full_world.grant("outsider", Role.APPROVER)

    assert CHURN in write_site(full_world.home, target).written
    for page in (INVENTORY, model_page(CHURN)):
        assert "1 × approver: Axel (axel), Outsider (outsider)" in says(target, page)


def test_each_item_that_became_due_is_on_inventory_and_model_page(full_world: World, tmp_path: Path) -> None:
    target, (version,) = tmp_path / "site", {one.key for one in full_world.find(Version, model=CHURN)}
    for days in (2, 5):
        due = full_world.now + timedelta(days=days)
        command = OpenFinding(version=version, title="f", text="t", owner="dev", severity=Severity.LOW, due_at=due)
        full_world.do(command, by="vera")
    late = []
    for _ in range(3):
        write_site(full_world.home, target)
        late.append(says(target, model_page(CHURN)).count("late 2013-"))
        full_world.move(days=3)
        full_world.do(DeclareConsumer(model=MODEL, system="desk", owner="olga", contact="x@example.org"), by="olga")
    assert late == [0, 1, 3], "a finding, then another one and the request for approval"


def test_due_items_beyond_the_first_forty_are_printed_too(full_world: World) -> None:
    open_findings(full_world, 45)
    page = render_model(read_page(full_world.home, CHURN, LogProof(None, "not asked")))
    folded = re.findall(r'<details class="([^"]*)"><summary>\d+ more</summary>', page)
    assert folded == ["prints"], "style.css prints what is folded where it says so"


def open_findings(world: World, count: int) -> None:
    (version,) = {one.key for one in world.find(Version, model=CHURN)}
    due = world.now + timedelta(days=90)
    command = OpenFinding(version=version, title="f", text="t", owner="dev", severity=Severity.LOW, due_at=due)
    with world.registry.store.session():
        for _ in range(count):
            world.do(command, by="vera")


def test_a_long_inventory_has_pages_for_each_filter_and_every_link_leads_to_a_page(
    full_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_page, "MOST_LINES", 2)
    root = write_site(full_world.home, tmp_path / "pages").root
    files = {file: Outline(file.read_text("utf-8")) for file in root.rglob("*.html")}
    addresses = {str(file.relative_to(root)) for file in files}
    assert {"index.html", "inventory/2.html", "inventory/3.html", "inventory/stage-in-production/1.html"} <= addresses
    assert {"inventory/tier-1/1.html", "inventory/owner-axel/1.html", "inventory/due-late/1.html"} <= addresses
    assert "due/2.html" in addresses
    for file, outline in files.items():
        for link in outline.all("a"):
            path = urlsplit(link["href"]).path
            assert not path or (file.parent / path).resolve() in files, (file.name, link)


def test_the_pages_of_an_inventory_that_became_shorter_are_removed(
    full_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "pages"
    with monkeypatch.context() as patch:
        patch.setattr(inventory_page, "MOST_LINES", 2)
        write_site(full_world.home, target)
    assert (target / "inventory" / "2.html").is_file()
    write_site(full_world.home, target)
    assert [*(target / "inventory").rglob("*.html"), *(target / "due").rglob("*.html")] == []


def test_pages_without_names_of_signers_are_written_after_every_change(
    full_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_signatures, "MOST_NAMED", 0)
    target = tmp_path / "site"
    write_site(full_world.home, target)
    assert write_site(full_world.home, target).written == ()
    full_world.move(hours=1)
    full_world.do(DeclareConsumer(model=MODEL, system="desk", owner="olga", contact="x@example.org"), by="olga")
    assert CHURN in write_site(full_world.home, target).written


def test_a_version_registered_during_the_writing_is_on_the_pages(
    full_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "site"

    def changing(home: Home) -> InventoryView:
        found = inventory_view(home)
        full_world.version(CHURN)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(site_module, "inventory_view", changing)
        write_site(full_world.home, target)
    assert "v2" in says(target, version_page(f"{CHURN}/versions/2"))
    assert CHURN in write_site(full_world.home, target).written


def test_a_page_that_somebody_changed_is_written_again_and_named(full_world: World, tmp_path: Path) -> None:
    write_site(full_world.home, tmp_path / "site")
    page = tmp_path / "site" / model_page(CHURN)
    before = page.read_text("utf-8")
    page.write_text(before.replace("incident", "nothing"), "utf-8")
    done = write_site(full_world.home, tmp_path / "site")
    assert (done.written, done.altered) == ((CHURN,), (model_page(CHURN),))
    assert "nothing" not in page.read_text("utf-8") or "nothing" in before
    assert write_site(full_world.home, tmp_path / "site").altered == ()


def test_a_deleted_page_is_written_again(full_world: World, tmp_path: Path) -> None:
    write_site(full_world.home, tmp_path / "site")
    (tmp_path / "site" / model_page(CHURN)).unlink()
    assert write_site(full_world.home, tmp_path / "site").written == (CHURN,)


def test_a_log_that_fails_verification_is_announced_on_every_page(full_world: World, tmp_path: Path) -> None:
    write_site(full_world.home, tmp_path / "site")
    with Registry(full_world.home).store.transaction() as connection:
        connection.execute("UPDATE audit_event SET actor = 'nobody' WHERE seq = 20")

    assert len(write_site(full_world.home, tmp_path / "site").written) == 5
    for page in (tmp_path / "site").rglob("*.html"):
        assert "The verification of the audit log failed." in page.read_text("utf-8")


def test_the_inventory_of_one_model_links_only_pages_that_exist(full_world: World, tmp_path: Path) -> None:
    write_site(full_world.home, tmp_path / "site", [CHURN])

    outline = Outline((tmp_path / "site" / INVENTORY).read_text("utf-8"))
    assert "ops/delay" in outline.text
    assert all((tmp_path / "site" / one["href"].partition("#")[0]).exists() for one in outline.all("a"))
    assert "This copy contains the pages of 1 model" in outline.text


def test_a_folder_with_other_contents_is_refused_and_unchanged(full_world: World, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError):
        write_site(full_world.home, tmp_path / "mine")
    assert [one.name for one in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_an_interrupted_writing_continues_with_the_missing_models(full_world: World, tmp_path: Path) -> None:
    target = tmp_path / "site"
    write_site(full_world.home, target, [CHURN])
    (target / INVENTORY).unlink()
    done = write_site(full_world.home, target)
    assert CHURN in done.kept
    assert len(done.written) == 4
    assert "This copy contains" not in (target / INVENTORY).read_text("utf-8")


def test_an_unreadable_manifest_has_every_page_written_again(full_world: World, tmp_path: Path) -> None:
    write_site(full_world.home, tmp_path / "site", [CHURN])
    (tmp_path / "site" / "pages.json").write_text("{")
    assert write_site(full_world.home, tmp_path / "site", [CHURN]).written == (CHURN,)


def test_the_default_folder_of_the_pages_is_below_reports(world: World) -> None:
    assert site_folder(world.home) == world.home.reports / "site"
    done = write_site(world.home, site_folder(world.home))
    assert "No model is on the inventory yet" in (done.root / INVENTORY).read_text("utf-8")


def test_an_unknown_model_is_refused_and_leaves_no_folder(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        write_site(world.home, tmp_path / "site", ["models/ops/nothing"])
    assert not (tmp_path / "site").exists()
