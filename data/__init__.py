"""What is remembered: the store, the registry, the audit log, evidence and prediction logs."""
