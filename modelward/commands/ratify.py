"""Ratify a rollback or a suspension within its time."""

from __future__ import annotations

from modelward.options import AsOf, By, CodeFromStdin, Environment, Json, ModelName, Slot


def ratify(
    model: ModelName,
    environment: Environment = "production",
    slot: Slot = "champion",
    by: By = "",
    code_from_stdin: CodeFromStdin = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Ratify the newest rollback or suspension of a model; never by the operator who did it."""
    from data.commands.deployment import RatifyDeployment
    from data.errors import IllegalMoveError
    from data.lookup import find_model, reference
    from modelward.outcomes import newest_deployment
    from modelward.speaking import prove, speaker
    from modelward.terminal import show_receipt

    who = speaker(by, as_of)
    with who.registry.reading() as state:
        key = find_model(state, model).key
    deployment = newest_deployment(who.registry, key, environment, slot)
    if deployment is None or deployment.ratify_by is None:
        raise IllegalMoveError(f"nothing of {reference(key)} in {environment} ({slot}) waits for ratification")
    receipt = who.do(RatifyDeployment(key=deployment.key, proof=prove(who.actor.id, code_from_stdin)))
    show_receipt(receipt, as_json, f"ratified {reference(deployment.version)} in {environment} ({slot})")
