"""The rules of the registry: each judges one command and returns its event and rows, or refuses the command."""
