"""Judges the events about models and versions: registration, amendment, evidence, verdicts and changes of state."""

from __future__ import annotations

from data.audit.verifier.judges.case import Case
from data.audit.verifier.judges.independence import is_one_of
from data.audit.verifier.judges.moves import REVIEW, require_move, require_review_move
from data.audit.verifier.judges.proofs import (
    OWNER_OF_THE_MODEL,
    administrators,
    require_active,
    require_code,
    roles_held,
)
from data.audit.verifier.judges.rows import Values

STRICTNESS = {"observe": 0, "warn": 1, "enforce": 2}
RELAXERS = ("approver", "administrator")
EVIDENCE = ("metric", "test_result", "comparison", "section", "dataset")


def judge_model_registered(case: Case) -> None:
    """A new model with adopted standards."""
    row = case.created("model")
    case.require_values(row, key=case.subject, state="active", registered_by=case.actor)
    case.require(row["key"] == f"models/{row['team']}/{row['name']}", f"{row['key']} is not the key of the model")
    case.pin(row, "registered_at")
    _require_adopted(case, row)
    if case.rules >= OWNER_OF_THE_MODEL:
        require_active(case, row["owner"])
    _prove_if_given(case)


def judge_model_amended(case: Case) -> None:
    """An amended model. Rules that the amendment relaxes need the code of an approver or administrator."""
    before, after = case.need("model", case.subject), case.change("model", case.subject)
    case.require(before["state"] == "active", f"{before['key']} is retired")
    _require_adopted(case, after)
    relaxed = relaxations(before, after)
    case.require(case.data.get("milder", []) == relaxed, f"the relaxed rules are: {'; '.join(relaxed) or 'none'}")
    if relaxed:
        writers = case.data.get("written_by")
        case.require(isinstance(writers, list) and writers, "it does not state who wrote the amendment")
        _require_relaxer(case, before, [*(writers or ()), before["owner"], after["owner"]])
    if case.rules >= OWNER_OF_THE_MODEL and before["owner"] != after["owner"]:
        _require_confirmed_owner(case, before["owner"], after["owner"])
    _prove_if_given(case)


def relaxations(before: Values, after: Values) -> list[str]:
    """Return in words each way in which an amendment relaxes the rules of a model; empty when none is."""
    former, present = _strictest(before), _strictest(after)
    found = [f"tier {before['tier']} becomes {after['tier']}"] if after["tier"] > before["tier"] else []
    for name, mode in former.items():
        if name not in present:
            found.append(f"the standard {name} is dropped")
        elif STRICTNESS[present[name]] < STRICTNESS[mode]:
            found.append(f"the standard {name} goes from {mode} to {present[name]}")
    first, then = next(iter(former), ""), next(iter(present), "")
    return found + ([f"the standard {then} says who approves, in place of {first}"] if first != then else [])


def judge_version_registered(case: Case) -> None:
    """A new version of an active model, with its datasets and sections, and with somebody who made it."""
    row = case.created("version")
    model = case.need("model", row["model"])
    case.require(model["state"] == "active", f"{model['key']} is retired")
    case.require_values(row, key=case.subject, review_state="registered", state_reason="", valid_until=None)
    case.require(
        row["key"] == f"{model['key']}/versions/{row['number']}", f"{row['key']} is not the key of the version"
    )
    case.pin(row, "registered_at")
    case.require(row["contributors"], "the version has no contributor")
    if row["parent"] is not None:
        case.require_values(case.need("version", row["parent"]), model=model["key"])
    _require_of_version(case, row["key"], "dataset", "section")


def judge_evidence_recorded(case: Case) -> None:
    """New or newly measured evidence on one version."""
    version = case.need("version", case.subject)
    _require_of_version(case, version["key"], *EVIDENCE)


