"""The outbox, and the delivery channels (webhook, mail, chat)."""
