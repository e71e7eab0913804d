"""Checks names, and builds keys from them. A key is the path of a record, and the subject of its events in the audit
log."""

from __future__ import annotations

import hashlib
import re

from data.errors import InvalidNameError

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")


def checked_name(text: str, what: str = "name") -> str:
    """Return the text if it is a legal name. Raises InvalidNameError."""
    if not NAME.fullmatch(text):
        raise InvalidNameError(
            f"{_shown(text)} is not a valid {what}",
            "use a–z, 0–9, dot, dash and underscore, starting with a letter or digit, at most 128 characters",
        )
    return text


def split_model(text: str) -> tuple[str | None, str]:
    """Return `team/name` or a bare `name` as (team or None, name). Raises InvalidNameError."""
    team, slash, name = text.rpartition("/")
    if "/" in team:
        raise InvalidNameError(f"{_shown(team)} is not a valid team", "write `team/name`, with exactly one slash")
    if slash:
        return checked_name(team, "team"), checked_name(name, "model name")
    return None, checked_name(name, "model name")


def model_key(team: str, name: str) -> str:
    """Return the key of a model, `models/team/name`. Raises InvalidNameError."""
    return f"models/{checked_name(team, 'team')}/{checked_name(name, 'model name')}"


def version_key(model: str, number: int) -> str:
    """Return the key of a version, `models/team/name/versions/4`, from the model's key and a number."""
    return f"{model}/versions/{number}"


def person_key(person: str) -> str:
    """Return the key of a person, such as `people/ana`. Raises InvalidNameError."""
    return f"people/{checked_name(person, 'person id')}"


def slot_key(model: str, environment: str, slot: str) -> str:
    """Return the key of a slot, such as `models/team/name/slots/production/champion`. Raises InvalidNameError."""
    return f"{model}/slots/{checked_name(environment, 'environment')}/{checked_name(slot, 'slot')}"


def model_of(key: str) -> str:
    """Return the model's key from any key below it."""
    return "/".join(key.split("/")[:3])


def short(key: str) -> str:
    """Return a key as people read it: `models/ops/delay/versions/4` gives `ops/delay v4`, `people/ana` gives `ana`."""
    parts = key.split("/")
    if parts[0] == "people" and len(parts) >= 2:
        return parts[1]
    if parts[0] != "models" or len(parts) < 3:
        return key
    name = f"{parts[1]}/{parts[2]}"
    return f"{name} v{parts[4]}" if len(parts) >= 5 and parts[3] == "versions" else name


def system_name(logged: str) -> str:
    """Return a legal name for a consumer as logged: a legal name unchanged, any other text as a stable substitute."""
    if NAME.fullmatch(logged):
        return logged
    if not logged.strip():
        return "unattributed"
    return "unnamed-" + hashlib.sha256(logged.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 60 else text[:60] + "…")
