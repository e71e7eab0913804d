"""List every version with its review state and its deployments."""

from __future__ import annotations

from typing import Annotated

import typer

from data.errors import InputError
from data.queries.inventory import ListedDeployment, ListedVersion
from data.queries.inventory import inventory as list_inventory
from data.queries.version_filter import ANY_VERSION, VersionFilter
from data.records.version import ReviewState
from data.registry.registry import Registry
from data.text.counted import counted
from modelward.cli.options import Json
from modelward.cli.paging import Limit, OnlyModel, PageNumber, remark_page, requested_page
from modelward.cli.terminal import as_text, remark, show_json, show_table


def inventory(
    model: OnlyModel = "",
    team: Annotated[str, typer.Option("--team", help="Only models of this team.")] = "",
    owner: Annotated[str, typer.Option("--owner", metavar="PERSON", help="Only models of this owner.")] = "",
    tier: Annotated[int, typer.Option("--tier", min=0, metavar="N", help="Only models of this tier.")] = 0,
    state: Annotated[str, typer.Option("--state", help="Only versions in this review state.")] = "",
    serving: Annotated[bool, typer.Option("--serving", help="Only versions that serve now.")] = False,
    page: PageNumber = 1,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """List every version: its review state, where it is or was deployed, and why that ended."""
    chosen = VersionFilter(team=team, owner=owner, tier=tier, state=_checked(state), serving=serving)
    found = list_inventory(Registry.here(), model, versions=chosen, page=requested_page(page, limit, as_json))
    if as_json:
        show_json(found.versions)
        remark_page(found.page, "versions")
        return
    rows = [(f"{one.model}/{one.version}", _state(one), _places(one), _open(one)) for one in found.versions]
    none = "no version is registered yet" if chosen == ANY_VERSION and not model else "no version fits"
    none = "there is no such page" if found.page.total else none
    show_table(("version", "review", "where and why it ended", "open"), rows, none, whole=2)
    remark_page(found.page, "versions")
    if found.time.is_replay:
        remark(f"in this replay registry, due dates are judged at the latest event, {as_text(found.time.now)} UTC")


def _checked(state: str) -> str:
    known = [one.value for one in ReviewState]
    if state and state not in known:
        raise InputError(f"{state!a} is not a review state", f"choose one of {', '.join(known)}")
    return state


def _state(version: ListedVersion) -> str:
    if version.review_state != "approved" or version.valid_until is None:
        return version.review_state
    return f"{version.review_state}\n{'expired' if version.expired else 'until'} {version.valid_until:%Y-%m-%d}"


def _places(version: ListedVersion) -> str:
    return "\n".join(_place(place) for place in version.deployments)


def _place(place: ListedDeployment) -> str:
    slot = "" if place.slot == "champion" else f" {place.slot}"
    until = f" to {place.to_at:%Y-%m-%d}" if place.to_at else ""
    since = f"{place.environment}{slot} {'' if until else 'since '}{place.from_at:%Y-%m-%d}{until}"
    state = place.state.replace("_", " ")
    ended = place.ended_reason if place.ended_reason.startswith(state) else f"{state}: {place.ended_reason}"
    return f"{since}, {ended}" if place.ended_reason else since


def _open(version: ListedVersion) -> str:
    matters = [counted(count, f"{severity} finding") for severity, count in version.open_findings_by_severity.items()]
    matters += [f"waiver {control}" for control in version.waivers]
    matters += [f"retirement {version.retirement}"] if version.retirement else []
    matters += ["review late"] if version.review_late else []
    return ", ".join(matters)
