"""The delivery channels, which send notices from the outbox: webhook, mail, chat. None is active by default."""
