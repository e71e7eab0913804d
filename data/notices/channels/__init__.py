"""What carries notices further than the outbox: webhooks, mail, chat. Nothing is sent unless it is configured."""
