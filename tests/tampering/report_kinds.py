"""Changes to what is reported about the record: evidence pages and their manifest, dossiers, and rows of incidents."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

from data.files.artifacts import ArtifactStore, file_digest
from data.files.content_seal import ContentSeal
from tests.tampering.flipped_bit import flip
from tests.tampering.kind import ExpectedFinding, Kind, Tamper
from tests.tampering.reported_files import DOSSIER, RETIRED
from tests.tampering.tampered_home import TamperedHome
from views.evidence_address import AUDIT, INVENTORY, model_page, version_page
from views.pages.page_manifest import NAME, PageManifest
from views.pages.site import site_folder

ReportChange = Callable[[Path, random.Random], object]
PAGES = (model_page(RETIRED), version_page(f"{RETIRED}/versions/1"), INVENTORY, AUDIT)


def check_pages(home: TamperedHome) -> list[str]:
    """Compare the evidence pages with their manifest, as the next report does. Raises InputError."""
    manifest = PageManifest.of(site_folder(home.home), ContentSeal(home.home.keys))
    return [f"{address} differs" for address in manifest.altered] + [f"{one} was added" for one in manifest.added]


def removed(path: Path, _: random.Random) -> None:
    path.unlink()


def emptied(path: Path, _: random.Random) -> None:
    path.write_bytes(b"")


def with_another_state(path: Path, _: random.Random) -> None:
    path.write_text(path.read_text("utf-8").replace("retired", "approved"), "utf-8")


def page(change: ReportChange, addresses: tuple[str, ...] = PAGES) -> Tamper:
    """ReportChange one of the evidence pages."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        address = chosen.choice(addresses)
        change(site_folder(home.home) / address, chosen)
        return ExpectedFinding(None, f"{address} differs")

    return tamper


def exchanged(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """Exchange the contents of two pages."""
    first, other = (site_folder(home.home) / address for address in chosen.sample(PAGES, 2))
    contents = first.read_bytes(), other.read_bytes()
    first.write_bytes(contents[1])
    other.write_bytes(contents[0])
    return ExpectedFinding(None, f"{first.relative_to(site_folder(home.home))} differs")


def added(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    address = f"{RETIRED}/{chosen.randrange(2, 99)}.html"
    (site_folder(home.home) / address).write_bytes(b"<p>approved</p>")
    return ExpectedFinding(None, f"{address} was added")


def with_manifest(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
    """ReportChange a page and its digest in the manifest."""
    root, address = site_folder(home.home), chosen.choice(PAGES)
    flip(root / address, chosen)
    content = json.loads((root / NAME).read_bytes())
    content["pages"][address] = file_digest(root / address)
    (root / NAME).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
    return ExpectedFinding(None, f"{NAME} differs")


def manifest(change: ReportChange, says: str = f"{NAME} differs") -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        change(site_folder(home.home) / NAME, chosen)
        return ExpectedFinding(None, says)

    return tamper


def without_seal(path: Path, _: random.Random) -> None:
    content = json.loads(path.read_bytes())
    del content["seal"]
    path.write_text(json.dumps(content))


def dossier(ending: str, change: ReportChange) -> Tamper:
    """ReportChange a dossier in the folder of reports."""

    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        change(home.home.reports / f"{DOSSIER}{ending}", chosen)
        return ExpectedFinding(None, f"the dossier {DOSSIER}{ending} is not the one that was recorded")

    return tamper


def stored_dossier(change: ReportChange) -> Tamper:
    def tamper(home: TamperedHome, chosen: random.Random) -> ExpectedFinding:
        change(ArtifactStore(home.home.artifacts).path(home.dossier), chosen)
        return ExpectedFinding(home.first_naming(home.dossier), home.dossier)

    return tamper


def replaced(path: Path, chosen: random.Random) -> None:
    path.write_bytes(chosen.randbytes(64))


def incident(statement: str, says: str) -> Tamper:
    """ReportChange the rows of incidents behind the back of the log."""

    def tamper(home: TamperedHome, _: random.Random) -> ExpectedFinding:
        home.sql(statement)
        return ExpectedFinding(None, says, "incident")

    return tamper


KINDS = [
    Kind("report page: bit", "One bit of an evidence page is flipped.", page(flip), "pages"),
    Kind("report page: removed", "An evidence page is removed.", page(removed), "pages"),
    Kind("report page: emptied", "An evidence page is emptied.", page(emptied), "pages"),
    Kind("report page: other words", "An evidence page says that a retired version is approved.",
         page(with_another_state, PAGES[:1]), "pages"),
    Kind("report page: exchanged", "The contents of two evidence pages are exchanged.", exchanged, "pages"),
    Kind("report page: added", "A page is added to the folder of evidence pages.", added, "pages"),
    Kind("report page: with the manifest", "An evidence page and its digest in the manifest are changed.",
         with_manifest, "pages"),
    Kind("pages.json: bit", "One bit of the manifest of the evidence pages is flipped.", manifest(flip), "pages"),
    Kind("pages.json: emptied", "The manifest of the evidence pages is emptied.", manifest(emptied), "pages"),
    Kind("pages.json: seal removed", "The seal of the manifest of the evidence pages is removed.",
         manifest(without_seal), "pages"),
    Kind("pages.json: removed", "The manifest of the evidence pages is removed.",
         manifest(removed, "contains files that are not evidence pages"), "pages"),
    *(
        Kind(f"dossier {ending[1:]}: {name}", f"The dossier of a retirement as {ending[1:]} is {what}.",
             dossier(ending, change))
        for ending in (".json", ".md")
        for name, what, change in (("bit", "changed in one bit", flip), ("emptied", "emptied", emptied),
                                   ("replaced", "replaced", replaced))
    ),
    Kind("stored dossier: bit", "One bit of a dossier in the store is flipped.", stored_dossier(flip)),
    Kind("stored dossier: removed", "A dossier is removed from the store.", stored_dossier(removed)),
    Kind("incident: resolved by hand", "The row of an incident says that it was resolved.",
         incident("UPDATE incident SET state = 'resolved', resolved_by = 'alma'", "state")),
    Kind("incident: another title", "The row of an incident has another title.",
         incident("UPDATE incident SET title = 'nothing'", "title")),
    Kind("incident: deleted", "The row of an incident is deleted.", incident("DELETE FROM incident", "is missing")),
    Kind("incident: invented", "A row of an incident is added that no event wrote.",
         incident("INSERT INTO incident SELECT key || '0' AS key, * EXCLUDE (key) FROM incident",
                  "no event wrote this row")),
]  # fmt: skip
