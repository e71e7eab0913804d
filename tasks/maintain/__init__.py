"""Jobs that handle what came due (expiry, reviews, reminders) and what crashed."""
