"""The acting person: the one on the roster that the settings name or the system user maps to, unproven either way."""

from __future__ import annotations

import getpass

from data.records.person import Actor, Person
from data.registry.state import State
from data.settings import read_settings


def current_actor(state: State) -> Actor:
    """The actor of what this process does: on the roster by id or operating-system user, else the bare user name."""
    user = read_settings()["actor"] or getpass.getuser()
    mapped = [one for one in state.find(Person, state="active") if user in (one.os_user, one.person)]
    return Actor(id=mapped[0].person if mapped else user, auth="os-user")
