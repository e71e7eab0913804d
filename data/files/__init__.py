"""Artifacts, the serving folder, the home folder, durable writing."""
