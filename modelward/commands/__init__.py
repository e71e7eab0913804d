"""The CLI commands: each file defines one command or one group of commands."""
