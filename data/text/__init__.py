"""YAML, untrusted text."""
