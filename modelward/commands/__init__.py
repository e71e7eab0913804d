"""One command a file, or one group of commands."""
