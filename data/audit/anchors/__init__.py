"""Anchors: stores of signed checkpoints outside the database. One interface, and one file for each kind of store."""
