"""Computes the Merkle roots (RFC 6962 §2.1) of a log at the sizes that its checkpoints state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


class MerkleRoots:
    """A tree to which leaf hashes are appended; it keeps one hash for each full subtree, and the roots asked for."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self.size = 0
        self._sizes = frozenset(sizes)
        self._subtrees: list[bytes] = []
        self._roots = {0: hashlib.sha256(b"").digest()}

    def append(self, leaf: bytes) -> None:
        """Append the next leaf hash (32 bytes)."""
        merges = self.size
        while merges & 1:
            leaf = hashlib.sha256(b"\x01" + self._subtrees.pop() + leaf).digest()
            merges >>= 1
        self._subtrees.append(leaf)
        self.size += 1
        if self.size in self._sizes:
            self._roots[self.size] = self.root()

    def root(self) -> bytes:
        """Return the root over all leaves so far, 32 bytes."""
        if not self._subtrees:
            return self._roots[0]
        root = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            root = hashlib.sha256(b"\x01" + subtree + root).digest()
        return root

    def root_at(self, size: int) -> bytes | None:
        """Return the root at one of the requested sizes; None if the log does not reach that size."""
        return self._roots.get(size)