def judge_verdicts(case: Case) -> None:
    """A verdict set whose conclusion follows from its judgements; at stage `assess` the version becomes assessed."""
    version, row = case.need("version", case.subject), case.created("verdict_set")
    case.require_values(row, version=version["key"], run_id=case.run)
    case.require(row["key"].startswith(f"{version['key']}/verdicts/"), f"{row['key']} is not a verdict set of it")
    case.pin(row, "judged_at")
    cleared = all(
        one["mode"] != "enforce" or one["verdict"]["outcome"] == "passed" or one["waived_by"] is not None
        for one in row["judgements"]
    )
    case.require_values(row, cleared=cleared)
    bound = {"evidence_set": row["evidence_digest"], "standards": row["standards_digest"]}
    case.require({name: case.refs.get(name) for name in bound} == bound, "it refers to other evidence or standards")
    case.require((row["stage"] == "assess") == (case.type == "version.assessed"), f"the stage is {row['stage']}")
    if row["stage"] == "assess":
        require_review_move(case, version, "assessed")


def judge_version_moved(case: Case) -> None:
    """A version that is rejected, revoked or expired; it expires at the end of its approval, not before."""
    version, to = case.need("version", case.subject), case.type.removeprefix("version.")
    case.require(to != "expired" or case.moment.reached(version["valid_until"]), "its approval had not expired")
    require_review_move(case, version, to, str(case.data.get("reason")))


def require_revoked(case: Case, version: Values, waiver: Values, reason: str) -> None:
    """Check that an event that ends a waiver revokes the approval of the version if that used it, and only then."""
    requests = case.state.find("approval_request", subject=version["key"])
    approved = [one for one in requests if one["purpose"] == "deploy" and one["state"] == "approved"]
    sets = [case.need("verdict_set", one["verdict_set"]) for one in approved if one["verdict_set"]]
    used = any(
        one["waived_by"] is not None and (one["waived_by"] == waiver["key"] or one["control"] == waiver["control"])
        for verdicts in sets
        for one in verdicts["judgements"]
    )
    if version["review_state"] == "approved" and used:
        require_review_move(case, version, "revoked", reason)
    else:
        case.require(not case.written("version"), "it changes a version whose approval did not use the waiver")


def require_retired(case: Case, version: Values) -> None:
    """Check that a version may become retired."""
    require_move(case, REVIEW, version["key"], version["review_state"], "retired")


def _prove_if_given(case: Case) -> None:
    if case.auth == "totp":
        require_code(case, "register model")


def _require_confirmed_owner(case: Case, former: str, owner: str) -> None:
    require_active(case, owner)
    case.require(case.auth == "totp", "another owner needs a one-time code")
    is_party = case.actor in (former, owner, *administrators(case))
    case.require(is_party, f"{case.actor} is neither the former owner nor {owner} nor an administrator")


def _require_adopted(case: Case, model: Values) -> None:
    case.require(model["standards"], f"{model['key']} has no standard")
    for applied in model["standards"]:
        adopted = case.state.keys("standard", standard=applied["standard"])
        case.require(adopted, f"the standard {applied['standard']} was not adopted")


def _require_relaxer(case: Case, model: Values, parties: list[str]) -> None:
    case.require(case.auth == "totp", "the relaxed rules need a one-time code")
    held = [one for one in roles_held(case, case.actor, RELAXERS, model) if one["environment"] == "*"]
    case.require(held, f"{case.actor} held neither the role approver in every environment nor administrator")
    is_own = any(one["deputy_of"] is None for one in held)
    for name in (case.actor, *(() if is_own else (one["deputy_of"] for one in held))):
        is_party = is_one_of(case.need("person", f"people/{name}"), parties)
        case.require(not is_party, f"{name} wrote the amendment or owns the model, and cannot relax its rules")


def _require_of_version(case: Case, version: str, *tables: str) -> None:
    for table in tables:
        for row in case.written(table):
            is_of = row["version"] == version and row["key"].startswith(f"{version}/")
            case.require(is_of, f"{table} {row['key']} does not belong to {version}")


def _strictest(model: Values) -> dict[str, str]:
    found: dict[str, str] = {}
    for applied in model["standards"]:
        name, mode = applied["standard"], applied["mode"]
        found[name] = max(found.get(name, mode), mode, key=lambda each: STRICTNESS[each])
    return found
