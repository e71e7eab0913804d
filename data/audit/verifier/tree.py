"""Computes the Merkle roots (RFC 6962 §2.1) of the log at the sizes that checkpoints state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


class Tree:
    """A Merkle tree to which leaves are appended; `roots` holds the roots at the requested `sizes`."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self._sizes = frozenset(sizes)
        self._nodes: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Append the next leaf hash."""
        merges = self.size
        while merges & 1:
            leaf = hashlib.sha256(b"\x01" + self._nodes.pop() + leaf).digest()
            merges >>= 1
        self._nodes.append(leaf)
        self.size += 1
        if self.size in self._sizes:
            self.roots[self.size] = self._root()

    def frontier(self) -> str:
        """Return the size in 16 hex digits and the roots of the full subtrees, as the head of the log stores them."""
        return f"{self.size:016x}" + "".join(node.hex() for node in self._nodes)

    def _root(self) -> bytes:
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = hashlib.sha256(b"\x01" + node + root).digest()
        return root
