"""Queries for code outside `data/`: functions that take the registry and return records."""
