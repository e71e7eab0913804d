"""Steps of an attestation: verify, anchor and back up the audit log."""
