"""The terminal: options, the caller, tables, error messages and exit codes."""
