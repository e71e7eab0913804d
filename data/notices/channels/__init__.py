"""Channels that send notices on from the outbox: webhooks, mail, chat. Nothing is sent unless one is configured."""
