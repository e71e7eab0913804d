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

    def resume(self, size: int, root: bytes, frontier: str) -> bool:
        """Continue the tree of `size` leaves with this root, whose frontier is in the form that `frontier` returns.

        Return False, and change nothing, if the frontier is not that of this tree: a root proves its frontier.
        """
        try:
            nodes = bytes.fromhex(frontier[16:])
        except ValueError:
            return False
        found = Tree(())
        found.size, found._nodes = size, [nodes[place : place + 32] for place in range(0, len(nodes), 32)]
        if not size or found.frontier() != frontier or len(nodes) != 32 * size.bit_count() or found.root() != root:
            return False
        self.size, self._nodes = size, found._nodes
        self.roots |= {size: root} if size in self._sizes else {}
        return True

    def append(self, leaf: bytes) -> None:
        """Append the next leaf hash."""
        merges, nodes = self.size, self._nodes
        while merges & 1:
            leaf = hashlib.sha256(b"\x01" + nodes.pop() + leaf).digest()
            merges >>= 1
        nodes.append(leaf)
        self.size += 1
        if self.size in self._sizes:
            self.roots[self.size] = self.root()

    def frontier(self) -> str:
        """Return the size in 16 hex digits and the roots of the full subtrees, as the head of the log stores them."""
        return f"{self.size:016x}" + "".join(node.hex() for node in self._nodes)

    def root(self) -> bytes:
        """Return the root of all leaves so far, of which there must be at least one; 32 bytes."""
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = hashlib.sha256(b"\x01" + node + root).digest()
        return root
