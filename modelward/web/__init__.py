"""Web applications on loopback; the evidence pages are one: read only, made again when the registry changed."""
