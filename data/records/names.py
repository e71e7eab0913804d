"""Names and keys: a key is the path of a thing, and the subject under which the audit log names it."""

from __future__ import annotations

import hashlib
import re

from data.errors import InvalidNameError

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")


def checked_name(text: str, what: str = "name") -> str:
    """The text itself when it is a legal name. Raises InvalidNameError."""
    if not NAME.fullmatch(text):
        raise InvalidNameError(
            f"{_shown(text)} cannot be a {what}",
            "start with a–z or 0–9, go on with these, dot, dash or underscore, at most 128 characters",
        )
    return text


def split_model(text: str) -> tuple[str | None, str]:
    """`team/name` or a bare `name` as (team or None, name). Raises InvalidNameError."""
    team, slash, name = text.rpartition("/")
    if "/" in team:
        raise InvalidNameError(f"{_shown(team)} cannot be a team", "write `team/name`, with one slash between them")
    if slash:
        return checked_name(team, "team"), checked_name(name, "model name")
    return None, checked_name(name, "model name")


def model_key(team: str, name: str) -> str:
    """`models/team/name`."""
    return f"models/{checked_name(team, 'team')}/{checked_name(name, 'model name')}"


def version_key(model: str, number: int) -> str:
    """`models/team/name/versions/4` of a model's key and a number."""
    return f"{model}/versions/{number}"


def person_key(person: str) -> str:
    """`people/ana`."""
    return f"people/{checked_name(person, 'person id')}"


def slot_key(model: str, environment: str, slot: str) -> str:
    """`models/team/name/slots/production/champion`."""
    return f"{model}/slots/{checked_name(environment, 'environment')}/{checked_name(slot, 'slot')}"


def model_of(key: str) -> str:
    """The model's key at the start of any key below it."""
    return "/".join(key.split("/")[:3])


def short(key: str) -> str:
    """A key as people say it: `models/ops/delay/versions/4` reads `ops/delay v4`, `people/ana` reads `ana`."""
    parts = key.split("/")
    if parts[0] == "people" and len(parts) >= 2:
        return parts[1]
    if parts[0] != "models" or len(parts) < 3:
        return key
    name = f"{parts[1]}/{parts[2]}"
    return f"{name} v{parts[4]}" if len(parts) >= 5 and parts[3] == "versions" else name


def system_name(logged: str) -> str:
    """A consumer as the logs name it, as a legal name: itself where it is one, else one that stays the same for it."""
    if NAME.fullmatch(logged):
        return logged
    if not logged.strip():
        return "unattributed"
    return "unnamed-" + hashlib.sha256(logged.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 60 else text[:60] + "…")
