"""The evidence pages served on this machine: read only, made afresh when the registry changed."""
