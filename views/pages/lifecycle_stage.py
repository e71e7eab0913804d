"""The lifecycle stage of a model as one word, by which the inventory is filtered."""

from __future__ import annotations

from collections.abc import Sequence

from data.queries.inventory import ListedVersion

STAGES = (
    "in production",
    "in another environment",
    "approved",
    "in review",
    "rejected",
    "lapsed",
    "suspended",
    "no version",
    "retired",
)
"""Every stage, in the order in which the filter lists them."""
IN_REVIEW = {"registered", "assessed", "validated"}


def stage_of(model_state: str, versions: Sequence[ListedVersion]) -> str:
    """Return the stage of a model; a version that serves decides before a newer version that does not serve."""
    if model_state == "retired":
        return "retired"
    if not versions:
        return "no version"
    serving = [place for one in versions for place in one.deployments if place.state == "deployed"]
    if any(one.environment == "production" and one.slot == "champion" for one in serving):
        return "in production"
    if serving:
        return "in another environment"
    return _stage_unserved(versions)


def _stage_unserved(versions: Sequence[ListedVersion]) -> str:
    ended = [place for one in versions for place in one.deployments]
    newest = versions[-1].review_state
    if newest in IN_REVIEW:
        return "in review"
    if ended and max(ended, key=lambda one: one.from_at).state == "suspended":
        return "suspended"
    words = {"approved": "approved", "rejected": "rejected", "retired": "retired"}
    return words.get(newest, "lapsed")
