"""The commands of the registry, one frozen type each. Every write to the registry is one of these commands."""
