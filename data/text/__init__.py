"""Text from outside: YAML files and whatever people typed."""
