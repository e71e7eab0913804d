"""The frozen types, one module a subject; event types and table definitions."""
