"""Notices to people: the outbox and the channels that deliver them."""
