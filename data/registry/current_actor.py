"""Find the acting person of this process: from the setting `actor` or the operating-system user, without a proof."""

from __future__ import annotations

import getpass

from data.records.person import Actor, Person
from data.registry.state import State
from data.settings import read_settings


def current_actor(state: State) -> Actor:
    """Return the acting person: on the roster by id or operating-system user, otherwise the plain user name."""
    user = read_settings()["actor"] or getpass.getuser()
    mapped = [one for one in state.find(Person, state="active") if user in (one.os_user, one.person)]
    return Actor(id=mapped[0].person if mapped else user, auth="os-user")
