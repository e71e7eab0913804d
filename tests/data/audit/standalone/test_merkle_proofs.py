"""Proofs that `data/audit/merkle.py` makes are accepted for true statements only; no code is shared with it."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from data.audit.body import leaf_hash
from data.audit.merkle import consistency_proof, inclusion_proof, root
from data.audit.standalone.merkle_proofs import is_continued, is_included

MANY = [leaf_hash(bytes([one])) for one in range(70)]
EMPTY = hashlib.sha256(b"").digest()


@given(st.data())
def test_an_event_is_included_only_at_its_own_number(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    seq = data.draw(st.integers(0, size - 1))
    path, top = inclusion_proof(MANY[:size], seq), root(MANY[:size])
    assert is_included(MANY[seq], seq, size, path, top)
    assert not is_included(leaf_hash(b"other"), seq, size, path, top)
    assert not is_included(MANY[seq], size, size, path, top)
    assert not is_included(MANY[seq], -1, size, path, top)
    assert not is_included(MANY[seq], seq, size, [*path, top], top)
    for other in range(size):
        assert other == seq or not is_included(MANY[seq], other, size, path, top)
    for place in range(len(path)):
        assert not is_included(MANY[seq], seq, size, [*path[:place], bytes(32), *path[place + 1 :]], top)
        assert not is_included(MANY[seq], seq, size, path[:place] + path[place + 1 :], top)


@given(st.data())
def test_a_tree_is_continued_only_by_a_tree_that_begins_with_it(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    first = data.draw(st.integers(1, size))
    path, old, new = consistency_proof(MANY[:size], first), root(MANY[:first]), root(MANY[:size])
    assert is_continued(first, size, old, new, path)
    assert not is_continued(first, size, bytes(32), new, path)
    assert not is_continued(first, size, old, bytes(32), path)
    assert not is_continued(first, size, old, new, [*path, new])
    assert not is_continued(size + 1, size, old, new, path)
    for place in range(len(path)):
        assert not is_continued(first, size, old, new, path[:place] + path[place + 1 :])
        assert not is_continued(first, size, old, new, [*path[:place], bytes(32), *path[place + 1 :]])


def test_every_tree_begins_with_the_empty_one() -> None:
    assert is_continued(0, 5, EMPTY, root(MANY[:5]), [])
    assert not is_continued(0, 5, bytes(32), root(MANY[:5]), [])
    assert not is_continued(0, 5, EMPTY, root(MANY[:5]), [bytes(32)])
