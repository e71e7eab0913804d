"""The roots of the stand-alone verifier are those of RFC 6962, as the code that writes the log computes them."""

from __future__ import annotations

import hashlib

from data.audit import merkle
from data.audit.standalone.merkle_roots import MerkleRoots


def test_every_root_agrees_with_the_writer() -> None:
    leaves = [hashlib.sha256(b"%d" % number).digest() for number in range(70)]
    tree = MerkleRoots(range(0, 70, 3))
    assert tree.root() == merkle.EMPTY_ROOT
    for size, leaf in enumerate(leaves, 1):
        tree.append(leaf)
        assert tree.root() == merkle.root(leaves[:size])
    assert [tree.root_at(size) for size in range(0, 70, 3)] == [merkle.root(leaves[:size]) for size in range(0, 70, 3)]
    assert (tree.size, tree.root_at(1), tree.root_at(99)) == (70, None, None)
