"""The Merkle tree of RFC 6962 §2.1 as the events go by: the roots at the sizes that checkpoints name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


class Tree:
    """Grows leaf by leaf; keeps the roots of the full subtrees (largest first) and the roots asked for."""

    def __init__(self, sizes: Iterable[int]) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self._sizes = frozenset(sizes)
        self._nodes: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Take the next leaf hash."""
        merges = self.size
        while merges & 1:
            leaf = hashlib.sha256(b"\x01" + self._nodes.pop() + leaf).digest()
            merges >>= 1
        self._nodes.append(leaf)
        self.size += 1
        if self.size in self._sizes:
            self.roots[self.size] = self._root()

    def frontier(self) -> str:
        """The size in 16 hex digits and the subtree roots: what the head of the log must hold."""
        return f"{self.size:016x}" + "".join(node.hex() for node in self._nodes)

    def _root(self) -> bytes:
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = hashlib.sha256(b"\x01" + node + root).digest()
        return root
