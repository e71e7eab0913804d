"""Who worked on a version, and the digest of the evidence on it.

Source: SR 11-7 §V (validation is independent of development and use).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from data.audit.verifier.canonical import write
from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.rows import Values, natural

_GIT_AUTHOR = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>")
_VOLATILE = {"key", "rev", "review_state", "state_reason", "valid_until"}
ALL_CONTRIBUTORS_KNOWN = 3
"""The first rules by which nobody is independent of a version of which only some contributors are known."""
_EVIDENCE = ("dataset", "section", "metric", "test_result", "comparison")


def is_one_of(person: Values, names: Iterable[str]) -> bool:
    """Return True if one of `names` is a person's id, name, email address, user or Git author; case is ignored."""
    theirs = {_plain(person[name]) for name in ("person", "name", "email", "os_user")} - {""}
    return any(theirs & _names_in(one) for one in names)


def require_independent(case: Case, person: str, version: Values, *others: str) -> None:
    """Raise ImpossibleEventError when a person worked on a version or is one of `others`, who asked for the decision.

    Everybody on the roster is compared under each of their names, also after they were removed from it.
    """
    row = case.need("person", f"people/{person}")
    case.require(version["contributors"], f"{version['key']} has no recorded contributor")
    require_known_contributors(case, version)
    worked = [*version["contributors"], version["submitter"]]
    case.require(not is_one_of(row, worked), f"{person} worked on {version['key']} and cannot judge it")
    case.require(not is_one_of(row, others), f"{person} asked for this decision and cannot take it")


def require_known_contributors(case: Case, version: Values) -> None:
    """Raise ImpossibleEventError when only some contributors of a version are known."""
    if case.rules >= ALL_CONTRIBUTORS_KNOWN:
        are_known = version["provenance"].get("contributors", "derived") == "derived"
        case.require(are_known, f"only some contributors of {version['key']} are known")


def contributors_of(version: Values, *others: str) -> list[str]:
    """Return everybody who worked on a version and `others`, each once, in the order in which a request lists them."""
    names = (*version["contributors"], version["submitter"], *others)
    return list(dict.fromkeys(name for name in names if name.strip()))


def evidence_digest(case: Case, version: Values) -> str:
    """Return the digest of the evidence on a version before the event: model, version, and the rows about them."""
    known = case.state.digest(version["key"])
    if known is None:
        known = _evidence_digest(case, version)
        case.state.keep_digest(version["key"], known)
    return known


def sha256_of(text: str) -> str:
    """Return `sha256:<hex>` over a text in UTF-8."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _evidence_digest(case: Case, version: Values) -> str:
    state, key = case.state, version["key"]
    model = {name: value for name, value in case.need("model", version["model"]).items() if name != "rev"}
    about = {name: value for name, value in version.items() if name not in _VOLATILE}
    rows = [(table, one) for table in _EVIDENCE for one in state.keys(table, version=key)]
    rows += [("test_plan", one) for one in state.keys("test_plan", model=version["model"])]
    rows += [("monitoring_plan", one) for one in _latest(state.keys("monitoring_plan", model=version["model"]))]
    texts = {one: state.text(*one) for one in rows}
    for table in ("validation", "waiver", "finding"):
        for row in state.find(table, version=key):
            if row.get("origin") != "condition":
                values = {name: value for name, value in row.items() if name not in ("key", "rev")}
                texts[table, row["key"]] = write(values)
    # The writer sorts the images by their Python text, which begins with table and key.
    images = [f"[{write(table)},{write(one)},{texts[table, one]}]" for table, one in sorted(texts, key=_place)]
    return sha256_of(f"[{write(model)},{write(key)},{write(about)},[{','.join(images)}]]")


def _place(row: tuple[str, str]) -> str:
    return str(list(row))


def _latest(keys: list[str]) -> list[str]:
    return sorted(keys, key=natural)[-1:]


def _names_in(name: str) -> set[str]:
    author = _GIT_AUTHOR.fullmatch(name.strip())
    parts = (author["name"], author["email"]) if author else (name,)
    return {_plain(part) for part in parts} - {""}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
