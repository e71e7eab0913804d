"""An id that was used before is found, in the order of the events."""

from __future__ import annotations

import random
import uuid

from data.audit.standalone.repeated_ids import EventIds


def test_each_later_use_of_an_id_is_found() -> None:
    chosen = random.Random(3)
    names = [str(uuid.UUID(int=chosen.getrandbits(128))) for _ in range(500)]
    ids = EventIds()
    for seq, name in enumerate([*names, names[7], names[7], names[400]]):
        ids.add(name, seq)
    assert sorted(ids.repeated()) == [500, 501, 502]
    assert list(EventIds().repeated()) == []
