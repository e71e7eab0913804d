"""The application of the evidence pages: it serves the pages and the manifests of a home, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from data.errors import NotFoundError
from data.files.home import Home
from data.records.names import NAME
from modelward.web.page_cache import PageCache
from modelward.web.responses import HTML, JSON, document
from modelward.web.web_app import web_app
from views.evidence_address import INVENTORY

SLOTS = ("champion", "challenger", "shadow")
LARGEST_MANIFEST = 1 << 16
MANIFEST = re.compile(r"(?:[^/]+/){2}(?:[^/]+/[^/]+/)?current\.json")


def evidence_app(home: Home) -> ASGIApp:
    """Return the application that shows one home, read only."""
    return web_app(EvidencePages(home).routes())


class EvidencePages:
    """The endpoints. Endpoints that read files are plain functions, which Starlette runs in a thread."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._pages = PageCache(home)

    def routes(self) -> list[Route]:
        """Return the routes; the last one matches all remaining addresses."""
        return [
            Route("/health", self.health),
            Route("/favicon.ico", self.icon),
            Route("/serving/{path:path}", self.manifest),
            Route("/{address:path}", self.page),
        ]

    async def health(self, request: Request) -> Response:
        """Report that the server runs, and whether there is a registry."""
        return JSONResponse({"status": "ok", "registry": "ready" if self._home.database.is_file() else "not started"})

    async def icon(self, request: Request) -> Response:
        """Answer a browser's request for an icon with status 204, because there is none."""
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def page(self, request: Request) -> Response:
        """Return an evidence page; the address of a folder means its index page. Raises ModelwardError."""
        address: str = request.path_params["address"]
        cached = self._pages.page(f"{address}{INVENTORY}" if address.endswith("/") or not address else address)
        return document(request, cached.body, HTML, cached.made_at)

    def manifest(self, request: Request) -> Response:
        """Return the manifest `team/name/current.json` or `team/name/environment/slot/current.json`.

        Raises NotFoundError.
        """
        path: str = request.path_params["path"]
        names = path.split("/")[:-1]
        # The path consists of valid names only, so no request can leave the folder of the manifests.
        if MANIFEST.fullmatch(path) is None or not all(NAME.fullmatch(one) for one in names):
            raise NotFoundError("there is no manifest at this address", "use /serving/<team>/<name>/current.json")
        environment, slot = names[2:] or ("production", "champion")
        file = self._home.manifest(f"models/{names[0]}/{names[1]}", environment, slot)
        if file.is_symlink() or not file.is_file() or slot not in SLOTS:
            raise NotFoundError(f"no version serves as {slot} of {names[0]}/{names[1]} in {environment}")
        changed_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return document(request, file.read_bytes()[:LARGEST_MANIFEST], JSON, changed_at)
