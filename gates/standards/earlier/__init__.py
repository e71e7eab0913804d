"""Earlier versions of the standards that come with modelward; their text never changes."""
