"""The Merkle tree: the published vectors of RFC 6962, and proofs that are valid only for true statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.audit.body import leaf_hash
from data.audit.merkle import (
    Frontier,
    PartialTree,
    consistency_proof,
    inclusion_proof,
    root,
    verify_consistency,
    verify_inclusion,
)
from data.errors import AuditError

# The inputs and roots that the reference implementations of certificate transparency test with.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MANY = [leaf_hash(bytes([one])) for one in range(70)]


def frontier_of(leaves: list[bytes]) -> Frontier:
    frontier = Frontier.empty()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_the_reference_vectors(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]
    assert frontier_of(LEAVES[:size]).root().hex() == ROOTS[size]


def test_an_inclusion_proof_equals_the_reference_path() -> None:
    path = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [one.hex() for one in inclusion_proof(LEAVES, 5)] == path


@given(st.data())
def test_an_inclusion_proof_is_valid_only_for_its_own_event(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    path, top = inclusion_proof(MANY[:size], index), root(MANY[:size])
    assert verify_inclusion(MANY[index], index, size, path, top)
    assert not verify_inclusion(MANY[index], size, size, path, top)
    assert not verify_inclusion(leaf_hash(b"other"), index, size, path, top)
    assert not verify_inclusion(MANY[index], index, size, [*path, top], top)
    for place in range(len(path)):
        assert not verify_inclusion(MANY[index], index, size, [*path[:place], bytes(32), *path[place + 1 :]], top)
        assert not verify_inclusion(MANY[index], index, size, path[:place] + path[place + 1 :], top)


@given(st.data())
def test_a_consistency_proof_is_valid_only_for_a_true_prefix(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    earlier = data.draw(st.integers(1, size))
    path = consistency_proof(MANY[:size], earlier)
    first, second = root(MANY[:earlier]), root(MANY[:size])
    assert verify_consistency(earlier, size, first, second, path)
    assert not verify_consistency(earlier, size, bytes(32), second, path)
    assert not verify_consistency(earlier, size, first, bytes(32), path)
    assert not verify_consistency(earlier, size, first, second, [*path, bytes(32)])
    assert not verify_consistency(0, size, first, second, path)
    assert not verify_consistency(size + 1, size, first, second, path)
    for place in range(len(path)):
        assert not verify_consistency(earlier, size, first, second, path[:place] + path[place + 1 :])


@given(st.integers(0, 70))
def test_a_frontier_is_read_back_from_its_text(size: int) -> None:
    frontier = frontier_of(MANY[:size])
    assert Frontier.from_hex(frontier.to_hex()) == frontier
    assert frontier.root() == root(MANY[:size])


BROKEN = {
    "empty": ("", "is not hexadecimal: ''"),
    "no number": ("x" * 16, "is not hexadecimal: 'xxxx"),
    "no hexadecimal": (f"{1:016x}" + "z" * 64, "is not hexadecimal: '0000"),
    "a node too few": (f"{3:016x}" + "00" * 32, "of size 3 needs 64 bytes of nodes; 32 are stored"),
    "a node too many": (f"{1:016x}" + "00" * 64, "of size 1 needs 32 bytes of nodes; 64 are stored"),
    "half a node": (f"{1:016x}" + "00" * 16, "of size 1 needs 32 bytes of nodes; 16 are stored"),
    "upper case": (f"{1:016x}" + "AA" * 32, "of size 1 is not stored in its canonical form"),
}


@pytest.mark.parametrize("text, fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_frontier_is_refused(text: str, fault: str) -> None:
    with pytest.raises(AuditError, match=f"the Merkle frontier .*{fault}"):
        Frontier.from_hex(text)


def test_a_proof_of_a_missing_event_or_state_is_refused() -> None:
    with pytest.raises(AuditError, match="no event 8"):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(AuditError, match="size 9"):
        consistency_proof(LEAVES, 9)
    with pytest.raises(AuditError, match="size 0"):
        consistency_proof(LEAVES, 0)


@given(st.data())
def test_a_tree_known_by_its_frontier_and_its_last_leaves_gives_the_same_proofs(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    before = data.draw(st.integers(0, size - 1))
    index, earlier = data.draw(st.integers(before, size - 1)), data.draw(st.integers(max(1, before), size))
    tree = PartialTree(frontier_of(MANY[:before]), MANY[before:size])
    assert tree.inclusion_proof(index) == inclusion_proof(MANY[:size], index)
    assert tree.consistency_proof(earlier) == consistency_proof(MANY[:size], earlier)
    assert tree.root(earlier) == root(MANY[:earlier])


def test_an_event_before_the_frontier_has_no_proof() -> None:
    tree = PartialTree(frontier_of(MANY[:4]), MANY[4:9])
    with pytest.raises(AuditError, match="before the frontier"):
        tree.inclusion_proof(2)
