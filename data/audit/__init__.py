"""The audit log: canonical bodies, Merkle tree, signed checkpoints, anchors, journal and the verifier."""
